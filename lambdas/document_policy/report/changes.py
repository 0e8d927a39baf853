"""What changed since the run that this one is compared with."""

from collections.abc import Sequence
from itertools import groupby

from lambdas.document_policy.analysis.changes import Change, Together, together
from lambdas.document_policy.analysis.run_facts import RunFacts
from lambdas.pages.html import MOST, Html, arn, code, el, join, more


def changed(facts: RunFacts) -> Html:
    """New access first, each with what brought it."""
    changes = facts.changes
    unapproved = el("p", changes.alarm, class_="alarm")
    return el(
        "section",
        el("h2", "What changed"),
        el("p", f"{changes.summary[:1].upper()}{changes.summary[1:]}."),
        (el("p", one) for one in facts.compared),
        unapproved if changes.alarm else None,
        el("ul", (el("li", one) for one in changes.causes)) if changes.causes else None,
        _access("New access", changes.new, "new"),
        _access("Access gone", changes.gone, "gone"),
        _reworded(facts),
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
    return join((el("p", cause, class_="cause"), el("ul", lines), more(len(found) - MOST, "")))


def _reworded(facts: RunFacts) -> Html | None:
    found = facts.changes.reworded
    if not found:
        return None
    lines = (el("li", code(str(one.action)), " on ", arn(one.resource)) for one in found[:MOST])
    return el(
        "details",
        el("summary", f"The same access in other words ({len(found):,})"),
        el("ul", lines),
        more(len(found) - MOST, ""),
    )
