"""The candidate gets the rendered policy and nothing else; afterwards it is taken away again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lambdas.errors import CandidateNotCleanError, PolicyNotEffectiveError
from lambdas.gateways.iam.candidate import Candidate
from lambdas.model.definition.process import Process
from lambdas.model.dossier.refinement import PrincipalPolicy, Refinement
from lambdas.model.iam.policy import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A question whose answer shows that IAM applies a policy."""

    action: str
    resource: str
    context: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One managed policy, rendered for the proof."""

    name: str
    text: str
    probe: Probe


def own_policy(refinement: Refinement, principal: str, process: Process) -> PrincipalPolicy:
    """The policy of the run's own role, which the candidate stands in for.

    Where process.yaml asks for two roles, the cycle ran as one all the same: the candidate gets
    what both hold.
    """
    own = next(one for one in refinement.policies if one.principal == principal)
    if not process.hints.split:
        return own
    execution = f":role/{process.name}-cloudformation"
    other = next((one for one in refinement.policies if one.principal.endswith(execution)), None)
    if other is None:
        return own
    behind = len(own.statements)
    return replace(
        own,
        statements=(*own.statements, *other.statements),
        packs=(*own.packs, *(tuple(index + behind for index in pack) for pack in other.packs)),
    )


def values(refinement: Refinement, process: Process) -> dict[str, str]:
    """The account's variables as they are, and the process's as in the proof."""
    return {**dict(refinement.variables), **process.spellings("prove")}


def documents(
    policy: PrincipalPolicy, rendered_with: Mapping[str, str], *, stem: str
) -> tuple[Document, ...]:
    """The managed policies of a round; their names carry the process, the run and the round."""
    return tuple(
        Document(
            name=f"{stem}-{index}",
            text=json.dumps(part.render(rendered_with), separators=(",", ":")),
            probe=_probe(part.statements, rendered_with),
        )
        for index, part in enumerate(policy.packed(), start=1)
    )


def install(candidate: Candidate, path: str, wanted: Sequence[Document], why: str) -> None:
    """Give the candidate these policies and nothing else.

    Raises:
        CandidateNotCleanError: it holds what the proof did not give it.
        PolicyNotEffectiveError: IAM does not apply them yet; calling again goes on from here.
    """
    retire(candidate, path, keep={one.name for one in wanted})
    foreign = [*(one for one in candidate.attached() if not _ours(one, path)), *candidate.inline()]
    if foreign:
        raise CandidateNotCleanError(
            f"the candidate role {candidate.name} holds {', '.join(foreign)}; a proof needs a role "
            "that holds nothing but the policy: take it away"
        )
    there = {one.rsplit("/", 1)[-1]: one for one in candidate.made(path)}
    attached = set(candidate.attached())
    for one in wanted:
        arn = there.get(one.name) or candidate.create(path, one.name, one.text, why)
        if arn not in attached:
            candidate.attach(arn)
    for one in wanted:
        if not candidate.allows(one.probe.action, one.probe.resource, dict(one.probe.context)):
            raise PolicyNotEffectiveError(
                f"IAM does not allow {candidate.name} {one.probe.action} yet, as {one.name} does"
            )


def retire(candidate: Candidate, path: str, *, keep: set[str] | None = None) -> list[str]:
    """Take away and delete what any proof of the process made; again changes nothing."""
    gone = [arn for arn in candidate.attached() if _ours(arn, path) and not _kept(arn, keep)]
    for arn in gone:
        candidate.detach(arn)
    made = [arn for arn in candidate.made(path) if not _kept(arn, keep)]
    for arn in made:
        candidate.delete(arn)
    return sorted({arn.rsplit("/", 1)[-1] for arn in [*gone, *made]})


def _ours(arn: str, path: str) -> bool:
    return f":policy{path}" in arn


def _kept(arn: str, keep: set[str] | None) -> bool:
    return keep is not None and arn.rsplit("/", 1)[-1] in keep


def _probe(statements: Sequence[Statement], rendered_with: Mapping[str, str]) -> Probe:
    one = min(statements, key=lambda statement: len(statement.conditions))
    resource: Any = one.resources[0].render(rendered_with)
    # The boundary denies other regions, and the simulator knows of none unless it is told.
    where = {"aws:RequestedRegion": rendered_with["region"]}
    asked = {
        condition.key: condition.values[0].render(rendered_with) for condition in one.conditions
    }
    return Probe(
        action=str(one.actions[0]),
        # A wildcard stands for any text: ask about one.
        resource=resource if resource == "*" else resource.replace("*", "x").replace("?", "x"),
        context=tuple(sorted((where | asked).items())),
    )
