"""Names that CloudFormation makes up: as random for every stack as they are on AWS.

MiniStack hashes the stack's name, so a stack made twice has the same names, and a policy that holds
one of them by heart would pass a proof. Here the stack's own id, new each time, is hashed as well.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from embedded_aws.ministack import services

SUFFIX = 13  # characters, MiniStack's and (for most types) CloudFormation's

Naming = Callable[..., str]


def install() -> None:
    """Put the stack's id into every made-up name."""
    provisioners = services.service("cloudformation.provisioners")
    provisioners._physical_name = _random(provisioners._physical_name, provisioners)


def _random(original: Naming, provisioners: Any) -> Naming:
    def named(stack: str, logical_id: str, **form: Any) -> str:
        name = original(stack, logical_id, **form)
        known = services.cloudformation()._stacks.get(stack) or {}
        seed = provisioners._NAME_SEED.get() if form.get("seeded", True) else ""
        text = f"{known.get('StackId', stack)}:{logical_id}:{seed}"
        suffix = hashlib.sha256(text.encode()).hexdigest()[:SUFFIX]
        return name[:-SUFFIX] + (suffix if form.get("lowercase") else suffix.upper())

    return named
