"""Which names a template gives itself; the others CloudFormation makes up."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from lambdas.model.trail.stack import StackResource
from lambdas.read_stacks.scope import UNKNOWN, Scope, section


def with_given(
    resources: Iterable[StackResource], template: Mapping[str, Any], scope: Scope
) -> tuple[StackResource, ...]:
    """The resources, with whether one of their properties in the template is their name."""
    written = section(template, "Resources")
    return tuple(
        replace(one, given=_is_given(one, written.get(one.logical_id), scope)) for one in resources
    )


def _is_given(resource: StackResource, written: object, scope: Scope) -> bool:
    properties = section(written, "Properties") if isinstance(written, dict) else {}
    names = {resource.physical_id, re.split(r"[/:|]", resource.physical_id)[-1]} - {""}
    texts = (scope.text(one) for one in properties.values())
    return any(_may_be(name, text) for text in texts for name in names)


def _may_be(name: str, text: str) -> bool:
    """Whether a text is the name, as far as the text is known; nothing known says nothing."""
    if UNKNOWN not in text:
        return name == text
    return bool(text.strip(UNKNOWN)) and fnmatchcase(name, text.replace("[", "[[]"))
