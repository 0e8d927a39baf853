"""The validators of the Amazon States Language that the definitions of both machines pass."""

import shutil
import subprocess
from pathlib import Path

import pytest

ASL_VALIDATOR = Path(__file__).parents[2] / "node_modules" / ".bin" / "asl-validator"
# `make` installs it; who runs pytest by hand may not have done so, and sees it in the summary.
needs_npm = pytest.mark.skipif(
    not (ASL_VALIDATOR.exists() and shutil.which("node")), reason="needs npm's packages"
)


def said_of(*command: str) -> str:
    """What a validator objects to; empty when nothing."""
    found = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return found.stdout + found.stderr if found.returncode else ""


def asl_validator(definition: Path) -> tuple[str, ...]:
    """The command that reads a definition."""
    return str(ASL_VALIDATOR), "--json-path", str(definition)
