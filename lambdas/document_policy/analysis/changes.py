"""What is new, gone, or the same in other words since the run that this one is compared with."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lambdas.document_policy.analysis.access import Access, Covering, accesses
from lambdas.document_policy.analysis.causes import (
    Made,
    Now,
    causes_of_the_whole,
    likely_cause,
    made_by_cloudformation,
)
from lambdas.model.archive.archived_runs import BaselineKind, PreviousRun
from lambdas.model.dossier.refinement import ExplainedStatement, Refinement
from lambdas.model.iam.template import Template, Variable
from lambdas.model.text import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One access that came or went, and what brought or took it, as far as can be known."""

    access: Access
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Changes of several actions on one resource that have one cause: a line for readers."""

    cause: str
    actions: tuple[str, ...]
    resource: Template


def together(found: Sequence[Change]) -> list[Together]:
    """Sorted by cause, then by resource."""
    alike: dict[tuple[str, str, str], list[Change]] = defaultdict(list)
    for one in found:
        owner, conditions = one.access.owner, one.access.order[3]
        alike[one.cause, str(one.access.resource), f"{owner}{conditions}"].append(one)
    return [
        Together(
            cause=cause,
            actions=tuple(sorted(str(one.access.action) for one in same)),
            resource=same[0].access.resource,
        )
        for (cause, _, _), same in sorted(alike.items())
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The difference in access, not in text.

    Attributes:
        run: the run compared with; empty when there is none.
        earlier: whether there are earlier runs, compared with or not.
        new: access that the baseline does not cover. gone: the reverse.
        reworded: access that both grant, spelled differently (narrower or wider parts of it).
        same_text: whether the statements are equal to the letter.
        causes: what else differs between the two runs.
    """

    run: str = ""
    earlier: bool = False
    standing: BaselineKind = BaselineKind.LATEST
    new: tuple[Change, ...] = ()
    gone: tuple[Change, ...] = ()
    reworded: tuple[Access, ...] = ()
    same_text: bool = False
    causes: tuple[str, ...] = ()

    @property
    def alone(self) -> bool:
        """Whether there was nothing to compare with."""
        return not self.run

    @property
    def kind(self) -> str:
        """What the run is in the row of runs, when it is compared with none."""
        return "not compared" if self.earlier else "first run"

    @property
    def widens_approved(self) -> bool:
        """Whether it grants what nobody approved, although somebody approved a policy."""
        return bool(self.new) and self.standing is BaselineKind.APPROVED

    @property
    def alarm(self) -> str:
        """What a reviewer must not miss; empty when there is nothing."""
        if not self.widens_approved:
            return ""
        return f"{counted(len(self.new), 'new access')} without an approval."

    @property
    def against(self) -> str:
        """`the approved policy of run …`."""
        words = {
            BaselineKind.APPROVED: "the approved policy of run",
            BaselineKind.PROVED: "the last proved policy, run",
            BaselineKind.LATEST: "the run before (neither approved nor proved),",
        }
        return f"{words[self.standing]} {self.run}"

    @property
    def summary(self) -> str:
        """One line: `3 new, 1 gone since the approved policy of run …`."""
        if self.alone:
            return f"{self.kind}: nothing to compare with"
        if not (self.new or self.gone):
            how = "to the letter" if self.same_text else "in other words"
            return f"no change in access since {self.against}: the same {how}"
        return f"{len(self.new)} new, {len(self.gone)} gone since {self.against}"


def changes(
    refinement: Refinement,
    previous: PreviousRun,
    *,
    now: Now,
) -> Changes:
    """Compare what is granted with what the baseline granted."""
    baseline = previous.baseline
    if baseline is None:
        return Changes(earlier=previous.manifest is not None)
    rendered = _names(refinement) != _names(baseline.refinement)
    granted = _granted(refinement, rendered=rendered)
    before = _granted(baseline.refinement, rendered=rendered)
    covered_before, covered_now = Covering(before), Covering(granted)
    added = [one for one in granted if one not in before]
    removed = [one for one in before if one not in granted]
    new = [one for one in added if not covered_before.covers(one)]
    gone = [one for one in removed if not covered_now.covers(one)]
    came = _made(refinement, now, other=before, rendered=rendered)
    went = _made(baseline.refinement, now, other=granted, rendered=rendered)
    return Changes(
        run=baseline.run,
        standing=baseline.standing,
        new=_changes(new, lambda one: likely_cause(one, granted[one], baseline, now, made=came)),
        gone=_changes(
            gone, lambda one: likely_cause(one, before[one], baseline, now, made=went, gone=True)
        ),
        reworded=tuple(
            sorted(set(added) - set(new), key=lambda access: access.order),
        ),
        same_text=_statements(refinement) == _statements(baseline.refinement),
        causes=causes_of_the_whole(baseline, now),
    )


def _changes(found: list[Access], cause: Callable[[Access], str]) -> tuple[Change, ...]:
    ordered = sorted(found, key=lambda access: access.order)
    return tuple(Change(access=one, cause=cause(one)) for one in ordered)


def _made(refinement: Refinement, now: Now, *, other: Iterable[Access], rendered: bool) -> Made:
    """What CloudFormation made, without what the other policy knows too."""
    known, values = {access.resource for access in other}, dict(refinement.variables)
    made = {
        filled(resource, values) if rendered else resource: types
        for resource, types in made_by_cloudformation(refinement, now).items()
    }
    return {resource: types for resource, types in made.items() if resource not in known}


def _names(refinement: Refinement) -> set[str]:
    return {name for name, _ in refinement.variables}


def _granted(refinement: Refinement, *, rendered: bool) -> dict[Access, ExplainedStatement]:
    """Templates are compared as they are; with other variables only their values can be."""
    values = dict(refinement.variables)
    granted: dict[Access, ExplainedStatement] = {}
    for policy in refinement.policies:
        for access, statement in accesses(policy):
            granted[_filled(access, values) if rendered else access] = statement
    return granted


def _filled(access: Access, values: Mapping[str, str]) -> Access:
    return replace(
        access,
        resource=filled(access.resource, values),
        conditions=tuple(
            replace(one, values=tuple(filled(value, values) for value in one.values))
            for one in access.conditions
        ),
    )


def filled(template: Template, values: Mapping[str, str]) -> Template:
    """The template with its variables' values in their places."""
    return Template.of(
        *(
            part.of(values[part.name]) if isinstance(part, Variable) else part
            for part in template.parts
        )
    )


def _statements(refinement: Refinement) -> list[Any]:
    return [(one.name, one.principal, one.policy, one.packs) for one in refinement.policies]
