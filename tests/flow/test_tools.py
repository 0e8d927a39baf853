"""Tools that people use, each in an environment of its own, from `fencepost new` to a proof.

The samples are what the tools' own `init` writes, or as small as they can be; nothing in them is
made for Fencepost, and what `new` writes is run as it is, with the answers to its questions.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lambdas.model.dossier.verdict import Verdict
from local import node
from local.command_line.main import main
from tests.flow.cloud import Cloud

pytestmark = [pytest.mark.flow, pytest.mark.long]
ROOT = Path(__file__).parents[2]
LOCKS = Path(__file__).parent / "tools"
DEADLINE = 1_800  # seconds; an app of the CDK installs its packages in each of three builds
SHELF = {
    "config/config.yaml": "project_code: shelf\nregion: eu-west-1\n",
    "config/dev/queue.yaml": 'template: {path: queue.yaml, type: file}\nparameters: {Days: "2"}\n',
    "config/int/queue.yaml": 'template: {path: queue.yaml, type: file}\nparameters: {Days: "2"}\n',
    "templates/queue.yaml": (
        "Parameters: {Days: {Type: Number}}\nResources:\n"
        "  Jobs: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: !Ref Days}}\n"
        "  Told: {Type: AWS::SNS::Topic}\n"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool and its sample.

    Attributes:
        locked: whether tools/<name>.txt locks its environment. made: the command that writes the sample.
        copied: or a folder of ours. files: or its files. answers: to the questions of `new`.
    """

    locked: bool = False
    made: tuple[str, ...] = ()
    folder: str = "."
    copied: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)


TOOLS = {
    "ansible": Tool(
        locked=True,
        copied="tests/flow/tools/ansible",
        answers={
            "  update: []": "  update: ['ansible-playbook site.yml -e stage=$STAGE -e kept=172800']"
        },
    ),
    "chalice": Tool(
        locked=True,
        made=("chalice", "new-project", "hello", "--project-type", "legacy"),
        folder="hello",
    ),
    "sam": Tool(locked=True, copied="processes/feedback/stack"),
    "sceptre": Tool(
        locked=True,
        files=SHELF,
        answers={
            "  update: []": "  update: [sed -i s/2/3/ config/*/queue.yaml, sceptre launch -y $STAGE]"
        },
    ),
    "cdk-typescript": Tool(
        made=("cdk", "init", "app", "--language", "typescript", "--generate-only")
    ),
    "cdk-python": Tool(
        made=("cdk", "init", "sample-app", "--language", "python", "--generate-only")
    ),
    "osls": Tool(copied="processes/orders/service"),
    "compose": Tool(copied="tests/flow/tools/compose"),
    "serverless-3": Tool(
        copied="processes/orders/service",
        files={"package.json": '{"private": true, "devDependencies": {"serverless": "3.40.0"}}'},
    ),
    # Zappa packs the environment that it runs in, so the process makes that, from hashes too.
    "zappa": Tool(
        copied="tests/flow/tools/zappa",
        files={"requirements.txt": (LOCKS / "zappa.txt").read_text(encoding="utf-8")},
    ),
}


def installed(name: str, tool: Tool, folder: Path) -> str:
    """The path on which the tool is found, after our own."""
    places = [str(one) for one in (node.directory(), ROOT / "node_modules" / ".bin") if one]
    if tool.locked:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--require-hashes"]
        subprocess.run([*pip, "-r", str(LOCKS / f"{name}.txt")], check=True)
        places.append(str(folder / "bin"))
    return os.pathsep.join([*places, os.environ["PATH"]])


def sample(tool: Tool, folder: Path, path: str) -> Path:
    """The tool's sample, as its people have it."""
    if tool.copied:
        shutil.copytree(ROOT / tool.copied, folder)
    folder.mkdir(exist_ok=True)
    for name, text in tool.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    if tool.made:
        subprocess.run(
            [shutil.which(tool.made[0], path=path) or "", *tool.made[1:]],
            cwd=folder,
            env={**os.environ, "PATH": path},
            check=True,
        )
    return folder / tool.folder


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_a_tools_sample_is_proved_as_new_has_written_it(
    name: str,
    start: Callable[..., Cloud],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tool = TOOLS[name]
    path = installed(name, tool, tmp_path / "tool")
    source = sample(tool, tmp_path / "sample", path)
    monkeypatch.setenv("PATH", path)
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")  # the owner, whoever runs this
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "user.email")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "team@example.com")

    status = main(["new", name, str(source), "--into", str(tmp_path / "processes")])

    file = tmp_path / "processes" / name / "process.yaml"
    text = file.read_text()
    for asked, answer in tool.answers.items():
        assert asked in text
        text = text.replace(asked, answer)
    file.write_text(text)
    assert status == bool(tool.answers)
    cloud = start(processes=str(tmp_path / "processes"))
    done = cloud.end(cloud.begin(name), seconds=DEADLINE)
    assert done.status == "SUCCEEDED", done.cause
    proof = json.loads(cloud.document(name, done.run, "proof.json"))
    assert Verdict.from_json(proof["verdict"]).proved, proof["verdict"]
