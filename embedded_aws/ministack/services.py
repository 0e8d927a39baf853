"""MiniStack's services that are slow to import, loaded when they are first needed."""

import importlib
from functools import cache
from typing import Any


@cache
def service(name: str) -> Any:
    """The module of a service: `kms`, `cloudformation.handlers`."""
    return importlib.import_module(f"ministack.services.{name}")
