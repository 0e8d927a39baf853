"""trailscraper, installed into an environment of its own: it must not touch the project's."""

import subprocess
import sys
from pathlib import Path

ENVIRONMENT = Path(".build/trailscraper")
VERSION = "0.10.0"


def install() -> str:
    """Its command, installed when it is not there yet."""
    program = ENVIRONMENT / "bin" / "trailscraper"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
        pip = [str(ENVIRONMENT / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, f"trailscraper=={VERSION}"], check=True)
    return str(program)
