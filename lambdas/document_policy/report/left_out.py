"""What was seen or offered and is not granted, by reason."""

from collections.abc import Sequence
from itertools import groupby

from lambdas.document_policy.analysis.run_facts import RunFacts
from lambdas.model.dossier.refinement import LeftOut
from lambdas.model.text import counted
from lambdas.pages.html import MOST, Html, code, el, join, more, prose


def left_out(facts: RunFacts) -> Html:
    """What was seen or offered and is not granted, by reason."""
    left = sorted(facts.refinement.left_out, key=lambda one: (one.kind, one))
    offered = (
        f" Access Analyzer's answer named {counted(facts.offered, 'action')}."
        if facts.offered is not None
        else ""
    )
    number = counted(len(left), "permission")
    summary = f"{number} seen or offered, and not granted." if left else "Nothing was left out."
    return el(
        "section",
        el("h2", "Left out"),
        el("p", f"{summary}{offered}"),
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
            more(len(found) - MOST, "in refined.json"),
        )
    )
