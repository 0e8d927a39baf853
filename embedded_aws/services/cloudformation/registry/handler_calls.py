"""The API calls that a type's handlers may make: its permissions, as botocore names them."""

import re
from functools import lru_cache

from embedded_aws.iam.calls import iam_prefix
from embedded_aws.protocol.service_models import service_model, session
from embedded_aws.services.cloudformation.registry.name_words import words
from embedded_aws.services.cloudformation.registry.types import registered

_TAGGING = re.compile(r":(List)?(Un)?[tT]ag")
_OPERATIONS = {
    "create": ("Create", "Generate", "Put"),
    "update": ("Update", "Modify", "Put"),
    "delete": ("Delete",),
    "read": ("Get", "Describe"),
}


def possible(kind: str, operation: str) -> list[str]:
    """Calls of the type's own service, in the order of the registry.

    Permissions of other services (keys, networks) are for properties that nobody can judge here.
    A custom resource (`Custom::Name`) has no handler: whatever it calls, its function calls.
    """
    if kind.startswith("Custom::"):
        return []
    own = own_prefix(kind)
    calls = []
    for permission in registered(kind).permissions.get(operation, ()):
        prefix, _, action = permission.partition(":")
        if prefix.lower() == own:
            # Some schemas begin them small, and spell `UnTagResource`.
            action = (action[:1].upper() + action[1:]).replace("UnTag", "Untag")
            service = _service_with(own, action, kind)
            calls += [f"{service}:{action}"] if service else []
    telling = any(not _TAGGING.search(call) for call in calls)
    return list(dict.fromkeys([*([] if telling else _by_convention(kind, operation)), *calls]))


def _by_convention(kind: str, operation: str) -> list[str]:
    """`AWS::IAM::AccessKey` is older than handlers, and is made by `CreateAccessKey`.

    API Gateway's permissions are verbs of HTTP, and those of budgets one for all of their calls:
    they name no call.
    """
    _, owner, noun = kind.split("::")[:3]
    services = [
        name
        for name in _services()
        # `AWS::WAFRegional::WebACL` is of `waf-regional`.
        if owner.lower() in (name.replace("-", ""), iam_prefix(name).replace("-", ""))
    ]
    return [
        f"{service}:{verb}{noun}"
        for service in services
        for verb in _OPERATIONS[operation]
        if f"{verb}{noun}" in service_model(service).operation_names
    ]


@lru_cache(maxsize=256)
def own_prefix(kind: str) -> str:
    """The service that the type's name has; else the one of most actions named for it alone.

    Where none is, that of most actions which share a word with its name. A subnet group of Redshift
    is made with many of EC2's, but by Redshift.
    """
    _, owner, name = kind.split("::")[:3]
    noun = words(name)
    ranks: dict[str, list[int]] = {}
    for permissions in registered(kind).permissions.values():
        for permission in permissions:
            prefix, _, action = permission.partition(":")
            about = words(action)
            rank = ranks.setdefault(prefix.lower(), [0, 0, 0])
            rank[0] = prefix.lower().replace("-", "") == owner.lower()
            rank[1] += about == noun
            rank[2] += bool(about & noun)
    return max(ranks, key=ranks.__getitem__, default="")


@lru_cache(maxsize=1024)
def _service_with(prefix: str, action: str, kind: str) -> str:
    """Botocore's service with this prefix that has the operation, the likest by its name."""
    owner = kind.split("::")[1].lower()
    found = [name for name in _with_prefix(prefix) if action in service_model(name).operation_names]
    likest = sorted(found, key=lambda name: (name != owner, name[-2:] != owner[-2:], name))
    return likest[0] if likest else ""


@lru_cache(maxsize=128)
def _with_prefix(prefix: str) -> tuple[str, ...]:
    named = [name for name in _services() if name == prefix]
    return tuple(dict.fromkeys([*named, *(n for n in _services() if iam_prefix(n) == prefix)]))


@lru_cache(maxsize=1)
def _services() -> tuple[str, ...]:
    return tuple(session.get_available_services())
