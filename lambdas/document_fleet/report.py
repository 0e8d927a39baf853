"""report.html of a fleet: what needs a person first, then everything, on one page."""

from lambdas.document_fleet.fleet_facts import FleetFacts
from lambdas.model.archive.fleet import DOCUMENT, PLAN, TABLE
from lambdas.model.execution.platform import Platform
from lambdas.model.text import counted, sentence
from lambdas.overview.attention import Attention
from lambdas.overview.table import filters, groups, table
from lambdas.pages.html import MOST, Html, code, el, join, more
from lambdas.pages.page import asset, page

UP = "../../"
CAVEATS = {
    Platform.AWS: "",
    Platform.EMBEDDED: "This fleet ran on an embedded AWS, an emulator: nothing of it was shown on "
    "AWS.",
    Platform.UNKNOWN: "Nothing says where this fleet ran.",
}


def report(facts: FleetFacts) -> str:
    """The whole page; it loads nothing."""
    body = (
        el("a", "Skip to the processes", class_="skip", href="#processes"),
        el("header", _head(facts), class_="top"),
        el("main", _moves(facts), _processes(facts), class_="fleet-page", id="main"),
        _foot(facts),
    )
    return page(_title(facts), body, script=asset("fleet.js"), style=asset("fleet.css"))


def _title(facts: FleetFacts) -> str:
    return f"The fleet of {_began(facts)}"


def _began(facts: FleetFacts) -> str:
    return facts.fleet.started_at[:16].replace("T", " ")


def _head(facts: FleetFacts) -> Html:
    caveat = CAVEATS[facts.platform]
    waiting = counted(facts.waiting, "process needs", "processes need")
    planned = " Planned: " if facts.planned else " "
    needs = f"{waiting} somebody." if facts.waiting else "No process needs anybody."
    return join(
        (
            el("p", "Fencepost", el("span", " all processes"), class_="brand"),
            el(
                "h1",
                "The fleet of ",
                el("span", _began(facts), class_="when"),
                ": ",
                el("b", facts.verdict),
            ),
            el("p", caveat, class_="caveat") if caveat else None,
            el("p", needs, planned, facts.words, class_="grounds"),
            el("p", f"The fleet broke off: {facts.broken}", class_="alarm")
            if facts.broken
            else None,
            _figures(facts),
        )
    )


def _figures(facts: FleetFacts) -> Html:
    """How many need what, with the way there."""
    tones = {Attention.FAILED: "bad", Attention.NOT_STARTED: "bad", Attention.NOT_PROVED: "bad"}
    lines = (
        el(
            "li",
            el("a", el("b", f"{len(rows):,}"), el("span", kind.heading), href=f"#{kind.slug}"),
            class_=tones.get(kind, "" if kind is Attention.NOTHING else "warn"),
        )
        for kind, rows in groups(facts.judged)
    )
    return el("ul", lines, class_="figures needs-by-kind", aria_label="What is needed")


def _moves(facts: FleetFacts) -> Html:
    if not facts.before:
        return el(
            "section",
            el("h2", "What changed"),
            el("p", "This is the first fleet: there is none to compare with."),
            id="changes",
        )
    worse = [one for one in facts.moves if one.worse]
    changes = f"{counted(len(facts.moves), 'change')} since the fleet {facts.before}"
    lines = (
        el("li", el("b", one.process), ": ", one.what, class_="worse" if one.worse else None)
        for one in facts.moves[:MOST]
    )
    return el(
        "section",
        el("h2", "What changed"),
        el(
            "p",
            f"{changes}, {len(worse):,} of them for the worse." if facts.moves else f"{changes}.",
        ),
        el("ul", lines, class_="moved") if facts.moves else None,
        more(len(facts.moves) - MOST, f"in {DOCUMENT}"),
        id="changes",
    )


def _processes(facts: FleetFacts) -> Html:
    return el(
        "section",
        el("h2", "Processes"),
        el(
            "p",
            "Processes that need a person come first. Ages are those when the fleet began. ",
            sentence("figures that the dossier of an earlier version does not have are not known"),
        ),
        filters(facts.judged),
        table(facts.judged, lambda row: f"{UP}{row.folder}report.html"),
        id="processes",
    )


def _foot(facts: FleetFacts) -> Html:
    files = join((el("a", name, href=name), " ") for name in (DOCUMENT, TABLE, PLAN))
    return el(
        "footer",
        el("p", "Files of this fleet: ", files),
        el("p", "Execution ", code(facts.fleet.execution_arn), ". Times are in UTC."),
        el("p", "Each process's dossier and its manifest are what counts; this page sums them up."),
    )
