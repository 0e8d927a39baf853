"""The recipe for a rollback, as docs/paths.md has it, on the example: the path is exercised."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.flow.cloud import Cloud

pytestmark = [pytest.mark.flow, pytest.mark.long]
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "paths.md").read_text(encoding="utf-8")


def recipe() -> tuple[str, list[str]]:
    """The script and the phase's commands, out of the page that people read."""
    script = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)[0]
    phases = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0])["phases"]
    return script, phases["rollback"]


def test_the_examples_rollback_is_exercised_and_its_grants_are_seen_or_gone(
    start: Callable[..., Cloud], tmp_path: Path
) -> None:
    script, commands = recipe()
    for name in ("plain", "tried"):
        shutil.copytree(ROOT / "processes" / "orders", tmp_path / name)
    file = tmp_path / "tried" / "process.yaml"
    process = yaml.safe_load(file.read_text())
    process["phases"] = {"rollback": commands, **process["phases"]}
    file.write_text(yaml.safe_dump(process, sort_keys=False))
    (tmp_path / "tried" / "service" / "rollback.sh").write_text(script)
    cloud = start(processes=str(tmp_path))

    done = {name: cloud.run(name) for name in ("plain", "tried")}

    assert not {name: one.cause for name, one in done.items() if one.status != "SUCCEEDED"}
    refined = {
        name: json.loads(cloud.document(name, one.run, "refined.json"))
        for name, one in done.items()
    }
    derived = {name: json.dumps(one).count('"kind": "rollback"') for name, one in refined.items()}
    readme = cloud.document("tried", done["tried"].run, "README.md").decode()
    manifest = json.loads(cloud.document("tried", done["tried"].run, "manifest.json"))

    assert re.search(r"- rollback: exercised\. \d+ calls in rollback\.", readme)
    assert manifest["verdict"]["kind"].startswith("proved")
    assert derived["tried"] < derived["plain"]
