"""The tags of what a request is about, where AWS gives them to the request.

The key is there for the actions of which the Service Authorization Reference says so, and from the
call on that puts the tag until the thing is gone. Nothing is given to what is not made yet.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourcetag
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ministack.services import tagging

from embedded_aws.iam import service_reference

# The question that is being answered: its action.
asked: ContextVar[str] = ContextVar("asked_action", default="")
# The tags of a thing by its ARN, and the names by which it may be known; None where none knows it.
Provider = Callable[[str, tuple[str, ...]], Mapping[str, str] | None]
providers: list[Provider] = []

_RESOURCE = 5  # arn:partition:service:region:account:resource


def install() -> None:
    """Answer MiniStack's own look for tags."""
    original = tagging.resource_tags

    def tags_of(arn: str) -> Mapping[str, str]:
        return _given(asked.get(), arn, original)

    tagging.resource_tags = tags_of


def _given(
    action: str, arn: str, directly: Callable[[str], Mapping[str, str] | None]
) -> Mapping[str, str]:
    if not action or arn.count(":") < _RESOURCE:
        return {}
    prefix, _, name = action.partition(":")
    if prefix in _rules()["late"] or action in _rules()["never"]:
        return {}
    names = _names(arn) if prefix in _rules()["own"] else _listed(prefix, name, arn)
    if not names:
        return {}
    found = {key: value for key, value in (directly(arn) or {}).items() if key[:4] != "aws:"}
    for provider in providers:
        found |= provider(arn, names) or {}
    return found


def _listed(prefix: str, name: str, arn: str) -> tuple[str, ...]:
    """The names of the thing, where the reference says that the key is there."""
    by_action = prefix in _rules()["by_action"]
    if not service_reference.gives_tags(prefix, name, arn, by_action=by_action):
        return ()
    resource = arn.split(":", _RESOURCE)[_RESOURCE]
    whole = re.split(r"[/:]", resource, maxsplit=1)[-1]
    return tuple(dict.fromkeys((whole, re.split(r"[/:]", resource)[-1], whole.split(":")[0])))


def _names(arn: str) -> tuple[str, ...]:
    return tuple(_by_path(arn.split(":")[2], arn.split(":", _RESOURCE)[_RESOURCE]))


def _by_path(service: str, path: str) -> Iterator[str]:
    for kind in ("own", "inherited"):
        for pattern in _rules()[kind].get(service, ()):
            if match := re.fullmatch(pattern, path):
                yield match[1]


@cache
def _rules() -> Mapping[str, Any]:
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))
    return found
