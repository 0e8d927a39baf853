"""Types without curated rows: calls guessed from the registry schema's handler permissions.

The permissions are a superset (everything that any property may need) and are IAM actions, not
calls. They are narrowed by the properties that the template sets; each use is kept as a finding.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from local.aws.calls import iam_prefix, service_model
from local.aws.forwarded_table import Row, TypeTable
from local.aws.forwarded_values import Resource

# (resource type, operation): tests read it, and know what is guessed.
findings: list[tuple[str, str]] = []

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z]|$)|[A-Z][a-z0-9]*")
_VERBS = {
    "create": ("Create", "Put", "Register", "Allocate", "Request", "Import"),
    "update": ("Update", "Modify", "Put", "Set"),
    "delete": ("Delete", "Remove", "Deregister", "Release", "Schedule"),
}
_READS = ("Describe", "Get", "List")


def table_of(resource: Resource, operation: str) -> TypeTable:
    """Guessed rows of a type, for one operation."""
    if resource.type.startswith(("Custom::", "AWS::CDK::", "AWS::CloudFormation::")):
        return TypeTable(type=resource.type, curated=False)
    finding = (resource.type, operation)
    if finding not in findings:
        findings.append(finding)
    rows = tuple(Row(call=call) for call in _calls(resource.type, operation, resource.properties))
    return TypeTable(type=resource.type, curated=False, operations={operation: rows})


def _calls(kind: str, operation: str, properties: Mapping[str, Any]) -> list[str]:
    noun = kind.rsplit("::", 1)[-1]
    found: list[str] = []
    for permission in _permissions(kind, operation):
        prefix, _, action = permission.partition(":")
        service = _service(prefix)
        if service is None or action not in service_model(service).operation_names:
            continue
        verb = action.startswith(_VERBS[operation])
        about = _words(action) & _words(noun)
        triggered = any(_words(action) and _words(action) <= _words(name) for name in properties)
        reads = action.startswith(_READS) and bool(about)
        if ((verb and about) or (verb and triggered) or reads) and _writes_own(kind, prefix):
            found.append(f"{service}:{action}")
    return sorted(dict.fromkeys(found), key=lambda call: call.split(":")[1].startswith(_READS))


def _writes_own(kind: str, prefix: str) -> bool:
    """Permissions of other services (keys, networks) are for properties that we cannot judge."""
    own = kind.split("::")[1].lower()
    return own.startswith(prefix.replace("-", "")[:4]) or prefix.replace("-", "").startswith(
        own[:4]
    )


def _words(name: str) -> set[str]:
    skipped = {verb.lower() for verbs in _VERBS.values() for verb in verbs}
    skipped |= {verb.lower() for verb in _READS}
    return {word.lower().rstrip("s") for word in _WORD.findall(name)} - skipped


@lru_cache(maxsize=256)
def _service(prefix: str) -> str | None:
    import botocore.session  # noqa: PLC0415 - only here

    for name in botocore.session.get_session().get_available_services():
        if name == prefix:
            return str(name)
    for name in botocore.session.get_session().get_available_services():
        if iam_prefix(name) == prefix:
            return str(name)
    return None


@lru_cache(maxsize=256)
def _permissions(kind: str, operation: str) -> tuple[str, ...]:
    try:
        # Half a second and 30 MB: only for types that nobody curated.
        from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # noqa: PLC0415

        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    except Exception:  # noqa: BLE001 - cfn-lint raises its own for a type that it does not know
        return ()
    handler = (schema.get("handlers") or {}).get(operation) or {}
    return tuple(handler.get("permissions") or ())
