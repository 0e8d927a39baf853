"""The machine that builds run on."""

from pathlib import Path

import pytest

from tests.unit.cycle.machine import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)
