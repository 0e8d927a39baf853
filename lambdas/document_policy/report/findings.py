"""What a person must know before anything else: errors, warnings, blind spots, notes."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from lambdas.document_policy.analysis.run_facts import RunFacts
from lambdas.model.findings.finding import Finding, Severity
from lambdas.model.text import counted
from lambdas.pages.html import MOST, Html, code, el, join, more, prose

TITLES = {
    Severity.ERROR: "Errors",
    Severity.WARNING: "Warnings",
    "blind": "Blind spots",
    Severity.NOTE: "Notes",
}


def findings(facts: RunFacts) -> Html:
    """Errors, warnings, blind spots; other notes are folded away."""
    groups = [
        (title, [one for one in facts.findings if _title(one) == title])
        for title in TITLES.values()
    ]
    return el(
        "section",
        el("h2", "Read this first"),
        el("p", "Nothing to report.") if not facts.findings else None,
        (_group(title, found) for title, found in groups if found),
        id="findings",
    )


def _title(one: Finding) -> str:
    if one.is_blind_spot and one.severity is Severity.NOTE:
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
            more(len(many) - MOST, "of this kind, in evidence-findings.json and refined.json"),
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
