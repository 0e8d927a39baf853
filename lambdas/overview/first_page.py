"""The archive's first page: every process with its newest run, what needs a person first."""

from collections.abc import Mapping
from datetime import UTC, datetime

from lambdas.gateways.archive.documents import Archive
from lambdas.model.archive.manifest import sealed_page
from lambdas.model.definition.process_parameter import Place
from lambdas.model.execution.platform import elsewhere
from lambdas.model.text import counted
from lambdas.overview.attention import in_order
from lambdas.overview.process_row import Archived, Row, row_of
from lambdas.overview.reading import everything, newest_report
from lambdas.overview.table import filters, table
from lambdas.pages.html import Html, el
from lambdas.pages.page import asset, page

FIRST_PAGE = "index.html"
DEFAULT = "default"  # the sandbox of a process that names none
UNTOLD = "not known"


def write_first_page(archive: Archive) -> None:
    """Make it anew; it holds nothing that the manifests do not."""
    body = sealed_page(first_page(everything(archive), newest_report(archive)))
    archive.put(FIRST_PAGE, body, "text/html; charset=utf-8", replace=True)


def first_page(found: Mapping[str, Archived], fleet: str) -> str:
    """The page; `fleet` is the key of the newest fleet's report, or empty."""
    # The archive's own time, not the clock's: the same archive gives the same page.
    now = max((_began(one) for one in found.values()), default=datetime.min.replace(tzinfo=UTC))
    rows = [_row(process, one, now) for process, one in found.items()]
    judged = in_order(rows)
    about = (
        f"{counted(len(rows), 'process')}, each with its newest run."
        f"{elsewhere([row.platform for row in rows])} "
        f"Ages are those of {now:%Y-%m-%d %H:%M}, when the newest run began."
    )
    body = el(
        "main",
        el("p", "Fencepost", class_="brand"),
        el("h1", "The archive"),
        el("p", about, class_="grounds"),
        _fleet(fleet),
        filters(judged),
        table(judged, lambda row: f"{row.process}/index.html"),
        class_="top alone fleet-page",
    )
    return page("The archive", (body,), script=asset("fleet.js"), style=asset("fleet.css"))


def _fleet(key: str) -> Html | None:
    if not key:
        return None
    return el("p", el("a", "The newest fleet", href=key), " says how the last runs of all ended.")


def _row(process: str, one: Archived, now: datetime) -> Row:
    manifest = one.manifest or {}
    definition = manifest.get("definition") or {}
    place = Place(
        name=definition.get("sandbox") or DEFAULT,
        account=manifest.get("account") or UNTOLD,
        region=manifest.get("region") or UNTOLD,
    )
    return row_of(process, definition.get("owner") or UNTOLD, place, one, now=now, end=None)


def _began(one: Archived) -> datetime:
    started = one.newest.started if one.newest else ""
    try:
        found = datetime.fromisoformat(started)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
