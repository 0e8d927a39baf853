"""The examples with a boundary: proved, and without a way up."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.flow.cloud import Cloud

EXAMPLES = Path(__file__).parents[2] / "processes"
pytestmark = [pytest.mark.flow, pytest.mark.long]


def put(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert text.count(before) == 1, (file, before)
    file.write_text(text.replace(before, after))


def orders(folder: Path) -> None:
    """Serverless Framework: an option of the provider."""
    option = "    role:\n      permissionsBoundary: ${env:BOUNDARY}\n"
    put(folder / "service" / "serverless.yml", "    role:\n", option)


def feedback(folder: Path) -> None:
    """SAM's transform: a global of the functions, and a parameter."""
    template = folder / "stack" / "template.yaml"
    put(
        template,
        "  Stage: { Type: String }\n",
        "  Stage: { Type: String }\n  Boundary: { Type: String }\n",
    )
    put(template, "    Timeout: 10\n", "    Timeout: 10\n    PermissionsBoundary: !Ref Boundary\n")
    put(folder / "stack" / "deploy.sh", '"Stage=$STAGE"', '"Stage=$STAGE" "Boundary=$BOUNDARY"')


def reports(folder: Path) -> None:
    """The CDK: all roles of the app, and of the bootstrap, whose template knows one for one role."""
    app = folder / "app" / "app.py"
    line = (
        "from aws_cdk import aws_iam as iam\n"
        'boundary = iam.ManagedPolicy.from_managed_policy_arn(app, "B", os.environ["BOUNDARY"])\n'
        "iam.PermissionsBoundary.of(app).apply(boundary)\n"
        "app.synth()\n"
    )
    put(app, "app.synth()\n", line)
    (folder / "app" / "bounded.py").write_text(
        "import os, re, sys\n"
        "text = sys.stdin.read()\n"
        'role = "    Type: AWS::IAM::Role\\n    Properties:\\n"\n'
        "bounded = f\"{role}      PermissionsBoundary: {os.environ['BOUNDARY']}\\n\"\n"
        'text = re.sub(r"      PermissionsBoundary:\\n(        .*\\n)+", "", text)\n'
        "print(text.replace(role, bounded))\n"
    )


CHANGES = {"orders": orders, "feedback": feedback, "reports": reports}


def bounded(name: str, folder: Path) -> None:
    """The example as it is, with a boundary."""
    shutil.copytree(EXAMPLES / name, folder)
    CHANGES[name](folder)
    file = folder / "process.yaml"
    definition = yaml.safe_load(file.read_text())
    definition["environment"]["BOUNDARY"] = "{boundary}"
    definition.setdefault("policy", {})["boundary"] = "required"
    if name == "reports":
        (begin,) = definition["phases"]["bootstrap"]
        definition["phases"]["bootstrap"] = [
            "cdk bootstrap --show-template > plain.yaml",
            "python3 bounded.py < plain.yaml > bounded.yaml",
            f"{begin.strip()} --template bounded.yaml",
        ]
    file.write_text(yaml.safe_dump(definition, sort_keys=False))


@pytest.fixture(scope="module")
def cloud(start: Callable[..., Cloud], tmp_path_factory: pytest.TempPathFactory) -> Cloud:
    folder = tmp_path_factory.mktemp("bounded")
    for name in CHANGES:
        bounded(name, folder / f"bounded-{name}")
    return start(processes=str(folder))


@pytest.mark.parametrize("name", CHANGES)
def test_an_example_is_proved_with_a_boundary_and_leaves_no_way_up(cloud: Cloud, name: str) -> None:
    process = f"bounded-{name}"
    run = cloud.run(process)

    assert run.status == "SUCCEEDED", run.cause
    proof = json.loads(cloud.document(process, run.run, "proof.json"))
    assert proof["verdict"]["kind"] == "proved", proof["verdict"]
    refined = json.loads(cloud.document(process, run.run, "refined.json"))
    assert not [one for one in refined["findings"] if one["kind"] == "privilege-escalation"]
    ways = json.loads(cloud.document(process, run.run, "checks.json"))["waysUp"]
    assert ways
    assert {one["outcome"] for one in ways} == {"refused"}
    assert all(one["statement"] for one in ways)
