"""The four things that a policy should be, and where this run could not show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.document_policy.paths import ROLLBACK, paths
from lambdas.document_policy.story import blind
from lambdas.model.finding import Severity
from lambdas.model.refinement import OBSERVED
from lambdas.model.text import counted, listed, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.document_policy.story import Story
    from lambdas.model.refinement import ExplainedStatement, Grant

# Findings by what they put in doubt; whatever else is an error counts against sufficiency.
WIDE = frozenset({"any-resource", "reaches-others", "unknown-resource", "unused-grant"})
NAMES = frozenset({"ambiguous-variable"})
UNREAD = frozenset(
    {
        "generated-policy-not-understood",
        "digest-files",
        "not-a-trail-file",
        "no-identity",
        "strange-record",
        "unmapped-event",
        "unknown-action-denied",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """One of the four: what shows it, and where it could not be shown.

    Attributes:
        shown: a sentence, or empty when nothing shows it.
        gaps: a clause each; none means that nothing is known to be missing.
    """

    name: str
    shown: str
    gaps: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """`shown`, `shown in part` or `not shown`."""
        if not self.shown:
            return "not shown"
        return "shown in part" if self.gaps else "shown"

    @property
    def sentence(self) -> str:
        """What shows it, then what is missing."""
        return " ".join(map(sentence, filter(None, (self.shown, *self.gaps))))


def truths(story: Story) -> tuple[Truth, ...]:
    """Sufficient, minimal, general, explained."""
    return (_sufficient(story), _minimal(story), _general(story), _explained(story))


def _sufficient(story: Story) -> Truth:
    untaken = [one.name for one in paths(story) if not one.exercised and one.name != ROLLBACK]
    errors = {one.kind for one in story.findings if one.severity is Severity.ERROR}
    doubts = sorted(errors - WIDE - NAMES - UNREAD)
    if not story.verdict.proved:
        gap = "no whole cycle has succeeded with this policy alone"
        return Truth(name="sufficient", shown="", gaps=(gap,))
    return Truth(
        name="sufficient",
        shown="A whole cycle succeeded with this policy alone; a rollback was derived, not run.",
        gaps=(
            *_if(untaken, f"the cycle took no path of {listed(untaken)}"),
            *_untried(story),
            *_if(doubts, f"there are errors: {listed(doubts)}"),
        ),
    )


def _untried(story: Story) -> tuple[str, ...]:
    """The candidate stands in for the run's own role alone, unless that one was split in two."""
    others = [] if story.process.hints.split else story.refinement.policies[1:]
    names = [one.principal.rsplit("/", 1)[-1] for one in others]
    return _if(names, f"no cycle has tried the policies of further roles: {listed(names)}")


def _minimal(story: Story) -> Truth:
    grants = list(_grants(story))
    unseen = sum(all(ground.kind != OBSERVED for ground in one.grounds) for one in grants)
    wide = sum(one.count for one in story.findings if one.kind in WIDE)
    seen = f"Events show {len(grants) - unseen:,} of {counted(len(grants), 'grant')}."
    return Truth(
        name="minimal",
        shown="" if grants and unseen == len(grants) else seen,
        gaps=(
            *_if(
                unseen,
                f"{counted(unseen, 'grant')} derived or asked for by a hint, unseen",
            ),
            *_if(
                wide,
                f"wider than what was used in {counted(wide, 'place')}; the findings say why",
            ),
        ),
    )


def _general(story: Story) -> Truth:
    others = [one.name for one in story.process.variables]
    unclear = sum(one.count for one in story.findings if one.kind in NAMES)
    if not story.verdict.proved:
        return Truth(name="general", shown="", gaps=("no cycle has run under other names",))
    if not others:
        gap = "the process has no variables, so both cycles used the same names"
        return Truth(name="general", shown="", gaps=(gap,))
    return Truth(
        name="general",
        shown=f"The second cycle had another {listed(others)}, in the same account.",
        gaps=_if(unclear, f"{counted(unclear, 'name')} can be read in two ways"),
    )


def _explained(story: Story) -> Truth:
    bare = sum(not one.grounds for one in _grants(story))
    mute = sum(map(_without_reason, _statements(story)))
    unread = sum(one.count for one in story.findings if one.kind in UNREAD)
    blinds = sum(map(blind, story.findings))
    return Truth(
        name="explained",
        shown="" if bare or mute else "Every grant has its grounds, every wildcard its reason.",
        gaps=(
            *_if(bare, f"{counted(bare, 'grant')} without a ground"),
            *_if(mute, f"{counted(mute, 'wildcard')} without a reason"),
            *_if(unread, f"records or answers that were not understood: {unread:,}"),
            *_if(blinds, f"{counted(blinds, 'blind spot')} of the trail"),
        ),
    )


def _if(there: object, words: str) -> tuple[str, ...]:
    return (words,) if there else ()


def _without_reason(one: ExplainedStatement) -> int:
    told = {wildcard.resource for wildcard in one.wildcards if wildcard.reason}
    return sum(resource.wild and str(resource) not in told for resource in one.statement.resources)


def _statements(story: Story) -> Iterator[ExplainedStatement]:
    return (one for policy in story.refinement.policies for one in policy.statements)


def _grants(story: Story) -> Iterator[Grant]:
    return (grant for one in _statements(story) for grant in one.grants)
