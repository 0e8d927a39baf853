"""What others make of the same files: trailscraper, and Access Analyzer's imitation."""

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from embedded_aws.services.access_analyzer.generation.activity import activity_of, policies_of

ENVIRONMENT = Path(".build/trailscraper")
VERSION = "0.10.0"
ALWAYS = ("2000-01-01T00:00:00Z", "2099-01-01T00:00:00Z")


def trailscraper(logs: Path, role: str) -> dict[str, Any]:
    """Its policy of everything that the role did; in an environment of its own.

    Raises:
        subprocess.CalledProcessError: it cannot be installed or run.
    """
    program = ENVIRONMENT / "bin" / "trailscraper"
    if not program.exists():
        _quietly(sys.executable, "-m", "venv", str(ENVIRONMENT))
        python = str(ENVIRONMENT / "bin" / "python")
        _quietly(python, "-m", "pip", "install", f"trailscraper=={VERSION}")
    select = [str(program), "select", "--log-dir", str(logs / "AWSLogs")]
    select += ["--filter-assumed-role-arn", role, "--from", ALWAYS[0][:10], "--to", ALWAYS[1][:10]]
    selected = subprocess.run(select, check=True, capture_output=True)
    generated = subprocess.run(
        [str(program), "generate"], input=selected.stdout, check=True, capture_output=True
    )
    document: dict[str, Any] = json.loads(generated.stdout)
    return document


def _quietly(*command: str) -> None:
    """What it says is shown only when it fails: warnings of the machine are nobody's result."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        done.check_returncode()


def access_analyzer(logs: Path, role: str) -> dict[str, Any]:
    """What Access Analyzer's imitation answers, all its policies as one."""
    activity = activity_of(_records(logs), role, start=ALWAYS[0], end=ALWAYS[1])
    documents = map(json.loads, policies_of(activity, placeholders=False, service_level=False))
    return {
        "Version": "2012-10-17",
        "Statement": [statement for one in documents for statement in one["Statement"]],
    }


def _records(logs: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(logs.rglob("*.json.gz")):
        yield from json.loads(gzip.decompress(path.read_bytes()))["Records"]
