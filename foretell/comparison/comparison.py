"""A foretelling held against a policy: lines for a reviewer, and the answer in one word."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from foretell.comparison.granted import Grant, Granted
from foretell.foretell import Foretelling
from foretell.needs import Certainty, Need
from lambdas.model.iam.template_coverage import overlaps
from lambdas.reference.stacks.unknown import UNKNOWN


class Answer(IntEnum):
    """Does the policy suffice? The values are exit statuses."""

    SUFFICES = 0
    LACKS = 1
    UNTOLD = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """A resource of a template that needs something; all empty for the deploying tool."""

    logical_id: str
    type: str
    stack: str
    path: str
    line: int

    @property
    def order(self) -> tuple[str, int, str]:
        """As they stand in their files."""
        return (self.path, self.line, self.logical_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One action on one resource, with everything that asks for it.

    Attributes:
        note: why it is less sure than what tells it, or empty.
    """

    certainty: Certainty
    action: str
    resource: str
    because: str
    source: str
    askers: tuple[Asker, ...]
    note: str = ""

    @property
    def order(self) -> tuple[int, str, str]:
        """The surest first."""
        return (tuple(Certainty).index(self.certainty), self.action, self.resource)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spare:
    """What the policy grants and only what the change removes has needed."""

    action: str
    resource: str
    statement: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a reviewer reads.

    Attributes:
        missing: what is seen or documented and not granted. possible: what may be.
        spare: told only where a base was given.
        untold: what could not be told, a sentence each.
        granted: how many needs the policy grants.
    """

    missing: tuple[Line, ...]
    possible: tuple[Line, ...]
    spare: tuple[Spare, ...]
    untold: tuple[str, ...]
    granted: int
    needs: int
    resources: int

    @property
    def answer(self) -> Answer:
        """What is surely missing counts more than what could not be told."""
        if self.missing:
            return Answer.LACKS
        return Answer.UNTOLD if self.untold else Answer.SUFFICES


def compared(
    foretelling: Foretelling,
    granted: Granted,
    *,
    before: Sequence[Need] | None = None,
    after: Sequence[Need] = (),
    untold: Iterable[str] = (),
) -> Comparison:
    """Hold needs against a policy.

    Args:
        foretelling: what the deployment needs.
        granted: the policy.
        before: what the base needed as a whole; None where there is no base.
        after: what the new templates need as a whole.
        untold: what could not be told besides.
    """
    lacking: list[tuple[Need, bool | None]] = [
        (need, allowed)
        for need in foretelling.needs
        if (allowed := granted.allows(need)) is not True
    ]
    lines = sorted(_lines(lacking), key=lambda one: one.order)
    return Comparison(
        missing=tuple(one for one in lines if one.certainty.sure),
        possible=tuple(one for one in lines if not one.certainty.sure),
        spare=tuple(_spare(granted, before, after)) if before is not None else (),
        untold=tuple(sorted({*foretelling.untold, *untold})),
        granted=len(foretelling.needs) - len(lacking),
        needs=len(foretelling.needs),
        resources=foretelling.resources,
    )


def untold(reason: str) -> Comparison:
    """Nothing could be compared, and why."""
    return Comparison(
        missing=(), possible=(), spare=(), untold=(reason,), granted=0, needs=0, resources=0
    )


_OPEN = "its name is not known before it is made, and the policy grants this on some of its kind"


def _lines(lacking: Iterable[tuple[Need, bool | None]]) -> Iterator[Line]:
    alike: dict[tuple[str, str, bool], list[Need]] = {}
    for need, allowed in lacking:
        alike.setdefault((str(need.action), str(need.resource), allowed is None), []).append(need)
    for (action, resource, is_open), needs in alike.items():
        surest = min(needs, key=lambda one: one.order)
        askers = {_asker(one) for one in needs if one.logical_id}
        certainty = Certainty.POSSIBLE if is_open else surest.certainty
        yield Line(
            certainty=certainty,
            action=action,
            resource=resource,
            because=surest.because,
            source=surest.source,
            askers=tuple(sorted(askers, key=lambda one: one.order)),
            note=_OPEN if is_open else "",
        )


def _asker(need: Need) -> Asker:
    return Asker(
        logical_id=need.logical_id,
        type=need.type,
        stack=need.stack.replace(UNKNOWN, "*"),
        path=need.path,
        line=need.line,
    )


def _spare(granted: Granted, before: Sequence[Need], after: Sequence[Need]) -> Iterator[Spare]:
    """Grants that something of the base needed, and nothing of the new templates does."""
    found = {}
    for grant in granted.grants:
        needed = [one for one in before if one.logical_id and _is_for(grant, one)]
        if not needed or any(_is_for(grant, one) for one in after):
            continue
        gone = sorted({f"{one.logical_id} ({one.type})" for one in needed})
        found[grant.actions, str(grant.resource)] = Spare(
            action=grant.actions,
            resource=str(grant.resource),
            statement=grant.statement,
            because=f"only {', '.join(gone)} needed it, and the change removes that",
        )
    yield from (found[key] for key in sorted(found))


def _is_for(grant: Grant, need: Need) -> bool:
    return grant.actions.lower() == str(need.action).lower() and overlaps(
        grant.resource, need.resource
    )
