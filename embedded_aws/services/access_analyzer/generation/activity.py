"""From CloudTrail records to policies, as Access Analyzer's policy generation does it.

A closed list of services and actions, no tag actions, no data events, no PassRole; denied calls
count; per principal, whatever the session. What is missing here is missing in the real answer.
"""

import fnmatch
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from embedded_aws.iam import service_reference

POLICY_LIMIT = 6_144  # characters of a managed policy; IAM quotas
VERSION_SUFFIX = re.compile(r"\d{8}(v\d+)?$")  # of Lambda's event names


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What the trail showed of a principal."""

    actions: frozenset[str]
    services_only: frozenset[str]  # prefixes of which no action is known

    @property
    def complete(self) -> bool:
        """Whether every service that was used is there with its actions."""
        return not self.services_only


@cache
def coverage() -> Mapping[str, Any]:
    """What the service knows, published by AWS."""
    text = (Path(__file__).parent / "access_analyzer_coverage.json").read_text()
    loaded: Mapping[str, Any] = json.loads(text)
    return loaded


def activity_of(
    records: Iterable[Mapping[str, Any]], principal: str, *, start: str, end: str
) -> Activity:
    """The activity of a role or user between two instants, written as CloudTrail writes them."""
    actions, services = set(), set()
    for record in records:
        if not (start <= str(record.get("eventTime", "")) <= end):
            continue
        if not is_management(record) or principal_of(record) != principal:
            continue
        prefix = prefix_of(record)
        action = action_of(prefix, str(record.get("eventName", "")))
        if prefix in coverage()["services"] and action and is_covered(action):
            actions.add(action)
        elif service_reference.knows_service(prefix):
            services.add(prefix)
    seen = {action.split(":", 1)[0] for action in actions}
    return Activity(actions=frozenset(actions), services_only=frozenset(services - seen))


def is_management(record: Mapping[str, Any]) -> bool:
    """Whether a record is a management event; data events are not read."""
    category = record.get("eventCategory", "Management")
    return category == "Management" and record.get("managementEvent", True) is not False


def principal_of(record: Mapping[str, Any]) -> str | None:
    """The role or user of a record; a session counts for its role."""
    identity = record.get("userIdentity") or {}
    issuer = (identity.get("sessionContext") or {}).get("sessionIssuer") or {}
    if identity.get("type") == "AssumedRole" and not issuer:
        # Some records carry an empty session context: the role is in the session's ARN.
        parts = str(identity.get("arn", "")).split(":", 5)
        role = parts[5].split("/")[1] if len(parts) == 6 else ""  # noqa: PLR2004 (fields of an ARN)
        return f"arn:{parts[1]}:iam::{parts[4]}:role/{role}" if role else None
    found = issuer.get("arn") or identity.get("arn")
    return str(found) if found else None


def prefix_of(record: Mapping[str, Any]) -> str:
    """The IAM prefix of a record's service."""
    source = str(record.get("eventSource", "")).removesuffix(".amazonaws.com")
    prefixes: Mapping[str, str] = coverage()["event_sources"]["prefixes"]
    return prefixes.get(source, source)


def action_of(prefix: str, event_name: str) -> str | None:
    """The IAM action of an event, if its name tells."""
    name = VERSION_SUFFIX.sub("", event_name)
    renamed = coverage()["event_names"]["actions"].get(f"{prefix}:{name}", f"{prefix}:{name}")
    service, _, spelled = renamed.partition(":")
    return service_reference.action_named(service, spelled)


@cache
def is_covered(action: str) -> bool:
    """Whether policy generation lists an action."""
    prefix, name = action.split(":", 1)
    excluded = coverage()["excluded"]
    if prefix not in coverage()["services"]:
        return False
    if service_reference.access_level(action) == "Tagging":
        return False
    if re.match(excluded["tagging"], name):
        return False
    return not any(fnmatch.fnmatchcase(action, pattern) for pattern in excluded["actions"])


def policies_of(
    activity: Activity, *, placeholders: bool, service_level: bool, partition: str = "aws"
) -> list[str]:
    """The policies, as many as the size of one asks for; none when nothing was found."""
    statements = (
        _by_resource(activity.actions, partition)
        if placeholders
        else [_statement(activity.actions, "*")]
    )
    if service_level:
        statements.append(_statement({f"{name}:*" for name in activity.services_only}, "*"))
    return [
        json.dumps({"Version": "2012-10-17", "Statement": packed})
        for packed in _packed([statement for statement in statements if statement["Action"]])
    ]


def _by_resource(actions: Iterable[str], partition: str) -> list[dict[str, Any]]:
    """First what has no resource, then one statement for each type of resource."""
    by_template: dict[str, set[str]] = defaultdict(set)
    for action in actions:
        templates = service_reference.resource_templates(action) or ["*"]
        for template in templates:
            by_template[template.replace("${Partition}", partition)].add(action)
    ordered = sorted(by_template, key=lambda template: (template != "*", template))
    return [_statement(by_template[template], template) for template in ordered]


def _statement(actions: Iterable[str], resource: str) -> dict[str, Any]:
    listed = sorted(actions)
    spelled: Any = listed[0] if len(listed) == 1 else listed
    return {"Effect": "Allow", "Action": spelled, "Resource": resource}


def _packed(statements: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Statements in as few documents as hold them, in order; a long one is cut in two."""
    documents: list[list[dict[str, Any]]] = []
    waiting = list(reversed(statements))
    while waiting:
        statement = waiting.pop()
        if documents and _size([*documents[-1], statement]) <= POLICY_LIMIT:
            documents[-1].append(statement)
        elif _size([statement]) <= POLICY_LIMIT:
            documents.append([statement])
        else:
            actions, resource = statement["Action"], statement["Resource"]
            half = len(actions) // 2
            waiting += [_statement(actions[half:], resource), _statement(actions[:half], resource)]
    return documents


def _size(statements: list[dict[str, Any]]) -> int:
    document = {"Version": "2012-10-17", "Statement": statements}
    return len(json.dumps(document, separators=(",", ":")))
