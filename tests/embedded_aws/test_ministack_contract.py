"""MiniStack is extended by its private names: an upgrade must not change them unseen."""

import importlib.metadata
import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_name_of_ministack_that_we_use_is_as_we_know_it() -> None:
    # In a process of its own, in which nothing has been replaced yet.
    found = subprocess.run(
        [sys.executable, "-m", "embedded_aws.ministack.contract"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert found.returncode == 0, found.stdout + found.stderr


def test_the_version_is_pinned_to_the_one_of_the_table() -> None:
    table = json.loads((ROOT / "embedded_aws/ministack/contract.json").read_text())
    pinned = re.findall(
        r"^ministack==(.+)$", (ROOT / "requirements-laptop.txt").read_text(), re.MULTILINE
    )

    assert pinned == [table["ministack"]] == [importlib.metadata.version("ministack")]
