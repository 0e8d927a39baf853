"""Twenty changes as a process: all stacks are made, then each is changed in a phase of its own."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from benchmarks.foretell.recording import Deployment

LISTED = Path(__file__).with_name("changes.yaml")
NAME = "twenty-changes"
STACK = "foretell-{name}"
NESTED: Mapping[str, Any] = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}
BUCKET = "foretell-nested-templates"
SCRIPT = f"""set -euo pipefail
deploy() {{ aws cloudformation deploy --capabilities CAPABILITY_NAMED_IAM "$@"; }}
what=$1; shift
if [ $what = deploy ]; then aws s3 mb s3://{BUCKET}; fi
for name in "$@"; do
  case $what in
    deploy) deploy --stack-name foretell-$name --template-file $name.before.json ;;
    change)
      aws cloudformation package --s3-bucket {BUCKET} --template-file $name.after.json \\
        --output-template-file $name.packaged.yaml > /dev/null
      deploy --stack-name foretell-$name --template-file $name.packaged.yaml ;;
    remove)
      aws cloudformation delete-stack --stack-name foretell-$name
      aws cloudformation wait stack-delete-complete --stack-name foretell-$name ;;
  esac
done
if [ $what = remove ]; then aws s3 rb --force s3://{BUCKET}; fi
"""


def names() -> tuple[str, ...]:
    """The changes, in order."""
    listed = yaml.safe_load(LISTED.read_text(encoding="utf-8"))
    return tuple(one["name"] for one in listed["changes"])


def write_process(folder: Path) -> Path:
    """Write the process's folder: its templates and what it does with them."""
    target = folder / NAME
    source = target / "stacks"
    write_templates(source)
    (source / "change.sh").write_text(SCRIPT, encoding="utf-8")
    phases = {"deploy": [f"bash change.sh deploy {' '.join(names())}"]}
    phases |= {name: [f"bash change.sh change {name}"] for name in names()}
    phases["remove"] = [f"bash change.sh remove {' '.join(names())}"]
    definition = {
        "description": "Twenty changes of templates",
        "owner": "team-foretell@example.com",
        "source": "stacks",
        "regions": ["eu-west-1"],
        "phases": phases,
        "proof": {"attempt": False},
    }
    (target / "process.yaml").write_text(yaml.safe_dump(definition, sort_keys=False))
    return target


def write_templates(folder: Path) -> None:
    """`<name>.before.json` and `<name>.after.json` of every change."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = yaml.safe_load(LISTED.read_text(encoding="utf-8"))
    for one in listed["changes"]:
        before = {key: _part(value, listed["parts"]) for key, value in one["before"].items()}
        after = dict(before)
        for key, value in one["after"].items():
            after[key] = _part(value, listed["parts"])
        kept = {key: value for key, value in after.items() if value is not None}
        for when, resources in (("before", before), ("after", kept)):
            text = json.dumps({"Resources": resources}, indent=1)
            (folder / f"{one['name']}.{when}.json").write_text(text, encoding="utf-8")
    (folder / "nested.yaml").write_text(json.dumps(NESTED), encoding="utf-8")


def _part(value: Any, parts: Mapping[str, Any]) -> Any:  # noqa: ANN401 (a resource, or its name)
    return parts[value.strip("{}")] if isinstance(value, str) else value


def deployment(folder: Path, name: str, when: str) -> Deployment:
    """One side of a change."""
    return Deployment(
        phase=name,
        stack=STACK.format(name=name),
        template=folder / f"{name}.{when}.json",
        parameters={},
        tags={},
    )
