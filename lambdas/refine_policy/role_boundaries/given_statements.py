"""What created roles are given: the statements of their inline and managed policies."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.trail.evidence import Evidence, Outcome
from lambdas.refine_policy.observations import Observations

CREATES = {"CreateRole": "role", "CreateUser": "user"}
INLINE = frozenset({"PutRolePolicy", "PutUserPolicy"})
ATTACHES = frozenset({"AttachRolePolicy", "AttachUserPolicy"})
MANAGED = frozenset({"CreatePolicy", "CreatePolicyVersion"})
POLICY_ARN = "iam:PolicyARN"
PASS_ROLE = "iam:PassRole"  # noqa: S105  # an action, no secret
ASSUME_ROLE = "sts:AssumeRole"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenStatement:
    """One Allow statement that a created role or user is given, as it was sent.

    Attributes:
        role: the ARN of the role or user.
        actions: patterns. resources: ARNs, perhaps with wildcards and IAM's own variables.
        conditions: operator, key, values.
    """

    role: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    but_actions: bool = False
    but_resources: bool = False
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """The roles and users that the run created, and what they were given.

    Attributes:
        boundaries: by the ARN of the role or user, with which boundary it was created.
        given: sorted by role.
        others: the ARNs of the roles that were passed or assumed and not created, sorted.
    """

    boundaries: Mapping[str, str]
    given: tuple[GivenStatement, ...]
    findings: tuple[Finding, ...]
    others: tuple[str, ...] = ()


def created(seen: Observations, managed: Mapping[str, str]) -> Created:
    """What the run's events tell.

    Args:
        seen: everything observed.
        managed: documents of managed policies that the run did not create, by ARN.
    """
    lines = _lines(seen)
    boundaries = {
        one.resource: dict(one.context).get("iam:PermissionsBoundary", "")
        for name in CREATES
        for one in lines[name]
    }
    documents: dict[str, list[str]] = defaultdict(list)
    for name in MANAGED:
        for one in lines[name]:
            documents[one.resource].append(one.document)
    for arn, text in managed.items():
        documents[arn].append(text)
    found: list[GivenStatement] = []
    findings: list[Finding] = []
    for role, source, text in _given(lines, boundaries, documents):
        try:
            found += _statements(role, text)
        except ValueError as error:
            findings.append(_unread(role, source, str(error)))
    return Created(
        boundaries=dict(sorted(boundaries.items())),
        given=tuple(dict.fromkeys(sorted(found, key=repr))),
        findings=tuple(sorted(set(findings))),
        others=tuple(sorted(_used(seen) - boundaries.keys())),
    )


def _used(seen: Observations) -> set[str]:
    """The roles that were passed or assumed."""
    passed = {one.resource for one, _ in seen.implied if str(one.action) == PASS_ROLE}
    assumed = {one.resource for one in seen.allowed if str(one.action) == ASSUME_ROLE}
    return {one for one in passed | assumed if one.startswith("arn:") and "*" not in one}


def _lines(seen: Observations) -> Mapping[str, list[Evidence]]:
    wanted = {*CREATES, *INLINE, *ATTACHES, *MANAGED}
    lines: dict[str, list[Evidence]] = defaultdict(list)
    for one in seen.allowed:
        if one.action.service == "iam" and one.action.name in wanted:
            lines[one.action.name] += [
                line for line in one.lines if line.outcome is Outcome.SUCCEEDED
            ]
    return lines


def _given(
    lines: Mapping[str, Sequence[Evidence]],
    boundaries: Mapping[str, str],
    documents: Mapping[str, Sequence[str]],
) -> Iterator[tuple[str, str, str]]:
    """Role, where the document is from, and its text; empty where nobody tells it."""
    for name in sorted(INLINE):
        for one in lines.get(name, ()):
            if one.resource in boundaries:
                yield one.resource, "its inline policy", one.document
    for name in sorted(ATTACHES):
        for one in lines.get(name, ()):
            arn = dict(one.context).get(POLICY_ARN, "")
            if one.resource in boundaries:
                for text in documents.get(arn, ("",)):
                    yield one.resource, arn, text


def _statements(role: str, text: str) -> Iterator[GivenStatement]:
    if not text:
        raise ValueError("its document is not known")
    document = json.loads(text)
    if not isinstance(document, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004  # of the text, not of a caller
    for one in _many(document.get("Statement")):
        if not isinstance(one, dict):
            raise ValueError("a statement of it is no JSON object")  # noqa: TRY004
        if one.get("Effect") == "Allow":
            yield GivenStatement(
                role=role,
                actions=_texts(one.get("NotAction", one.get("Action"))),
                resources=_texts(one.get("NotResource", one.get("Resource"))),
                but_actions="NotAction" in one,
                but_resources="NotResource" in one,
                conditions=tuple(sorted(_conditions(one.get("Condition") or {}))),
            )


def _conditions(raw: object) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    if not isinstance(raw, dict):
        raise ValueError("a condition of it is no JSON object")  # noqa: TRY004
    for operator, tests in raw.items():
        if not isinstance(tests, dict):
            raise ValueError("a condition of it is no JSON object")  # noqa: TRY004
        for key, values in tests.items():
            yield str(operator), str(key), _texts(values)


def _texts(raw: object) -> tuple[str, ...]:
    return tuple(sorted({_text(one) for one in _many(raw)}))


def _text(raw: object) -> str:
    return raw if isinstance(raw, str) else json.dumps(raw)


def _many(raw: object) -> Sequence[Any]:
    if raw is None:
        return ()
    return raw if isinstance(raw, list) else [raw]


def _unread(role: str, source: str, why: str) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        kind=FindingKind.ROLE_POLICY_NOT_READ,
        subject=role,
        detail=f"The role is given {source}, and {why}: the boundary lacks what it allows.",
        action="Let the role have an inline policy, or leave `policy.boundary` at none.",
    )
