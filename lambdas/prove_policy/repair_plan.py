"""What would repair a denial: which grants, or why none would."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from lambdas.model.dossier.refinement import PrincipalPolicy
from lambdas.model.iam.action import Action
from lambdas.model.iam.template_coverage import matches
from lambdas.model.text import listed
from lambdas.model.trail.evidence import Evidence, Outcome
from lambdas.prove_policy import minimality
from lambdas.prove_policy.denials import KMS, Denial, Source
from lambdas.prove_policy.resource_mapping import ResourceMapping
from lambdas.prove_policy.rounds import Round
from lambdas.reference.actions import facts
from lambdas.reference.refused.refused_resources import ANY, is_open, suits, type_of
from lambdas.reference.ways.escalation import escalates

MOST = 2  # repairs of one cause; a third would show that the policy's design does not fit
_PIECES = re.compile(r"[A-Za-z0-9]+|[^A-Za-z0-9]")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class MissingGrant:
    """One thing to grant, in the names of the first cycle.

    Attributes:
        opened: whether the `*` in the resource stands for what differed between rounds.
    """

    action: Action
    resource: str
    via: tuple[str, ...] = ()
    opened: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What a denial leads to.

    Attributes:
        grants: what refinement is to be given; empty when no repair is made.
        hopeless: why none is made, as a clause; empty otherwise.
    """

    denial: Denial
    grants: tuple[MissingGrant, ...] = ()
    hopeless: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What is known before a repair is planned.

    Attributes:
        policy: what the candidate held.
        first: evidence of the first cycle, with the repairs so far.
        earlier: the rounds before, in order.
        candidate: the role of the proof, which stands for `principal`, the first cycle's.
    """

    mapping: ResourceMapping
    policy: PrincipalPolicy
    first: Sequence[Evidence]
    earlier: Sequence[Round]
    candidate: str
    principal: str


def plan(denied: Iterable[Denial], before: Before) -> tuple[Repair, ...]:
    """A repair for each denial, in order."""
    return tuple(_planned(one, before) for one in denied)


def _planned(one: Denial, before: Before) -> Repair:
    if one.resource == before.candidate:
        own = MissingGrant(action=one.action, resource=before.principal, via=one.via)
        return Repair(denial=one, grants=(own,))
    if one.action.service == KMS and one.source is Source.OUTPUT and not (one.via or one.call):
        return Repair(
            denial=one,
            hopeless=f"no event tells through which service {one.action} was asked for, "
            "and a repair never grants a key for all of them",
        )
    resources = _resources(one, before)
    if not resources:
        return Repair(
            denial=one,
            hopeless=f"no event tells for which resource {one.action} was asked, "
            "and a repair never grants it on any",
        )
    others = _under_other_names(one, before)
    if len({number for number, _ in others}) >= MOST:
        names = listed([*(name for _, name in others), one.resource])
        return Repair(
            denial=one,
            hopeless=f"{one.action} was denied under a third name ({names}): the policy's design "
            "does not fit how these names are made",
        )
    grants = {MissingGrant(action=one.action, resource=it, via=one.via) for it in resources}
    by_heart = before.mapping.held_by_heart(one.resource, one.action)
    if others:
        grants = set(_opened(one, [name for _, name in others], before)) or grants
    elif by_heart and suits(one.action, by_heart):
        grants = set(_for_all(one, by_heart, before))
    elif not before.mapping.knows(one.resource, one.action):
        grants |= set(_as_done_to_the_likest(one, before))
    return _unless_made_before(one, grants, before)


def _unless_made_before(one: Denial, grants: set[MissingGrant], before: Before) -> Repair:
    """A repair that would grant what an earlier one granted is not made again."""
    made = {
        (line.action, line.resource, line.via)
        for line in before.first
        if line.outcome is Outcome.DENIED_IN_PROOF
    }
    if all((it.action, it.resource, it.via) in made for it in grants):
        return Repair(
            denial=one,
            hopeless=f"an earlier repair granted the same for {one.action}, "
            "and it was denied again",
        )
    return Repair(denial=one, grants=tuple(sorted(grants)))


def _resources(one: Denial, before: Before) -> tuple[str, ...]:
    """In the first cycle's names; none where nothing tells which are meant."""
    guarded = escalates(one.action) or (one.action.service == KMS and not one.via)
    if not (is_open(one.resource) or (guarded and _is_wild(one.resource))):
        return before.mapping.counterparts(one.resource, one.action)
    kind = type_of(one.resource)
    learned = {
        line.resource
        for line in before.first
        if line.action == one.action
        and line.outcome in {Outcome.SUCCEEDED, Outcome.FAILED}
        and not is_open(line.resource)
        and (one.resource == ANY or type_of(line.resource) == kind)
    }
    fresh = {
        it
        for it in learned
        if not minimality.allows(before.policy, replace(one, resource=it), before.mapping.learn)
    }
    if fresh or guarded:
        return tuple(sorted(fresh))
    known = facts(one.action)
    return (one.resource if known and known.uses else ANY,)


def _under_other_names(one: Denial, before: Before) -> list[tuple[int, str]]:
    """The same slot, repaired in earlier rounds for names that the first cycle does not know."""
    if is_open(one.resource) or before.mapping.knows(one.resource, one.action):
        return []
    slot = (one.action, type_of(one.resource), one.via)
    return [
        (round_.number, past.resource)
        for round_ in before.earlier
        for past in round_.repaired
        if (past.action, type_of(past.resource), past.via) == slot
        and past.resource != one.resource
        and not is_open(past.resource)
        and not before.mapping.knows(past.resource, past.action)
    ]


def _opened(one: Denial, others: Sequence[str], before: Before) -> Iterable[MissingGrant]:
    """What the names share, for all that the first cycle did to what they stand for.

    Nothing when they share no more than their type: then each stands for itself.
    """
    mapping = before.mapping
    pattern = shared([mapping.in_first_names(name) for name in (*others, one.resource)])
    if is_open(pattern) or pattern.count("*") > 1 or not suits(one.action, pattern):
        return  # they share nothing, or hold a star of their own
    yield from _for_all(one, pattern, before)


def _for_all(one: Denial, pattern: str, before: Before) -> Iterable[MissingGrant]:
    """The pattern, for the action and for all that the first cycle did to what it matches."""
    yield MissingGrant(action=one.action, resource=pattern, via=one.via, opened=True)
    kind = type_of(one.resource)
    for line in before.first:
        if line.outcome is Outcome.DENIED or type_of(line.resource) != kind:
            continue
        if matches(pattern, line.resource) and suits(line.action, pattern):
            yield MissingGrant(action=line.action, resource=pattern, via=line.via, opened=True)


def _as_done_to_the_likest(one: Denial, before: Before) -> Iterable[MissingGrant]:
    """For the very name: all that the first cycle did to the resource whose name is most like it.

    A tool may name the same thing otherwise when a value has another length. Without this each of
    its actions would be denied in a round of its own.
    """
    if is_open(one.resource):
        return
    own, kind = before.mapping.in_first_names(one.resource), type_of(one.resource)
    used = [line for line in before.first if line.outcome in {Outcome.SUCCEEDED, Outcome.FAILED}]
    alike = {
        line.resource: shared([line.resource, own])
        for line in used
        if line.action == one.action and type_of(line.resource) == kind
    }
    alike = {name: pattern for name, pattern in alike.items() if not is_open(pattern)}
    most = max(map(len, alike.values()), default=0)
    for line in used:
        if len(alike.get(line.resource, "")) == most > 0 and suits(line.action, own):
            yield MissingGrant(action=line.action, resource=own, via=line.via)


def shared(names: Sequence[str]) -> str:
    """The beginning and the end that all names have in common, in whole words, `*` between."""
    pieces = [_PIECES.findall(name) for name in names]
    shortest = min(map(len, pieces))
    head = 0
    while head < shortest and len({one[head] for one in pieces}) == 1:
        head += 1
    tail = 0
    while tail < shortest - head and len({one[-1 - tail] for one in pieces}) == 1:
        tail += 1
    first = pieces[0]
    if head == len(first) and all(len(one) == head for one in pieces):
        return names[0]
    return "".join([*first[:head], "*", *first[len(first) - tail :]])


def _is_wild(resource: str) -> bool:
    return "*" in resource or "?" in resource
