"""The same synthesis as that of tests/stacks."""

from __future__ import annotations

from tests.stacks.conftest import synthesis

__all__ = ["synthesis"]
