"""Where MiniStack's evaluation of policies differs from IAM's, put right.

Trust policies: a service's principal is nobody but the service, and a principal that the trust
names itself needs no further permission in its own account. Condition keys and variables: the
principal's ARN is the role's, and `${aws:PrincipalAccount}` and its like are replaced.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.iam_evaluator import EvalContext, ParsedStatement
from ministack.services import iam

Match = Callable[[EvalContext, list[ParsedStatement], str], ParsedStatement | None]

_VARIABLE = re.compile(r"\$\{([^}]+)\}")
# What a policy allows by a pattern alone; the bare name is that of no permission that is asked for:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-edge-permissions.html
_ASKED_AS = {
    "lambda:EnableReplication": "lambda:EnableReplication*",
    "lambda:DisableReplication": "lambda:DisableReplication*",
}
_LITERALS = {"*": "*", "?": "?", "$": "$"}  # ${*} is a star that is meant
# The same in resources, where MiniStack would take it for a wildcard. Only objects' keys hold real
# ones; in any other resource that is asked about, a star stands for what nobody knows yet.
_REAL = {"*": "\ue000", "?": "\ue001"}
_ESCAPED = re.compile(r"\$\{([*?])\}")
_KEYS = re.compile(r"arn:[^:]*:s3:[^/]*/.")


def install() -> None:
    """Put the evaluation right."""
    iam_evaluator._trust_principal_matches = _trusted
    iam_evaluator._resolve_condition_key = _role_of_session(iam_evaluator._resolve_condition_key)
    iam_evaluator._first_match = with_variables(iam_evaluator._first_match)
    # A role's trust policy is its resource policy.
    iam.trust_policy_for_arn = trust_policy_for_arn
    iam_evaluator._RESOURCE_POLICY_LOOKUPS["sts"] = ("iam", "trust_policy_for_arn")


def trust_policy_for_arn(role_arn: str) -> tuple[Any, str] | None:
    """A role's trust policy and its account."""
    account, resource = role_arn.split(":", 5)[4:]
    if not resource.startswith("role/"):
        return None
    role = iam._roles.get_scoped(account, None, resource.rsplit("/", 1)[-1])
    return (role.get("AssumeRolePolicyDocument"), account) if role else None


def _trusted(principal: Any, caller_arn: str, federated: bool) -> bool:  # noqa: FBT001
    """Whether a trust policy's principal is the caller (or, when federated, its provider)."""
    if principal == "*":
        return True
    if not isinstance(principal, dict):
        return False
    if federated:
        providers = principal.get("Federated", [])
        return caller_arn in ([providers] if isinstance(providers, str) else providers)
    named = {"AWS": principal.get("AWS", [])}
    return bool(iam_evaluator._principal_matches(named, caller_arn))


def _role_of_session(original: Callable[[str, EvalContext], Any]) -> Callable[..., Any]:
    def resolved(key: str, context: EvalContext) -> Any:
        if key.lower() == "aws:principalarn" and ":assumed-role/" in context.principal_arn:
            return role_arn_of(context.principal_arn)
        return original(key, context)

    return resolved


def role_arn_of(session_arn: str) -> str:
    """The role that a session is of, with the role's path."""
    _, partition, _, _, account, resource = session_arn.split(":", 5)
    name = resource.split("/")[1]
    role = iam._roles.get_scoped(account, None, name) or {}
    return str(role.get("Arn") or f"arn:{partition}:iam::{account}:role/{name}")


def with_variables(original: Match) -> Match:
    """MiniStack's matching of statements, with what they hold of variables and escapes replaced."""

    def first(
        context: EvalContext, statements: list[ParsedStatement], effect: str
    ) -> ParsedStatement | None:
        resource = context.resource_arn
        context = replace(
            context,
            action=_ASKED_AS.get(context.action, context.action),
            resource_arn=_marked(resource) if _KEYS.match(resource) else resource,
        )
        for statement in statements:
            found = original(context, [_replaced(statement, context)], effect)
            if found is not None:
                return statement
        return None

    return first


def _replaced(statement: ParsedStatement, context: EvalContext) -> ParsedStatement:
    texts = [*statement.resources, *statement.not_resources, str(statement.conditions)]
    if not any("${" in text for text in texts):
        return statement

    def fill(value: Any) -> Any:
        if isinstance(value, str):
            return _VARIABLE.sub(lambda match: _variable(match, context), value)
        if isinstance(value, list):
            return [fill(item) for item in value]
        if isinstance(value, dict):
            return {name: fill(inner) for name, inner in value.items()}
        return value

    return replace(
        statement,
        resources=[fill(_ESCAPED.sub(_real, one)) for one in statement.resources],
        not_resources=[fill(_ESCAPED.sub(_real, one)) for one in statement.not_resources],
        conditions=fill(statement.conditions),
    )


def _real(match: re.Match[str]) -> str:
    return _REAL[match[1]]


def _marked(resource: str) -> str:
    return resource.translate({ord(one): real for one, real in _REAL.items()})


def _variable(match: re.Match[str], context: EvalContext) -> str:
    name, _, default = match[1].partition(",")
    if name in _LITERALS:
        return _LITERALS[name]
    value = iam_evaluator._resolve_condition_key(name.strip(), context)
    if isinstance(value, str) and value:
        return value
    # A variable without a value matches nothing, unless it has a default.
    return default.strip().strip("'") if default else match[0]
