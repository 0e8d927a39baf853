"""What a reviewer must judge: findings, changes, and what was left out."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from lambdas.document_policy.changes import together
from lambdas.document_policy.html import Html, arn, code, el, join, prose
from lambdas.document_policy.story import blind
from lambdas.model.finding import Severity
from lambdas.model.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lambdas.document_policy.changes import Change, Together
    from lambdas.document_policy.story import Story
    from lambdas.model.finding import Finding
    from lambdas.model.refinement import LeftOut

MOST = 60  # of one kind; the documents beside the report hold all
TITLES = {
    Severity.ERROR: "Errors",
    Severity.WARNING: "Warnings",
    "blind": "Blind spots",
    Severity.NOTE: "Notes",
}


def findings(story: Story) -> Html:
    """Errors, warnings, blind spots; other notes are folded away."""
    groups = [
        (title, [one for one in story.findings if _title(one) == title])
        for title in TITLES.values()
    ]
    return el(
        "section",
        el("h2", "Know first"),
        el("p", "Nothing to report.") if not story.findings else None,
        (_group(title, found) for title, found in groups if found),
        id="findings",
    )


def _title(one: Finding) -> str:
    if blind(one) and one.severity is Severity.NOTE:
        return TITLES["blind"]
    return TITLES[one.severity]


def _group(title: str, found: Sequence[Finding]) -> Html:
    shown = join(_kinds(found))
    heading = f"{title} ({len(found):,})"
    if title == TITLES[Severity.NOTE]:
        return el("details", el("summary", heading), shown, class_="group")
    return el("div", el("h3", heading), shown, class_="group")


def _kinds(found: Sequence[Finding]) -> Iterator[Html | None]:
    """One block for what is of the same kind and asks for the same."""
    alike = sorted(found, key=lambda one: (one.kind, one.action, one))
    for (kind, action), same in groupby(alike, key=lambda one: (one.kind, one.action)):
        many = list(same)
        yield el(
            "div",
            el("p", el("span", kind, class_="tag")),
            el("ul", map(_finding, many[:MOST])),
            _more(len(many) - MOST, "of this kind, in evidence-findings.json and refined.json"),
            el("p", el("b", "Do: "), prose(action), class_="todo") if action else None,
            class_=f"finding {many[0].severity.value}",
        )


def _finding(one: Finding) -> Html:
    often = f"seen {counted(one.count, 'time')}" if one.count > 1 else ""
    where = ", ".join(filter(None, (often, one.source)))
    return el(
        "li",
        code(one.subject),
        " ",
        prose(one.detail),
        el("span", " ", where, class_="small") if where else None,
    )


def changed(story: Story) -> Html:
    """New access first, each with what brought it."""
    changes = story.changes
    unapproved = el("p", changes.alarm, class_="alarm")
    return el(
        "section",
        el("h2", "What changed"),
        el("p", f"{changes.summary[:1].upper()}{changes.summary[1:]}."),
        (el("p", one) for one in story.compared),
        unapproved if changes.alarm else None,
        el("ul", (el("li", one) for one in changes.causes)) if changes.causes else None,
        _access("New access", changes.new, "new"),
        _access("Access gone", changes.gone, "gone"),
        _reworded(story),
        id="changes",
    )


def _access(title: str, found: Sequence[Change], tone: str) -> Html | None:
    if not found:
        return None
    by_cause = groupby(together(found), lambda one: one.cause)
    return el(
        "div",
        el("h3", f"{title} ({len(found):,})"),
        (_cause(cause, list(same)) for cause, same in by_cause),
        class_=f"access {tone}",
    )


def _cause(cause: str, found: Sequence[Together]) -> Html:
    lines = (
        el("li", ((code(action), " ") for action in one.actions), "on ", arn(one.resource))
        for one in found[:MOST]
    )
    return join((el("p", cause, class_="cause"), el("ul", lines), _more(len(found) - MOST, "")))


def _reworded(story: Story) -> Html | None:
    found = story.changes.reworded
    if not found:
        return None
    lines = (el("li", code(str(one.action)), " on ", arn(one.resource)) for one in found[:MOST])
    return el(
        "details",
        el("summary", f"The same access in other words ({len(found):,})"),
        el("ul", lines),
        _more(len(found) - MOST, ""),
    )


def left_out(story: Story) -> Html:
    """What was seen or offered and is not granted, by reason."""
    left = sorted(story.refinement.left_out, key=lambda one: (one.kind, one))
    offered = (
        f" Access Analyzer's answer named {counted(story.offered, 'action')}."
        if story.offered is not None
        else ""
    )
    number = counted(len(left), "permission")
    told = f"{number} seen or offered, and not granted." if left else "Nothing was left out."
    return el(
        "section",
        el("h2", "Left out"),
        el("p", f"{told}{offered}"),
        (_left(kind, list(same)) for kind, same in groupby(left, lambda one: one.kind)),
        id="left-out",
    )


def _left(kind: str, found: Sequence[LeftOut]) -> Html:
    lines = (
        el("li", code(one.action), " on ", code(one.resource), el("p", prose(one.reason)))
        for one in found[:MOST]
    )
    return join(
        (
            el("h3", kind.replace("-", " ").capitalize(), f" ({len(found):,})"),
            el("ul", lines, class_="left"),
            _more(len(found) - MOST, "in refined.json"),
        )
    )


def _more(number: int, where: str) -> Html | None:
    return el("p", f"and {number:,} more {where}", class_="small") if number > 0 else None
