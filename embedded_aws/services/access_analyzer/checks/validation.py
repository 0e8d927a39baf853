"""Access Analyzer's ValidatePolicy: a subset of its checks, each with the service's own code.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from embedded_aws.services.access_analyzer.checks import json_positions, statement_checks
from embedded_aws.services.access_analyzer.checks.json_positions import Step
from embedded_aws.services.access_analyzer.checks.patterns import actions, contains, listed
from embedded_aws.services.access_analyzer.errors import invalid

Json = dict[str, Any]
SIZE_LIMIT = 6_144  # characters of a managed policy without white space; IAM quotas
TYPES = frozenset(
    {"IDENTITY_POLICY", "RESOURCE_POLICY", "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"}
)
REFERENCE = (
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html"
    "#access-analyzer-reference-policy-checks-{}-{}"
)
PASS_ROLE = "iam:passrole"  # noqa: S105 (an action)


class Severity(StrEnum):
    """The types of findings."""

    ERROR = "ERROR"
    SECURITY_WARNING = "SECURITY_WARNING"
    WARNING = "WARNING"
    SUGGESTION = "SUGGESTION"


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding before it is placed in the text."""

    severity: Severity
    code: str
    details: str
    path: tuple[Step, ...] = ()


def findings(data: Json) -> list[Json]:
    """ValidatePolicy's findings for a request."""
    text, kind = data.get("policyDocument"), data.get("policyType")
    if not isinstance(text, str) or kind not in TYPES:
        raise invalid("policyDocument and a known policyType are required")
    try:
        policy = json.loads(text)
    except ValueError as error:
        problem = Problem(Severity.ERROR, "JSON_SYNTAX_ERROR", f"Fix the JSON syntax: {error}")
        return [_finding("{}", problem)]
    if not isinstance(policy, dict):
        problem = Problem(Severity.ERROR, "JSON_SYNTAX_ERROR", "A policy is a JSON object")
        return [_finding("{}", problem)]
    return [_finding(text, problem) for problem in _problems(policy, kind)]


def _problems(policy: Mapping[str, Any], kind: str) -> Iterator[Problem]:
    identity = kind == "IDENTITY_POLICY"
    yield from _document(policy, text_limit=identity)
    statements = listed(policy.get("Statement"))
    in_list = isinstance(policy.get("Statement"), list)
    for index, statement in enumerate(statements):
        path: tuple[Step, ...] = ("Statement", index) if in_list else ("Statement",)
        if not isinstance(statement, dict):
            yield Problem(Severity.ERROR, "INVALID_POLICY_ELEMENT", "Not a statement", path)
            continue
        for code, severity, details, inner in statement_checks.problems_of(statement, kind):
            yield Problem(Severity(severity), code, details, (*path, *inner))
        yield from _risks(statement, path)
        yield from _redundant(statement, path)
    yield from _repeated([item for item in statements if isinstance(item, dict)], identity=identity)


def _document(policy: Mapping[str, Any], *, text_limit: bool) -> Iterator[Problem]:
    if "Version" not in policy:
        details = "We recommend that you specify the Version element to help you with debugging."
        yield Problem(Severity.WARNING, "MISSING_VERSION", details)
    elif policy["Version"] not in ("2012-10-17", "2008-10-17"):
        details = f"The version {policy['Version']} is not valid. Use 2012-10-17 or 2008-10-17."
        yield Problem(Severity.ERROR, "INVALID_VERSION", details, ("Version",))
    for element in sorted(policy.keys() - {"Version", "Id", "Statement"}):
        details = f"The policy element {element} is not valid."
        yield Problem(Severity.ERROR, "INVALID_POLICY_ELEMENT", details, (element,))
    if not policy.get("Statement"):
        yield Problem(Severity.ERROR, "MISSING_STATEMENT", "Add a statement to the policy.")
    size = len(re.sub(r"\s", "", json.dumps(policy, separators=(",", ":"), ensure_ascii=False)))
    if text_limit and size > SIZE_LIMIT:
        details = f"The {size} characters in the identity policy exceed the limit of {SIZE_LIMIT}."
        code = "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA"
        yield Problem(Severity.WARNING, code, details)


def _risks(statement: Mapping[str, Any], path: tuple[Step, ...]) -> Iterator[Problem]:
    """Grants that let a principal reach further than the statement says."""
    if statement.get("Effect") != "Allow" or "Resource" not in statement:
        return
    anywhere = [str(arn) for arn in listed(statement["Resource"])]
    if not any(contains(arn, "arn:aws:iam::*:role/*") for arn in anywhere):
        return
    where = (*path, "Resource")
    keys = {key.lower() for item in (statement.get("Condition") or {}).values() for key in item}
    code = _pass_role_risk(statement)
    if code and "iam:passedtoservice" not in keys:
        details = (
            "Using the iam:PassRole action with wildcards (*) in the resource can be overly "
            "permissive because it allows iam:PassRole permissions on multiple resources. "
            "We recommend that you specify resource ARNs or add the iam:PassedToService "
            "condition key to your statement."
        )
        yield Problem(Severity.SECURITY_WARNING, code, details, where)
    if "iam:createservicelinkedrole" in actions(statement) and "iam:awsservicename" not in keys:
        details = (
            "Using the iam:CreateServiceLinkedRole action with wildcards (*) in the resource can "
            "allow creation of unintended service-linked roles. Specify resource ARNs instead."
        )
        yield Problem(Severity.WARNING, "CREATE_SLR_WITH_STAR_IN_RESOURCE", details, where)


def _pass_role_risk(statement: Mapping[str, Any]) -> str:
    if PASS_ROLE in actions(statement):
        return "PASS_ROLE_WITH_STAR_IN_RESOURCE"
    if any(contains(action, PASS_ROLE) for action in actions(statement)):
        return "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE"
    if "NotAction" in statement and PASS_ROLE not in actions(statement, "NotAction"):
        return "PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION"
    return ""


def _redundant(statement: Mapping[str, Any], path: tuple[Step, ...]) -> Iterator[Problem]:
    for element, code in (("Action", "REDUNDANT_ACTION"), ("Resource", "REDUNDANT_RESOURCE")):
        given = statement.get(element)
        if isinstance(given, list) and not given:
            details = (
                f"This statement includes no {element.lower()}s and does not affect the policy."
            )
            empty = f"EMPTY_ARRAY_{element.upper()}"
            yield Problem(Severity.SUGGESTION, empty, details, (*path, element))
        values = [str(value) for value in listed(given)]
        compared = [value.lower() for value in values] if element == "Action" else values
        for index, value in enumerate(compared):
            others = [*compared[:index], *compared[index + 1 :]]
            wider = any(contains(other, value) and other != value for other in others)
            if wider or value in compared[:index]:
                details = (
                    f"The {element.lower()} {values[index]} is redundant because another covers it."
                )
                yield Problem(Severity.SUGGESTION, code, details, (*path, element, index))


def _repeated(statements: list[dict[str, Any]], *, identity: bool) -> Iterator[Problem]:
    sids: set[str] = set()
    bodies: set[str] = set()
    for index, statement in enumerate(statements):
        sid = statement.get("Sid")
        if sid and sid in sids:
            code = "UNIQUE_SIDS_REQUIRED" if identity else "UNIQUE_SIDS_RECOMMENDED"
            severity = Severity.ERROR if identity else Severity.WARNING
            details = f"The Sid {sid} is used by more than one statement."
            yield Problem(severity, code, details, ("Statement", index, "Sid"))
        sids.add(str(sid))
        rest = {key: value for key, value in statement.items() if key != "Sid"}
        body = json.dumps(rest, sort_keys=True)
        if body in bodies:
            details = "The statement is redundant because another one is the same."
            path = ("Statement", index)
            yield Problem(Severity.SUGGESTION, "REDUNDANT_STATEMENT", details, path)
        bodies.add(body)


def _finding(text: str, problem: Problem) -> Json:
    severity, code = problem.severity.lower(), problem.code.lower()
    start, end = json_positions.span_of(text, problem.path)
    path = [{"index": s} if isinstance(s, int) else {"value": s} for s in problem.path]
    return {
        "findingDetails": problem.details,
        "findingType": str(problem.severity),
        "issueCode": problem.code,
        "learnMoreLink": REFERENCE.format(severity.replace("_", "-"), code.replace("_", "-")),
        "locations": [
            {"path": path, "span": {"start": _place(text, start), "end": _place(text, end)}}
        ],
    }


def _place(text: str, offset: int) -> Json:
    line = text.count("\n", 0, offset)
    column = offset - (text.rfind("\n", 0, offset) + 1)
    return {"line": line + 1, "column": column, "offset": offset}
