"""What Access Analyzer answered, beside what the run's own events prove."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lambdas.model.dossier.refinement import LeftOut, LeftOutKind
from lambdas.model.iam.action import Action
from lambdas.model.trail.evidence import Evidence
from lambdas.reference.arn_parts import Reference
from lambdas.refine_policy.observations import Observations, Permission, distinct

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


def with_listed(allowed: Iterable[Permission], analyzer: AnalyzerActions) -> Iterator[Permission]:
    """The same, each with whether Access Analyzer lists its action."""
    for one in allowed:
        yield one._replace(listed=True) if one.action in analyzer.actions else one


def leave_out(seen: Observations, analyzer: AnalyzerActions) -> tuple[LeftOut, ...]:
    """What was offered or tried and is not granted, and why."""
    allowed = {one.action for one in seen.allowed}
    denied = {one[0].action for one in seen.denied}
    in_proof = {one.action for one in seen.denied_in_proof}
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
            reason=f"was only ever denied{_codes(same)}: a refused call proves no need",
        )
        for same in seen.denied
        for one in same[:1]
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
        for action in seen.warned - allowed - in_proof
    ]
    found += [
        LeftOut(
            action=str(action),
            resource="*",
            kind=LeftOutKind.NOT_OF_THIS_RUN,
            reason="Access Analyzer lists it for the role, but no call of this run's sessions was "
            "authorised for it: another session of the same role made it",
        )
        for action in analyzer.actions - allowed - denied - seen.warned - FREE
    ]
    found += [
        LeftOut(
            action=str(action),
            resource="*",
            kind=LeftOutKind.NEEDS_NO_PERMISSION,
            reason="Access Analyzer lists it for the role; IAM lets everybody call it, Fencepost's "
            "own markers among them",
        )
        for action in (analyzer.actions - allowed) & FREE
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
        for service in analyzer.services
    ]
    return tuple(sorted(set(found)))


def _codes(lines: Iterable[Evidence]) -> str:
    codes = distinct(line.error for line in lines)
    return f" ({', '.join(codes)})" if codes else ""


def _action_texts(generated: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for document in generated:
        for statement in _many(document.get("Statement", ())):
            if not isinstance(statement, dict) or statement.get("Effect", "Allow") != "Allow":
                continue
            for action in _many(statement.get("Action", ())):
                yield str(action)


def _many(value: Any) -> Sequence[Any]:  # noqa: ANN401  # IAM writes one thing or a list of it
    return value if isinstance(value, (list, tuple)) else (value,)
