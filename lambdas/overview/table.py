"""The rows as a table, in groups by what they need; it can be filtered where scripts run."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from lambdas.model.dossier.answer import Answer
from lambdas.model.execution.platform import Platform
from lambdas.model.text import counted, shortened
from lambdas.overview.attention import Attention, Reasons
from lambdas.overview.process_row import CAUSE, Row
from lambdas.pages.html import Html, code, el, join, text

Judged = Sequence[tuple[Row, Reasons]]

COLUMNS = (
    "Process",
    "Verdict",
    "Proof",
    "New access",
    "Grants",
    "Wildcards",
    "No way up",
    "Contained",
    "Characters",
    "Owner",
    "Sandbox",
    "Revision",
)
UNKNOWN = "not known"
SHOWN_ON = {Platform.AWS: "", Platform.EMBEDDED: "emulated", Platform.UNKNOWN: "where is not told"}


def groups(judged: Judged) -> list[tuple[Attention, list[tuple[Row, Reasons]]]]:
    """Rows that need the same thing first, together."""
    return [(kind, list(rows)) for kind, rows in groupby(judged, lambda one: one[1].first)]


def table(judged: Judged, link: Callable[[Row], str]) -> Html:
    """All rows; `link` tells where the name of one leads to, if it has run."""
    head = el("tr", (el("th", name, scope="col") for name in COLUMNS))
    return el(
        "div",
        el("table", el("thead", head), join(_bodies(judged, link)), class_="fleet"),
        class_="wide",
        tabindex="0",
        role="region",
        aria_label="Processes",
    )


def filters(judged: Judged) -> Html:
    """A form that the script shows; without it the table is complete."""
    owners = sorted({row.owner for row, _ in judged})
    sandboxes = sorted({row.place.name for row, _ in judged})
    return el(
        "form",
        el("label", "Find", el("input", type="search", id="find", autocomplete="off")),
        _choice("need", "Needs", [(kind.slug, kind.heading) for kind, _ in groups(judged)]),
        _choice("owner", "Owner", [(one, one) for one in owners]),
        _choice("sandbox", "Sandbox", [(one, one) for one in sandboxes]),
        el("p", id="count", role="status"),
        id="filter",
        hidden=True,
    )


def _choice(name: str, label: str, options: list[tuple[str, str]]) -> Html:
    every = el("option", "all", value="")
    shown = (el("option", words, value=value) for value, words in options)
    return el("label", label, el("select", every, shown, id=name))


def _bodies(judged: Judged, link: Callable[[Row], str]) -> Iterator[Html]:
    for kind, rows in groups(judged):
        heading = el(
            "tr",
            el("th", f"{kind.heading} ({len(rows):,})", scope="rowgroup", colspan=len(COLUMNS)),
            class_="group",
        )
        lines = (_line(row, reasons, link) for row, reasons in rows)
        yield el("tbody", heading, lines, id=kind.slug, data_need=kind.slug)


def _line(row: Row, reasons: Reasons, link: Callable[[Row], str]) -> Html:
    cells = (
        _verdict(row),
        _proof(row),
        _new(row),
        _grants(row),
        _number(row, row.wildcards),
        _answer(row, row.no_way_up, row.ways_up, "way up", "ways up"),
        _answer(row, row.contained, row.reaches, "reaches others", "reach others"),
        _number(row, row.characters),
        _owner(row),
        _sandbox(row),
        code(row.revision) if row.revision else "",
    )
    return el(
        "tr",
        el("th", _name(row, reasons, link), scope="row"),
        (el("td", cell, data_name=name) for name, cell in zip(COLUMNS[1:], cells, strict=True)),
        data_owner=row.owner,
        data_sandbox=row.place.name,
    )


def _name(row: Row, reasons: Reasons, link: Callable[[Row], str]) -> Html:
    """The process, with what it needs and, of a failure, why."""
    name = el("a", row.process, href=link(row)) if row.run else row.process
    cause = row.end.cause if row.end and row.end.failed else ""
    words = el("span", "; ".join(reasons.words), class_="needs") if reasons.words else None
    said = shortened(cause, CAUSE, whole_in="the execution")
    run = el("p", "Execution ", code(row.end.execution)) if row.end and row.end.execution else None
    why = el("details", el("summary", "Why"), _lines(said), run) if cause else None
    return join((name, words, why))


def _lines(words: str) -> Html:
    """A failure's last lines, each on its own; those that are empty are left out."""
    found = (text(one) for one in words.split("\n") if one.strip())
    return Html(el("br").join(found))


def _verdict(row: Row) -> Html | str:
    if not row.run:
        return "no policy"
    kind = "proved" if row.verdict.startswith("proved") else row.verdict.replace(" ", "-")
    where = SHOWN_ON[row.platform]
    shown = el("span", f" {where}", class_="place") if where else None
    return el("span", el("span", row.verdict, class_=f"verdict {kind}"), shown)


def _proof(row: Row) -> str:
    if row.proved_days is None:
        return "none"
    return "today" if row.proved_days < 1 else f"{counted(int(row.proved_days), 'day')} old"


def _new(row: Row) -> str:
    if not row.run:
        return ""
    if row.new is None:
        return "not compared"
    return f"{row.new:,}" + (", unapproved" if row.unapproved else "")


def _grants(row: Row) -> str:
    if not row.run:
        return ""
    if row.grounds is None:
        return UNKNOWN
    return ", ".join(f"{number:,} {ground}" for ground, number in row.grounds.items()) or "none"


def _number(row: Row, number: int | None) -> str:
    if not row.run:
        return ""
    return UNKNOWN if number is None else f"{number:,}"


def _answer(row: Row, answer: Answer | None, number: int | None, one: str, many: str) -> Html | str:
    """The first page's answer, and how many ways or grants stand against it."""
    if not row.run:
        return ""
    against = el("span", counted(number, one, many), class_="small") if number else None
    shown = answer or UNKNOWN
    return el("span", shown, " ", against, class_=f"answer {shown.replace(' ', '-')}")


def _owner(row: Row) -> Html:
    """The address, broken after its @ where it must be."""
    name, _, host = row.owner.rpartition("@")
    return join((f"{name}@", el("wbr"), host))


def _sandbox(row: Row) -> Html:
    where = f"{row.place.account}, {row.place.region}"
    return el("span", row.place.name, " ", el("span", where, class_="small"))
