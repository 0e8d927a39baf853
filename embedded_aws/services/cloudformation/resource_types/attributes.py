"""What `Fn::GetAtt` finds: every property of the type's schema, not only what MiniStack lists.

CloudFormation reads what was made by the type's read handler, so a property that the template gives
is an attribute as well (`CidrBlock` of a network).
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getatt.html
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ministack.core.responses import get_account_id, get_region

from embedded_aws.ministack import services
from embedded_aws.services.cloudformation.forwarding.mapping.parameters import Resource
from embedded_aws.services.cloudformation.registry.types import registered
from embedded_aws.services.cloudformation.resource_types import return_values

Resolve = Callable[..., Any]

MODULES = ("engine", "stacks", "handlers", "changesets")
_INSIDE = re.compile(r"\$\{([A-Za-z0-9]+)\.([A-Za-z0-9.]+)\}")
_ABSENT = object()


def repair() -> None:
    """Let every resolution know the attributes that MiniStack leaves out."""
    resolve = _completing(services.service("cloudformation.engine")._resolve_refs)
    for name in MODULES:
        module = services.service(f"cloudformation.{name}")
        if hasattr(module, "_resolve_refs"):
            module._resolve_refs = resolve


def _completing(resolve: Resolve) -> Resolve:
    def resolved(value: Any, resources: Mapping[str, Any], *more: Any, **named: Any) -> Any:
        if isinstance(value, dict):
            for logical_id, attribute in _asked(value):
                _complete(resources.get(logical_id) or {}, logical_id, attribute)
        return resolve(value, resources, *more, **named)

    return resolved


def _asked(value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The attributes that a function asks for itself."""
    named = value.get("Fn::GetAtt")
    if isinstance(named, str):
        logical_id, _, attribute = named.partition(".")
        yield logical_id, attribute
    elif isinstance(named, list) and len(named) > 1 and all(isinstance(one, str) for one in named):
        yield named[0], ".".join(named[1:])
    sub = value.get("Fn::Sub")
    text = sub[0] if isinstance(sub, list) and sub else sub
    if isinstance(text, str):
        yield from _INSIDE.findall(text)


def _complete(resource: dict[str, Any], logical_id: str, attribute: str) -> None:
    """Put the attribute into the stack's memory, so that it stays what it was."""
    if "PhysicalResourceId" not in resource or attribute in (resource.get("Attributes") or {}):
        return
    kind = str(resource.get("ResourceType"))
    properties = resource.get("Properties") or {}
    known = registered(kind)
    value = _at(properties, attribute)
    if attribute in known.made or attribute.partition(".")[0] not in known.properties:
        value = _ABSENT
    if value is _ABSENT:
        kept = Resource(
            type=kind,
            logical_id=logical_id,
            stack="",
            properties=properties,
            account=get_account_id(),
            region=get_region(),
        )
        value = return_values.found_value(kept, attribute, str(resource["PhysicalResourceId"]))
    if value not in (_ABSENT, None):
        resource["Attributes"] = {**(resource.get("Attributes") or {}), attribute: value}


def _at(properties: Any, path: str) -> Any:
    for name in path.split("."):
        if not isinstance(properties, Mapping) or name not in properties:
            return _ABSENT
        properties = properties[name]
    return properties
