"""What Access Analyzer answered, beside what the run's own events prove."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lambdas.model.dossier.refinement import LeftOut, LeftOutKind
from lambdas.model.iam.action import Action
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.refine_policy.permissions.permission import Permission

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from lambdas.reference.arn_parts import Reference
    from lambdas.refine_policy.observations import Observation, Observations

# Calls that IAM lets everybody make: a grant would change nothing,
# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
FREE = frozenset({Action("sts", "GetCallerIdentity"), Action("sts", "GetSessionToken")})


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyzerActions:
    """Access Analyzer's answer, whatever form it took.

    Attributes:
        actions: whole actions, in the reference's spelling where it knows them.
        services: services of which it says no more than that they were used.
        odd: statements and actions that are neither.
        documents: how many policies it gave.
    """

    actions: frozenset[Action]
    services: frozenset[str]
    odd: tuple[str, ...]
    documents: int


def analyzer_actions(
    generated: Sequence[Mapping[str, Any]], reference: Reference
) -> AnalyzerActions:
    """Read every policy of the answer: several, with placeholders, with `*`, empty, incomplete."""
    actions: set[Action] = set()
    services: set[str] = set()
    odd: set[str] = set()
    for text in _action_texts(generated):
        service, _, name = text.partition(":")
        if name and name.isalnum():
            known = reference.facts(Action(service, name))
            actions.add(known.action if known else Action(service, name))
        elif service and (not name or set(name) & set("*?$")):
            services.add(service.lower())
        else:
            odd.add(text)
    return AnalyzerActions(
        actions=frozenset(actions),
        services=frozenset(services),
        odd=tuple(sorted(odd)),
        documents=len(generated),
    )


def seen_permissions(
    allowed: Iterable[Observation], listed_too: AnalyzerActions
) -> Iterator[Permission]:
    """Every authorised call, as a permission."""
    for one in allowed:
        yield Permission(
            principal=one.principal,
            action=one.action,
            resource=one.resource,
            basis=GroundKind.OBSERVED,
            observation=one,
            listed=one.action in listed_too.actions,
        )


def missed_permissions(missed: Iterable[Observation]) -> Iterator[Permission]:
    """Every call that a policy under proof refused: the policy lacked it."""
    for one in missed:
        yield Permission(
            principal=one.principal,
            action=one.action,
            resource=one.resource,
            basis=GroundKind.DENIED_IN_PROOF,
            because="a proof was denied it: under this policy alone the cycle could not go on",
            observation=one,
        )


def leave_out(seen: Observations, listed_too: AnalyzerActions) -> tuple[LeftOut, ...]:
    """What was offered or tried and is not granted, and why."""
    allowed = {one.action for one in seen.allowed}
    denied = {one.action for one in seen.denied}
    warned = {one.action for one in seen.warned}
    missed = {one.action for one in seen.missed}
    pairs = {
        (one.principal, one.action, one.resource)
        for one in (seen.allowed if denied else ())
        if one.action in denied
    }
    found = [
        LeftOut(
            action=str(one.action),
            resource=one.resource,
            kind=LeftOutKind.ONLY_DENIED,
            reason=f"was only ever denied{_codes(one)}: a refused call proves no need",
        )
        for one in seen.denied
        if (one.principal, one.action, one.resource) not in pairs
    ]
    found += [
        LeftOut(
            action=str(action),
            resource="*",
            kind=LeftOutKind.ONLY_WARNS,
            reason="CloudFormation asked for it before it deployed, to warn of a quota; AWS says "
            "that such a check stops no deployment. A proof that its denial stops grants it",
        )
        for action in warned - allowed - missed
    ]
    found += [
        LeftOut(
            action=str(action),
            resource="*",
            kind=LeftOutKind.NOT_OF_THIS_RUN,
            reason="Access Analyzer lists it for the role, but no call of this run's sessions was "
            "authorised for it: another session of the same role made it",
        )
        for action in listed_too.actions - allowed - denied - warned - FREE
    ]
    found += [
        LeftOut(
            action=str(action),
            resource="*",
            kind=LeftOutKind.NEEDS_NO_PERMISSION,
            reason="Access Analyzer lists it for the role; IAM lets everybody call it, Fencepost's "
            "own markers among them",
        )
        for action in (listed_too.actions - allowed) & FREE
    ]
    used = {action.service for action in allowed}
    found += [
        LeftOut(
            action=f"{service}:*",
            resource="*",
            kind=LeftOutKind.SERVICE_LEVEL,
            reason="Access Analyzer says only that the service was used; "
            + (
                "the run's own events say by which actions"
                if service in used
                else "no event of this run used it"
            ),
        )
        for service in listed_too.services
    ]
    return tuple(sorted(set(found)))


def _codes(one: Observation) -> str:
    return f" ({', '.join(one.failed)})" if one.failed else ""


def _action_texts(generated: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for document in generated:
        for statement in _many(document.get("Statement", ())):
            if not isinstance(statement, dict) or statement.get("Effect", "Allow") != "Allow":
                continue
            for action in _many(statement.get("Action", ())):
                yield str(action)


def _many(value: Any) -> Sequence[Any]:  # noqa: ANN401  # IAM writes one thing or a list of it
    return value if isinstance(value, (list, tuple)) else (value,)
