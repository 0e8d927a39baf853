"""What a template wants to be there before it is deployed, and what it leaves behind."""

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from local.new_process.folder import Folder
from local.new_process.reading.templates import mapping

MOST = 6  # names in one line
EMPTIED = "a bucket or repository that holds anything must be emptied before remove"
HOLDING = ("AWS::S3::Bucket", "AWS::ECR::Repository")  # that are removed only when empty
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
# A name in them may hold variables of Fn::Sub.
DYNAMIC = re.compile(
    r"\{\{resolve:((?:ssm|ssm-secure|secretsmanager):(?:[^{}\s]|\$\{[^}]*\})+)\}\}"
)
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html
# https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html
PUBLIC = "/aws/"  # AWS's own, which are in every account
PARAMETER = "AWS::SSM::Parameter::Value"
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
KEPT = ("Retain", "Snapshot", "RetainExceptOnCreate")


def notes_on(folder: Folder, found: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """What to look at in the first of some templates, and which others are there."""
    template = folder.mapping(found[0])
    nested = set(_nested(found[0], template))
    others = [one for one in found[1:] if one not in nested]
    if others:
        yield "phases", f"other templates are there: {_some(others)}"
    parts = [found[0], *(one for one in found if one in nested)]
    if any(kind in folder.texts[one] for one in parts for kind in HOLDING):
        yield "phases", EMPTIED
    documents = [folder.mapping(one) for one in parts]
    if wanted := sorted({one for document in documents for one in _wanted(document)}):
        yield "phases", f"the template reads {_some(wanted)}, which must be there in the sandbox"
    if absent := sorted(set(_absent(folder, found[0], template))):
        yield "phases", f"{_some(absent)} is not there before it is built, by a command before"
    if kept := sorted({one for document in documents for one in _kept(document)}):
        yield "phases.remove", f"the template keeps {_some(kept)}: delete them here, by commands"


def _nested(file: str, value: object) -> Iterator[str]:
    """Paths of the templates that a template names as its nested stacks' own."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key in ("TemplateURL", "Location") and isinstance(one, str) and "://" not in one:
                yield posixpath.normpath(posixpath.join(posixpath.dirname(file), one))
            yield from _nested(file, one)
    elif isinstance(value, list):
        for one in value:
            yield from _nested(file, one)


def _absent(folder: Folder, file: str, template: Mapping[str, Any]) -> Iterator[str]:
    """Folders and files that the template uploads and that the source does not have."""
    for one in mapping(template.get("Resources")).values():
        properties = mapping(mapping(one).get("Properties"))
        for key in ("CodeUri", "ContentUri", "Code"):
            given = properties.get(key)
            if isinstance(given, str) and "://" not in given and "{" not in given:
                place = posixpath.normpath(posixpath.join(posixpath.dirname(file), given))
                there = place in (".", *folder.texts) or folder.below(place).texts
                if not there and not place.startswith(".."):
                    yield place


def _wanted(template: Mapping[str, Any]) -> Iterator[str]:
    made = json.dumps(mapping(template.get("Resources")), default=str)
    yield from (one for one in DYNAMIC.findall(made) if not one.startswith(f"ssm:{PUBLIC}"))
    for name, raw in mapping(template.get("Parameters")).items():
        one = mapping(raw)
        default = str(one.get("Default") or PUBLIC)
        if str(one.get("Type")).startswith(PARAMETER) and not default.startswith(PUBLIC):
            yield f"the parameter {default} ({name})"
    yield from (f"the export {one}" for one in _imports(template.get("Resources")))


def _imports(value: object) -> Iterator[str]:
    """Exports of other stacks; of a `!ImportValue` the tag is lost, of the long form it is not."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key == "Fn::ImportValue":
                yield one if isinstance(one, str) else json.dumps(one, default=str)
            yield from _imports(one)
    elif isinstance(value, list):
        for one in value:
            yield from _imports(one)


def _kept(template: Mapping[str, Any]) -> Iterator[str]:
    for name, raw in mapping(template.get("Resources")).items():
        if mapping(raw).get("DeletionPolicy") in KEPT:
            yield str(name)


def _some(names: list[str]) -> str:
    more = f", and {len(names) - MOST} more" if names[MOST:] else ""
    return ", ".join(names[:MOST]) + more
