"""The same synthesis as that of tests/stacks."""

from tests.stacks.conftest import synthesis

__all__ = ["synthesis"]
