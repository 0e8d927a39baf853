"""Where the calls went: services by phase, and the paths that the cycle took."""

from math import sqrt

from lambdas.document_policy.analysis.exercised_paths import paths
from lambdas.document_policy.analysis.run_facts import RunFacts
from lambdas.document_policy.analysis.statement_reasons import reasons, service_name
from lambdas.model.text import counted
from lambdas.model.trail.evidence import Outcome
from lambdas.pages.html import Html, el
from lambdas.reference.actions import service_title

RADIUS = 15  # of the busiest cell, in a box of 32
NO_PHASE = "no phase"
# Many phases are wider than a phone: the table scrolls, by keyboard too.
REGION = {"class_": "wide", "tabindex": "0", "role": "region", "aria_label": "Services by phase"}


def service_matrix(facts: RunFacts) -> Html:
    """A table whose cells are discs: it reads aloud, prints, and needs no script."""
    counts = facts.survey
    columns = _phases(facts)
    busiest = max(counts.calls.values(), default=1)
    services = counts.services()
    rows = (_row(facts, service, columns, busiest) for service in services)
    table = el(
        "table",
        el("caption", "Calls that were not denied. The area of a disc is the number of calls."),
        el("thead", el("tr", el("th", "Service", scope="col"), _heads(columns), _head("all"))),
        el("tbody", rows),
        el("tfoot", _alone(facts, columns)),
        class_="picture",
    )
    return el(
        "section",
        el("h2", "Services by phase"),
        el("p", _through(facts)),
        el("div", table, **REGION) if services else el("p", "There is no evidence."),
        id="picture",
    )


def _phases(facts: RunFacts) -> tuple[str, ...]:
    order = [phase.name for phase in facts.process.phases]
    seen = {phase for _, phase in facts.survey.calls}
    return (*(one for one in order if one in seen), *sorted(seen - set(order)))


def _heads(columns: tuple[str, ...]) -> list[Html]:
    return [_head(column or NO_PHASE) for column in columns]


def _head(words: str) -> Html:
    return el("th", words, scope="col")


def _row(facts: RunFacts, service: str, columns: tuple[str, ...], busiest: int) -> Html:
    calls = facts.survey.calls
    title = service_title(service)
    total = sum(calls[service, column] for column in columns)
    name = el(
        "th", el("span", title), el("small", service) if title != service else None, scope="row"
    )
    cells = (_cell(calls[service, column], busiest) for column in columns)
    return el("tr", name, cells, el("td", total, class_="total"))


def _cell(calls: int, busiest: int) -> Html:
    if not calls:
        return el("td", el("span", "0", class_="none"))
    radius = max(1.5, RADIUS * sqrt(calls / busiest))
    disc = Html(f'<circle cx="16" cy="16" r="{radius:.1f}"/>')
    drawn = el("svg", disc, viewBox="0 0 32 32", aria_hidden="true")
    return el("td", drawn, el("span", calls))


def _alone(facts: RunFacts, columns: tuple[str, ...]) -> Html | None:
    """How many statements would lose their ground if the cycle lacked a phase."""
    seen = [set(reasons(one).phases) for p in facts.refinement.policies for one in p.statements]
    cells = (el("td", el("span", sum(one == {column} for one in seen))) for column in columns)
    if not any(len(one) == 1 for one in seen):
        return None
    note = el("th", "Statements seen in this phase alone", scope="row")
    return el("tr", note, cells, el("td", ""))


def _through(facts: RunFacts) -> str:
    through = facts.survey.through
    parts = [
        f"{counted(through[one], 'line')} through {service_name(one)}"
        for one in sorted(through, key=lambda name: (-through[name], name))
        if one
    ]
    direct = f"{counted(through[''], 'line')} of evidence called directly"
    denied = facts.survey.outcomes[Outcome.DENIED]
    refused = f" {counted(denied, 'line')} denied, which prove nothing." if denied else ""
    return f"{'; '.join([direct, *parts])}.{refused}"


def exercised(facts: RunFacts) -> Html:
    """Create, update, rollback, remove."""
    rows = (
        el(
            "li",
            el("b", one.name.capitalize()),
            el("span", one.state, class_="state"),
            el("p", one.sentence),
            class_="yes" if one.exercised else "no",
        )
        for one in paths(facts)
    )
    return el(
        "section",
        el("h2", "Paths"),
        el("p", "The paths that the cycle took, and the grants for paths that it did not take."),
        el("ul", rows, class_="paths"),
        id="paths",
    )
