"""What may not change between a deployed version's templates and the next one's.

CloudFormation keeps a resource by its logical id and replaces it when a property changes that can
only be set at creation; both would lose what an account has kept, or meet a name that is taken.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

Template = dict[str, Any]
WITHIN = {"AWS::IAM::Policy"}  # named within a role
REGION = "eu-west-1"
KEPT = {"Retain", "RetainExceptOnCreate"}
# Properties that name a resource for good.
NAMES = re.compile(
    r"(Role|Policy|ManagedPolicy|Function|Topic|Queue|Trail|Bucket|Table|Alarm|Dashboard|Project"
    r"|StateMachine|LogGroup|Rule|Alias)?Name"
)


def losses(before: Mapping[str, Template], after: Mapping[str, Template]) -> list[str]:
    """What an upgrade of these stacks would lose or run into, a sentence each, sorted."""
    found = {*_dropped_exports(before, after), *_taken_names(after)}
    for stack, old in before.items():
        new = after.get(stack)
        if new is None:
            found.add(f"the stack {stack} is gone")
            continue
        found |= {*_lost(stack, old, new), *_moved_names(stack, old, new)}
    return sorted(found)


def _lost(stack: str, old: Template, new: Template) -> Iterator[str]:
    for name, was in old["Resources"].items():
        if was.get("DeletionPolicy") not in KEPT:
            continue
        now = new["Resources"].get(name)
        if now is None:
            yield f"{stack}: {name} ({was['Type']}) is kept by v0.1 and gone from the template"
        elif now["Type"] != was["Type"]:
            yield f"{stack}: {name} was {was['Type']} and is {now['Type']}"
        elif now.get("DeletionPolicy") not in KEPT:
            yield f"{stack}: {name} ({was['Type']}) would no longer be kept"
        else:
            for one in _only_at_creation(was["Type"]):
                if _value(was, one) != _value(now, one):
                    yield f"{stack}: {name} ({was['Type']}) would be replaced, since {one} changes"


def _moved_names(stack: str, old: Template, new: Template) -> Iterator[str]:
    names = {named: name for name, one in old["Resources"].items() for named in _named(one)}
    for name, one in new["Resources"].items():
        for named in _named(one):
            before = names.get(named, name)
            if before != name:
                kind, text = named
                yield f"{stack}: the {kind} {text} moves from {before} to {name}: its name is taken"


def _taken_names(templates: Mapping[str, Template]) -> Iterator[str]:
    holders: dict[tuple[str, str], str] = {}
    for stack, template in templates.items():
        for one in template["Resources"].values():
            for named in _named(one):
                holder = holders.setdefault(named, stack)
                if holder != stack and one["Type"] not in WITHIN:
                    kind, text = named
                    yield f"{stack}: the {kind} {text} is in {holder}, too: its name is taken"


def _named(one: Template) -> Iterator[tuple[str, str]]:
    for key, value in one.get("Properties", {}).items():
        if NAMES.fullmatch(key):
            yield one["Type"], json.dumps(value, sort_keys=True)


def _dropped_exports(
    before: Mapping[str, Template], after: Mapping[str, Template]
) -> Iterator[str]:
    exported = {name for one in after.values() for name in _exports(one)}
    for stack, one in before.items():
        for name in sorted(set(_imports(one)) - exported):
            yield f"{stack} imports {name}, which nothing exports any more: drop it a version later"


def _exports(template: Template) -> Iterator[str]:
    for one in template.get("Outputs", {}).values():
        if "Export" in one:
            yield one["Export"]["Name"]


def _imports(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "Fn::ImportValue":
                yield str(inner)
            else:
                yield from _imports(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _imports(inner)


@cache
def _only_at_creation(kind: str) -> tuple[str, ...]:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema
    paths = schema.get("createOnlyProperties", ())
    return tuple(sorted(path.removeprefix("/properties/").split("/")[0] for path in paths))


def _value(one: Template, name: str) -> object:
    return one.get("Properties", {}).get(name)
