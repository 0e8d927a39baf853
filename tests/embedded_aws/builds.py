"""Buildspecs, and what builds said and did."""

import os
from pathlib import Path
from typing import Any

from local.connection import Connection
from tests.embedded_aws.workloads import log_of


def spec(**phases: Any) -> str:
    lines = ["version: 0.2", "phases:"]
    for name, commands in phases.items():
        lines += [f"  {name}:", *(f"    {line}" for line in commands)]
    return "\n".join(lines) + "\n"


def said(embedded: Connection, record: dict[str, Any]) -> list[str]:
    return [line for line in log_of(embedded, record) if not line.startswith("[Container]")]


def phases(record: dict[str, Any]) -> dict[str, str]:
    return {
        phase["phaseType"]: phase["phaseStatus"]
        for phase in record["phases"]
        if "phaseStatus" in phase
    }


def running(pid: int) -> bool:
    """Whether a process runs; one that nobody has waited for does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] == "Z")
