"""Processes with names as long as public ones, made from data: services of their own, and copies.

`services/*.yaml` holds a description, a stack's name without its stage, the tool that deploys it
(`osls`, `cloudformation`, `nested`, `sam`) and what the tool reads; `names.yaml` the longer names
under which the other services of these tests are deployed again.
"""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
FOLDERS = (HERE.parent / "services", ROOT / "processes")
COPY = "long-"  # in front of a service's name
HANDLER = "exports.handler = async () => ({ statusCode: 200 });\n"
VARIABLES = {"stage": {"learn": "dev", "prove": "qa"}}
RENAMED = (
    (re.compile(r"(?m)^service: .*$"), "service: {name}"),
    (re.compile(r'--stack-name "[\w-]+?-\$STAGE"'), '--stack-name "{name}-$STAGE"'),
)

OWN = {one.stem: one for one in sorted((HERE / "services").glob("*.yaml"))}
COPIED: dict[str, str] = {
    f"{COPY}{name}": longer
    for name, longer in yaml.safe_load((HERE / "names.yaml").read_text(encoding="utf-8")).items()
}
NAMES = (*OWN, *COPIED)
ALWAYS = ("alexa-skill",)  # `make test` runs them


def write(folder: Path, names: Iterable[str] = NAMES) -> Path:
    """Write the process folders of these names into a folder."""
    for name in names:
        target = folder / name
        if name in COPIED:
            _copy(name.removeprefix(COPY), COPIED[name], target)
        else:
            _make(yaml.safe_load(OWN[name].read_text(encoding="utf-8")), target)
    return folder


def stack_name(name: str) -> str:
    """The name of a process's stack, without its stage."""
    if name in COPIED:
        return COPIED[name]
    return str(yaml.safe_load(OWN[name].read_text(encoding="utf-8"))["name"])


def _copy(service: str, longer: str, target: Path) -> None:
    source = next(one / service for one in FOLDERS if (one / service).is_dir())
    shutil.copytree(source, target)
    changed = 0
    for file in target.rglob("*"):
        if file.suffix in (".yml", ".yaml", ".sh") and file.is_file():
            text = file.read_text(encoding="utf-8")
            for pattern, form in RENAMED:
                text, count = pattern.subn(form.format(name=longer), text)
                changed += count
            file.write_text(text, encoding="utf-8")
    assert changed, f"nothing of {service} says its stack's name"


def _make(content: dict[str, Any], target: Path) -> None:
    app = target / "app"
    (app / "src").mkdir(parents=True)
    (app / "src" / "index.js").write_text(HANDLER, encoding="utf-8")
    phases = {
        "osls": _by_osls,
        "cloudformation": _by_cloudformation,
        "nested": _by_nesting,
        "sam": _by_sam,
    }[content["tool"]](content, app)
    definition = {
        "description": content["description"],
        "owner": "team-corpus@example.com",
        "source": "app",
        "variables": VARIABLES,
        "environment": {"STAGE": "{stage}"},
        "phases": phases,
    }
    _dump(definition, target / "process.yaml")


def _by_osls(content: dict[str, Any], app: Path) -> dict[str, list[str]]:
    template = content["template"]
    provider = {
        "name": "aws",
        "runtime": "nodejs22.x",
        "stage": "${opt:stage, 'dev'}",
        "region": "${env:AWS_REGION, 'eu-west-1'}",
        **template.get("provider", {}),
    }
    plugins = [f"./plugins/{one}" for one in content.get("plugins", [])]
    if plugins:
        shutil.copytree(HERE / "plugins", app / "plugins")
    written = {"service": content["name"], **template, "provider": provider}
    _dump(written | ({"plugins": plugins} if plugins else {}), app / "serverless.yml")
    deploy = 'osls deploy --stage "$STAGE"'
    change = 'echo "// a change, as a person would make it" >> src/index.js'
    return {
        "deploy": [deploy],
        "update": [change, deploy],
        "remove": ['osls remove --stage "$STAGE"'],
    }


def _by_cloudformation(content: dict[str, Any], app: Path) -> dict[str, list[str]]:
    _dump(
        {"Parameters": {"Days": {"Type": "Number"}}, "Resources": content["template"]},
        app / "template.yaml",
    )
    name = content["name"]
    deploy = f"{_deploy(name, 'template.yaml')} --parameter-overrides Days="
    return {
        "deploy": [f"{deploy}30"],
        "update": [f"{deploy}60 --tags cost=4711"],
        "remove": _removed(name),
    }


def _by_nesting(content: dict[str, Any], app: Path) -> dict[str, list[str]]:
    nested = {}
    for logical_id, resources in content["template"].items():
        _dump({"Resources": resources}, app / f"{logical_id}.yaml")
        properties = {"TemplateURL": f"{logical_id}.yaml"}
        nested[logical_id] = {"Type": "AWS::CloudFormation::Stack", "Properties": properties}
    _dump({"Resources": nested}, app / "template.yaml")
    return _packaged(content["name"])


def _by_sam(content: dict[str, Any], app: Path) -> dict[str, list[str]]:
    transform = {"Transform": "AWS::Serverless-2016-10-31"}
    _dump({**transform, "Resources": content["template"]}, app / "template.yaml")
    return _packaged(content["name"])


def _packaged(name: str) -> dict[str, list[str]]:
    bucket = f"{name.lower()}-$STAGE-artifacts"
    package = (
        f'aws cloudformation package --template-file template.yaml --s3-bucket "{bucket}" '
        "--output-template-file packaged.yaml > /dev/null"
    )
    deploy = _deploy(name, "packaged.yaml")
    change = 'echo "// a change, as a person would make it" >> src/index.js'
    return {
        "deploy": [f'aws s3 mb "s3://{bucket}"', package, deploy],
        "update": [change, package, f"{deploy} --tags cost=4711"],
        "remove": [*_removed(name), f'aws s3 rb --force "s3://{bucket}"'],
    }


def _deploy(name: str, template: str) -> str:
    return (
        f'aws cloudformation deploy --stack-name "{name}-$STAGE" --template-file {template} '
        "--capabilities CAPABILITY_IAM CAPABILITY_AUTO_EXPAND"
    )


def _removed(name: str) -> list[str]:
    return [
        f'aws cloudformation delete-stack --stack-name "{name}-$STAGE"',
        f'aws cloudformation wait stack-delete-complete --stack-name "{name}-$STAGE"',
    ]


def _dump(content: dict[str, Any], file: Path) -> None:
    file.write_text(yaml.safe_dump(content, sort_keys=False, width=200), encoding="utf-8")
