"""MiniStack's services that are slow to import, loaded when they are first needed."""

import importlib
from functools import cache
from typing import Any


@cache
def _service(name: str) -> Any:
    return importlib.import_module(f"ministack.services.{name}")


def kms() -> Any:
    """The keys."""
    return _service("kms")


def secretsmanager() -> Any:
    """The secrets."""
    return _service("secretsmanager")


def cloudformation() -> Any:
    """The stacks and change sets."""
    return _service("cloudformation")


def service(name: str) -> Any:
    """Any other."""
    return _service(name)
