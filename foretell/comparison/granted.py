"""What a policy grants: Fencepost's `refined.json`, or a document of IAM's."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from foretell.errors import UnreadablePolicyError
from foretell.needs import Need
from lambdas.errors import FencepostError
from lambdas.model.dossier.refinement import Refinement
from lambdas.model.iam.template import Template
from lambdas.model.iam.template_coverage import covers, filled, matches, overlaps
from lambdas.model.text import visible
from lambdas.reference.actions import facts
from lambdas.reference.refused.refused_resources import is_open
from lambdas.reference.stacks.unknown import template_of

_PLACEHOLDER = re.compile(r"\$\{[^{}]*\}")
_NOT = ("NotAction", "NotResource", "NotPrincipal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Actions on a resource, under conditions.

    Attributes:
        actions: a pattern such as `s3:Get*`.
        conditions: operator, key, and the texts of which one must match.
        statement: the Sid, or the statement's place.
        owner: which policy it stands in: the name of a principal's policy.
    """

    actions: str
    resource: Template
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    statement: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A policy, for comparing.

    Attributes:
        denies: what it denies, whatever it allows.
        variables: their values in the run that it is from; empty for a document of IAM's.
    """

    grants: tuple[Grant, ...]
    denies: tuple[Grant, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    refinement: Refinement | None = None

    def allows(self, need: Need) -> bool | None:
        """Whether it grants a need; None when the need's resource is known too little to tell."""
        found = [one for one in self._of(need.action) if _hold(one.conditions, need)]
        if any(covers(one.resource, need.resource) for one in found):
            return not self._denied(need)
        met = [one for one in found if overlaps(one.resource, need.resource)]
        if not (met and need.resource.wild):
            return False
        if is_open(need.resource.text):
            known = facts(need.action)
            # What IAM lets no policy limit is granted on `*` or not at all.
            return None if known is None or known.resource_level else False
        return not self._denied(need)

    def _of(self, action: object) -> Iterator[Grant]:
        name = str(action).lower()
        return (one for one in self.grants if matches(one.actions.lower(), name))

    def _denied(self, need: Need) -> bool:
        name = str(need.action).lower()
        return any(
            matches(one.actions.lower(), name)
            and not one.conditions
            and covers(one.resource, need.resource)
            for one in self.denies
        )


def _hold(conditions: Iterable[tuple[str, str, tuple[str, ...]]], need: Need) -> bool:
    """Whether conditions hold, as far as the request is known: what is not known, holds."""
    context = {key.lower(): value for key, value in need.context}
    return all(_holds(one, need, context) for one in conditions)


def _holds(
    condition: tuple[str, str, tuple[str, ...]], need: Need, context: Mapping[str, str]
) -> bool:
    operator, key, values = condition[0], condition[1].lower(), condition[2]
    given = context.get(key)
    if key == "aws:calledvia":
        given = need.via or "nobody"
    elif key == "aws:requestedregion":
        given = need.region or None
    if given is None or "Null" in operator:
        return True
    found = any(matches(value, given) for value in values)
    return not found if "Not" in operator else found


def read_policy(text: str, path: str, values: Mapping[str, str]) -> Granted:
    """Read a policy.

    Args:
        text: the file's.
        path: how it is called in messages.
        values: of variables, in place of those of the run.

    Raises:
        UnreadablePolicyError: it is neither, or tells what it does not grant.
    """
    shown = visible(path)
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadablePolicyError(f"{shown} is no JSON: {visible(str(error))}") from None
    if not isinstance(raw, dict):
        raise UnreadablePolicyError(f"{shown} is no policy; name refined.json or policy.json")
    if "policies" in raw:
        return _refined(raw, shown, values)
    if "Statement" in raw:
        return _document(raw, shown)
    raise UnreadablePolicyError(
        f"{shown} has neither policies (refined.json) nor Statement (IAM); name one of these"
    )


def _refined(raw: Mapping[str, Any], shown: str, values: Mapping[str, str]) -> Granted:
    try:
        refinement = Refinement.from_json(raw)
    except (FencepostError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadablePolicyError(
            f"{shown} is no refined.json ({type(error).__name__}: {visible(str(error))})"
        ) from None
    known = {**dict(refinement.variables), **values}
    grants = [
        Grant(
            actions=str(action),
            resource=filled(resource, known),
            conditions=tuple(
                (one.operator, one.key, tuple(filled(value, known).text for value in one.values))
                for one in explained.statement.conditions
            ),
            statement=explained.statement.sid,
            owner=owner.name,
        )
        for owner in refinement.policies
        for explained in owner.statements
        for action in explained.statement.actions
        for resource in explained.statement.resources
    ]
    return Granted(
        grants=tuple(grants), variables=tuple(sorted(known.items())), refinement=refinement
    )


def _document(raw: Mapping[str, Any], shown: str) -> Granted:
    statements = raw["Statement"]
    grants: dict[str, list[Grant]] = {"Allow": [], "Deny": []}
    for number, one in enumerate(statements if isinstance(statements, list) else [statements]):
        if not isinstance(one, dict) or one.get("Effect") not in grants:
            raise UnreadablePolicyError(f"{shown}: statement {number} has no Effect")
        strange = [key for key in _NOT if key in one]
        if strange:
            raise UnreadablePolicyError(
                f"{shown}: statement {number} has {strange[0]}: what it grants cannot be told"
            )
        sid = str(one.get("Sid") or f"statement {number}")
        grants[one["Effect"]] += [
            Grant(
                actions=action,
                resource=template_of(_PLACEHOLDER.sub("*", resource)),
                conditions=tuple(_conditions(one.get("Condition"))),
                statement=sid,
            )
            for action in _many(one.get("Action"))
            for given in _many(one.get("Resource"))
            for resource in _spellings(given)
        ]
    return Granted(grants=tuple(grants["Allow"]), denies=tuple(grants["Deny"]))


def _spellings(resource: str) -> tuple[str, ...]:
    """A log group is written with `:*` behind its name for most actions, and meant without.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html
    """
    if ":log-group:" in resource and resource.endswith(":*"):
        return (resource, resource.removesuffix(":*"))
    return (resource,)


def _conditions(raw: Any) -> Iterator[tuple[str, str, tuple[str, ...]]]:  # noqa: ANN401 (IAM's)
    for operator, keys in sorted(raw.items()) if isinstance(raw, dict) else ():
        for key, values in sorted(keys.items()) if isinstance(keys, dict) else ():
            yield (str(operator), str(key), tuple(_many(values)))


def _many(raw: Any) -> list[str]:  # noqa: ANN401 (one or several)
    return [str(one) for one in (raw if isinstance(raw, list) else [] if raw is None else [raw])]
