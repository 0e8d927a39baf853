"""The templates that a process deploys, phase by phase, written down without deploying them."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lambdas.model.iam.role_boundary import boundary_arn
from local.node import directory

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One deployment of a template."""

    phase: str
    stack: str
    template: Path
    parameters: Mapping[str, str]
    tags: Mapping[str, str]


def deployments(process: Path, scratch: Path) -> tuple[Deployment, ...]:
    """What a process deploys in its learning cycle, in order.

    Args:
        process: its folder.
        scratch: where to work; what was recorded lies in it afterwards.
    """
    scratch = scratch.resolve()  # commands run elsewhere
    recorded = scratch / "recorded"
    if not recorded.is_dir():
        _record(process, scratch, recorded)
    rows = [json.loads(one.read_text()) for one in sorted(recorded.glob("*.record.json"))]
    return tuple(
        Deployment(
            phase=row["phase"],
            stack=row["stack"],
            template=Path(row["template"]),
            parameters=row["parameters"],
            tags=row["tags"],
        )
        for row in rows
    )


def _tools() -> tuple[Path, ...]:
    """Node, the JavaScript tools, and this environment's own commands."""
    node = directory()
    return (*((node,) if node else ()), ROOT / "node_modules/.bin", Path(sys.prefix) / "bin")


def _record(process: Path, scratch: Path, recorded: Path) -> None:
    definition: dict[str, Any] = yaml.safe_load((process / "process.yaml").read_text())
    work = scratch / "work"
    shutil.copytree(process / definition.get("source", "."), work, dirs_exist_ok=True)
    tools = scratch / "tools"
    tools.mkdir(parents=True, exist_ok=True)
    for name in ("aws", "cdk", "osls"):
        stand_in = tools / name
        stand_in.write_text(f"#!{sys.executable}\n{(HERE / 'tools.py').read_text()}")
        stand_in.chmod(0o755)
    recorded.mkdir(parents=True)
    values = {name: one["learn"] for name, one in definition.get("variables", {}).items()}
    # What the process may name as its roles' boundary, as a run of that account gives it.
    role = f"arn:aws:iam::123456789012:role/fencepost-run-{process.name}-sandbox"
    values["boundary"] = boundary_arn(role, process.name)
    own = {
        key: str(text).format(**values) for key, text in definition.get("environment", {}).items()
    }
    for phase, commands in definition["phases"].items():
        environment = {
            **os.environ,
            **own,
            "PATH": ":".join(map(str, (tools, *_tools(), os.environ["PATH"]))),
            "PHASE": phase,
            "RECORDED": str(recorded),
            "REAL_CDK": str(ROOT / "node_modules/.bin/cdk"),
            "REAL_OSLS": str(ROOT / "node_modules/.bin/osls"),
            "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none",
            "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1",
        }  # fmt: skip
        for command in commands:
            subprocess.run(
                ["bash", "-c", command], cwd=work, env=environment, check=False, capture_output=True
            )
