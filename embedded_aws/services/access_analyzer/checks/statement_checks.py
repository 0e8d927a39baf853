"""What ValidatePolicy finds wrong with the elements of one statement."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from embedded_aws.iam import service_reference
from embedded_aws.services.access_analyzer.checks.json_positions import Step
from embedded_aws.services.access_analyzer.checks.patterns import contains, listed

Found = tuple[str, str, str, tuple[Step, ...]]  # issue code, finding type, details, path
ELEMENTS = frozenset(
    {
        "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition",
        "Principal", "NotPrincipal",
    }
)  # fmt: skip
PARTITIONS = re.compile(r"aws(-[a-z]+)*|\*")
REGION = re.compile(r"|[a-z]{2}(-[a-z]+)+-\d+|.*[*?].*|\$\{aws:[^}]+\}")
ACCOUNT = re.compile(r"|\d{12}|aws|aws-marketplace|.*[*?].*|\$\{aws:[^}]+\}")
ARN_FIELDS = 6
OPERATOR = re.compile(
    r"(?i)(ForAllValues:|ForAnyValue:)?"
    r"(String(Not)?(Equals|EqualsIgnoreCase|Like)|Numeric(Not)?Equals|Numeric(LessThan|GreaterThan)"
    r"(Equals)?|Date(Not)?Equals|Date(LessThan|GreaterThan)(Equals)?|Bool|BinaryEquals|"
    r"(Not)?IpAddress|Arn(Not)?(Equals|Like)|Null)(IfExists)?"
)
# Operators that compare as they are: a star in their values is a star.
LITERAL = re.compile(r"(?i)(ForAllValues:|ForAnyValue:)?String(Not)?Equals")


def problems_of(statement: Mapping[str, Any], kind: str) -> Iterator[Found]:
    """Everything that is wrong with a statement's elements."""
    yield from _shape(statement, kind)
    yield from _sid(statement, kind)
    for element in ("Action", "NotAction"):
        for index, action in enumerate(listed(statement.get(element))):
            yield from _action(str(action), (element, index))
    for element in ("Resource", "NotResource"):
        for index, arn in enumerate(listed(statement.get(element))):
            yield from _arn(str(arn), (element, index))
    yield from _condition(statement.get("Condition") or {})


def _shape(statement: Mapping[str, Any], kind: str) -> Iterator[Found]:
    for element in sorted(statement.keys() - ELEMENTS):
        details = f"The policy element {element} is not valid."
        yield "INVALID_POLICY_ELEMENT", "ERROR", details, (element,)
    if "Effect" not in statement:
        yield "MISSING_EFFECT", "ERROR", "Add an Effect element to the statement.", ()
    elif statement["Effect"] not in ("Allow", "Deny"):
        details = f"The effect {statement['Effect']} is not valid. Use Allow or Deny."
        yield "INVALID_EFFECT", "ERROR", details, ("Effect",)
    if not {"Action", "NotAction"} & statement.keys():
        yield "MISSING_ACTION", "ERROR", "Add an Action or NotAction element.", ()
    yield from _place(statement, kind)


def _place(statement: Mapping[str, Any], kind: str) -> Iterator[Found]:
    """An identity policy names resources, a resource policy names principals."""
    if kind == "IDENTITY_POLICY":
        if not {"Resource", "NotResource"} & statement.keys():
            yield "MISSING_RESOURCE", "ERROR", "Add a Resource or NotResource element.", ()
        for element in sorted({"Principal", "NotPrincipal"} & statement.keys()):
            details = f"The policy type IDENTITY_POLICY does not support {element}."
            yield "UNSUPPORTED_PRINCIPAL", "ERROR", details, (element,)
    elif kind == "RESOURCE_POLICY" and not {"Principal", "NotPrincipal"} & statement.keys():
        yield "MISSING_PRINCIPAL", "ERROR", "Add a Principal element to the statement.", ()


def _sid(statement: Mapping[str, Any], kind: str) -> Iterator[Found]:
    sid = statement.get("Sid")
    if sid is not None and kind == "IDENTITY_POLICY" and not re.fullmatch(r"[A-Za-z0-9]*", sid):
        details = (
            "Update the characters in the Sid element to use one of the following: [a-z, A-Z, 0-9]."
        )
        yield "UNSUPPORTED_SID", "ERROR", details, ("Sid",)


def _action(action: str, path: tuple[Step, ...]) -> Iterator[Found]:
    if action == "*":
        return
    prefix, colon, name = action.partition(":")
    if not colon or not name:
        details = f"The action {action} is not valid: it needs a service and a name."
        yield "INVALID_ACTION", "ERROR", details, path
    elif not service_reference.knows_service(prefix.lower()):
        details = f"The service {prefix} specified in the action does not exist."
        yield "INVALID_SERVICE_IN_ACTION", "ERROR", details, path
    elif not any(
        contains(name.lower(), known.lower())
        for known in service_reference.actions_of(prefix.lower())
    ):
        yield "INVALID_ACTION", "ERROR", f"The action {action} does not exist.", path


def _arn(arn: str, path: tuple[Step, ...]) -> Iterator[Found]:
    if arn == "*" or arn.startswith("*"):
        return
    fields = re.split(r":(?![^{]*\})", arn, maxsplit=ARN_FIELDS - 1)
    if fields[0] != "arn":
        yield "INVALID_ARN_PREFIX", "ERROR", f"Add the required ARN prefix to {arn}.", path
        return
    if len(fields) < ARN_FIELDS:
        if not arn.endswith("*"):
            details = (
                "Resource ARNs must include at least 6 fields: "
                "arn:partition:service:region:account:resource."
            )
            yield "MISSING_ARN_FIELD", "ERROR", details, path
        return
    _, partition, service, region, account, resource = fields
    checks = (
        (PARTITIONS.fullmatch(partition), "INVALID_PARTITION", f"partition {partition}"),
        (_is_service(service), "INVALID_SERVICE", f"service {service}"),
        (REGION.fullmatch(region), "INVALID_ARN_REGION", f"Region {region}"),
        (ACCOUNT.fullmatch(account), "INVALID_ARN_ACCOUNT", f"account {account}"),
        (resource, "INVALID_ARN_RESOURCE", "empty resource"),
    )
    for valid, code, what in checks:
        if not valid:
            yield code, "ERROR", f"The {what} in the resource ARN {arn} is not valid.", path


def _is_service(service: str) -> bool:
    return bool(set("*?") & set(service)) or service_reference.knows_service(service)


def _condition(condition: Mapping[str, Any]) -> Iterator[Found]:
    for operator, keys in condition.items():
        path: tuple[Step, ...] = ("Condition", operator)
        if not OPERATOR.fullmatch(operator):
            details = f"The condition operator {operator} is not valid."
            yield "INVALID_CONDITION_OPERATOR", "ERROR", details, path
        for key, values in keys.items():
            if ":" not in key:
                details = f"The condition key {key} is not valid: use service:key."
                yield "INVALID_CONDITION_KEY_FORMAT", "ERROR", details, (*path, key)
            starred = any(set("*?") & set(str(value)) for value in listed(values))
            if starred and LITERAL.fullmatch(operator):
                details = (
                    f"Your condition value includes a * or ? character. The operator {operator} "
                    "compares it literally; use a Like operator to match a pattern."
                )
                yield "WILDCARD_WITHOUT_LIKE_OPERATOR", "WARNING", details, (*path, key)
