"""Access Analyzer's custom policy checks: containment of grants, undecided counts as FAIL.

The real service proves with a solver; here patterns and conditions are compared one by one.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-checks-validating-policies.html
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from embedded_aws.iam import service_reference
from embedded_aws.services.access_analyzer.checks.condition_containment import conditions_within
from embedded_aws.services.access_analyzer.checks.patterns import (
    actions,
    contains,
    listed,
    meet,
    texts,
)
from embedded_aws.services.access_analyzer.errors import ServiceError, invalid

Json = dict[str, Any]
Statement = Mapping[str, Any]
TYPES = frozenset({"IDENTITY_POLICY", "RESOURCE_POLICY"})
MOST = 100  # actions or resources in an access


def no_new_access(data: Json) -> Json:
    """CheckNoNewAccess: every grant of the new policy is one of the existing policy."""
    _check_type(data)
    new = _statements(data.get("newPolicyDocument"))
    existing = _statements(data.get("existingPolicyDocument"))
    for index, statement in enumerate(new):
        if statement.get("Effect") == "Allow" and not _is_granted(statement, new, existing):
            return _failed(
                "The modified permissions grant new access compared to your existing policy.",
                "New access in the statement",
                statement,
                index,
            )
    message = "The modified permissions do not grant new access compared to your existing policy."
    return {"result": "PASS", "message": message}


def access_not_granted(data: Json) -> Json:
    """CheckAccessNotGranted: no listed action is allowed, on any listed resource if some are."""
    _check_type(data)
    wanted_actions, wanted_resources = _access(data)
    statements = _statements(data.get("policyDocument"))
    for index, statement in enumerate(statements):
        if statement.get("Effect") == "Allow" and _grants_any(
            statement, statements, wanted_actions, wanted_resources
        ):
            return _failed(
                "The policy document grants access to perform one or more of the listed actions "
                "or resources.",
                "One or more of the listed actions or resources in the statement",
                statement,
                index,
            )
    message = (
        "The policy document does not grant access to perform the listed actions or resources."
    )
    return {"result": "PASS", "message": message}


def _is_granted(
    statement: Statement, new: Sequence[Statement], existing: Sequence[Statement]
) -> bool:
    """Whether an Allow of the new policy gives nothing that the existing one did not."""
    allows = [known for known in existing if known.get("Effect") == "Allow"]
    denies = [known for known in existing if known.get("Effect") == "Deny"]
    # A denial that is gone, or narrower, may open what it closed.
    if any(_touches(deny, statement) and not _kept(deny, new) for deny in denies):
        return False
    if any(_same(known, statement) for known in allows):
        return True
    if any(element.startswith("Not") for element in statement):
        return False
    return all(
        any(_covers(known, action, resource, statement) for known in allows)
        for pattern in actions(statement)
        for action in _expanded(pattern, allows)
        for resource in listed(statement.get("Resource")) or ["*"]
    )


def _expanded(pattern: str, allows: Sequence[Statement]) -> list[str]:
    """A wildcard as the actions that it stands for, unless one grant contains it whole."""
    whole = any(contains(known, pattern) for allow in allows for known in actions(allow))
    prefix, _, name = pattern.partition(":")
    if whole or not set("*?") & set(pattern) or set("*?") & set(prefix):
        return [pattern]
    found = [
        f"{prefix}:{known.lower()}"
        for known in service_reference.actions_of(prefix)
        if contains(name, known.lower())
    ]
    return found or [pattern]


def _covers(known: Statement, action: str, resource: str, statement: Statement) -> bool:
    if any(element.startswith("Not") for element in known):
        return False
    return (
        any(contains(pattern, action) for pattern in actions(known))
        and any(contains(str(pattern), resource) for pattern in listed(known.get("Resource", "*")))
        and _principals_within(statement, known)
        and conditions_within(statement, known)
    )


def _principals_within(inner: Statement, outer: Statement) -> bool:
    named = outer.get("Principal")
    if named in ("*", {"AWS": "*"}) or named == inner.get("Principal"):
        return True
    if not isinstance(named, Mapping) or not isinstance(inner.get("Principal"), Mapping):
        return False
    return all(
        set(listed(values)) <= set(listed(named.get(kind)))
        for kind, values in inner["Principal"].items()
    )


def _touches(deny: Statement, allow: Statement) -> bool:
    """Whether a denial concerns something that a statement allows."""
    if any(element.startswith("Not") for element in (*deny, *allow)):
        return True
    return any(
        meet(denied, allowed) for denied in actions(deny) for allowed in actions(allow)
    ) and any(
        meet(str(denied), str(allowed))
        for denied in listed(deny.get("Resource", "*"))
        for allowed in listed(allow.get("Resource", "*"))
    )


def _kept(deny: Statement, new: Sequence[Statement]) -> bool:
    return any(_same(deny, known) for known in new)


def _same(one: Statement, other: Statement) -> bool:
    return _plain(one) == _plain(other)


def _plain(statement: Statement) -> dict[str, str]:
    return {
        key: json.dumps(sorted(texts(listed(value))) if key != "Condition" else value)
        for key, value in sorted(statement.items())
        if key != "Sid"
    }


def _grants_any(
    statement: Statement,
    statements: Sequence[Statement],
    wanted_actions: Sequence[str],
    wanted_resources: Sequence[str],
) -> bool:
    return any(
        _allows(statement, action, resource) and not _denied(statements, action, resource)
        for action in wanted_actions
        for resource in wanted_resources
    )


def _allows(statement: Statement, action: str, resource: str) -> bool:
    """Whether a statement may allow it; its conditions are taken to be met."""
    if "NotAction" in statement:
        listed_out = actions(statement, "NotAction")
        named = not any(contains(pattern, action.lower()) for pattern in listed_out)
    else:
        named = any(meet(pattern, action.lower()) for pattern in actions(statement))
    if "NotResource" in statement:
        outside = [str(pattern) for pattern in listed(statement["NotResource"])]
        placed = not any(contains(pattern, resource) for pattern in outside)
    else:
        inside = [str(pattern) for pattern in listed(statement.get("Resource", "*"))]
        placed = any(meet(pattern, resource) for pattern in inside)
    return named and placed


def _denied(statements: Sequence[Statement], action: str, resource: str) -> bool:
    return any(
        statement.get("Effect") == "Deny"
        and not statement.get("Condition")
        and any(contains(pattern, action.lower()) for pattern in actions(statement))
        and any(contains(str(pattern), resource) for pattern in listed(statement.get("Resource")))
        for statement in statements
    )


def _access(data: Json) -> tuple[list[str], list[str]]:
    access = data.get("access")
    if not isinstance(access, list) or len(access) != 1 or not isinstance(access[0], dict):
        raise invalid("access must hold exactly one element")
    wanted, resources = access[0].get("actions") or [], access[0].get("resources") or []
    if len(wanted) > MOST or len(resources) > MOST or not (wanted or resources):
        raise invalid(f"access needs actions or resources, at most {MOST} of each")
    return [str(action) for action in wanted] or ["*"], [str(arn) for arn in resources] or ["*"]


def _check_type(data: Json) -> None:
    if data.get("policyType") not in TYPES:
        raise invalid(f"policyType must be one of {', '.join(sorted(TYPES))}")


def _statements(document: Any) -> list[Statement]:
    if not isinstance(document, str):
        raise invalid("A policy document is required")
    try:
        policy = json.loads(document)
        found = listed(policy["Statement"])
    except (ValueError, KeyError, TypeError) as error:
        raise ServiceError(
            400, "InvalidParameterException", f"The policy document is not valid: {error}"
        ) from error
    if not all(isinstance(statement, dict) for statement in found):
        raise ServiceError(422, "UnprocessableEntityException", "A statement is not an object")
    return found


def _failed(message: str, what: str, statement: Statement, index: int) -> Json:
    """The answer names one statement at a time."""
    sid = statement.get("Sid")
    where = f"with sid: {sid}" if sid else f"with index: {index}"
    reason = {"description": f"{what} {where}.", "statementIndex": index}
    return {
        "result": "FAIL",
        "message": message,
        "reasons": [reason | ({"statementId": sid} if sid else {})],
    }
