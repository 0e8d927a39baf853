"""MiniStack's services that are slow to import, loaded when they are first needed."""

import importlib
from functools import cache
from typing import Any


@cache
def _service(name: str) -> Any:  # noqa: ANN401 - MiniStack publishes no types
    return importlib.import_module(f"ministack.services.{name}")


def kms() -> Any:  # noqa: ANN401
    """The keys."""
    return _service("kms")


def secretsmanager() -> Any:  # noqa: ANN401
    """The secrets."""
    return _service("secretsmanager")


def cloudformation() -> Any:  # noqa: ANN401
    """The stacks and change sets."""
    return _service("cloudformation")


def service(name: str) -> Any:  # noqa: ANN401
    """Any other."""
    return _service(name)
