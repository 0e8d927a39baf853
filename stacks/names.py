"""What the stacks are called, for the CDK and for whoever deploys or removes some of them.

Everything begins with the deployment's name, as the fence around Fencepost says.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.model.process import Process

READABLE = 40  # characters of an address that a stack's name takes over


def archive(deployment: str) -> str:
    """Of what must survive."""
    return f"{deployment}-archive"


def sandbox(deployment: str) -> str:
    """Of what a sandbox holds once."""
    return f"{deployment}-sandbox"


def workflow(deployment: str) -> str:
    """Of the workflow."""
    return f"{deployment}-workflow"


def process(deployment: str, name: str) -> str:
    """Of a process, beside the workflow."""
    return f"{deployment}-process-{name}"


def roles(deployment: str, name: str) -> str:
    """Of a process's roles in a sandbox that is another account."""
    return f"{deployment}-roles-{name}"


def owner(deployment: str, address: str) -> str:
    """Of an owner's mails: the address as far as it can be, and what tells it apart."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", address)[:READABLE].strip("-")
    return f"{deployment}-owner-{readable}-{hashlib.sha256(address.encode()).hexdigest()[:8]}"


def needed(deployment: str, wanted: Process) -> Iterator[str]:
    """The stacks that a process has, or has a part in, beside those that are there once."""
    yield roles(deployment, wanted.name)
    yield process(deployment, wanted.name)
    yield owner(deployment, wanted.owner)
