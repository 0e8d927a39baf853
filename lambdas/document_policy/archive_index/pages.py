"""The page that lists the runs of a process."""

from collections.abc import Iterable, Sequence

from lambdas.model.archive.archived_runs import RunSummary
from lambdas.model.execution.platform import Platform, elsewhere
from lambdas.model.text import counted
from lambdas.pages.html import Html, code, el
from lambdas.pages.page import page

COLUMNS = ("Verdict", "Policy", "Findings", "Changes", "Approved", "Manifest")


def process_page(process: str, rows: Sequence[RunSummary]) -> str:
    """`<process>/index.html`: its runs, the newest first."""
    lines = (_run(f"{row.manifest.run}/", row) for row in reversed(rows))
    about = (
        f"{counted(len(rows), 'run')}, the newest first. Each manifest pins the one before it."
        + elsewhere([row.platform for row in rows])
    )
    up = el("p", el("a", "All processes", href="../index.html"))
    return _list(f"The runs of {process}", about, "Run", lines, up)


def _run(folder: str, row: RunSummary) -> Html:
    link = el("a", _day(row), href=f"{folder}report.html")
    return el("tr", el("th", link, scope="row"), _cells(row))


def _day(row: RunSummary) -> str:
    """`2026-11-23 12:00`, or the run's id when it tells no time."""
    return row.started[:16].replace("T", " ") or row.manifest.run


def _list(title: str, about: str, first: str, rows: Iterable[Html], up: Html | None) -> str:
    names = (first, *COLUMNS)
    return page(
        title,
        (
            el(
                "main",
                el("p", "Fencepost", class_="brand"),
                el("h1", title),
                el("p", about, class_="grounds"),
                up,
                el(
                    "div",
                    el(
                        "table",
                        el("thead", el("tr", (el("th", name, scope="col") for name in names))),
                        el("tbody", rows),
                        class_="runs",
                    ),
                    class_="wide",
                    tabindex="0",
                    role="region",
                    aria_label=title,
                ),
                class_="top alone",
            ),
        ),
    )


def _cells(row: RunSummary) -> tuple[Html, ...]:
    summary = row.summary
    found = summary["findings"]
    on_aws = row.platform is Platform.AWS
    kind = row.verdict if not row.verdict.startswith("proved") else "proved"
    size = f"{counted(summary['statements'], 'statement')}, {counted(summary['grants'], 'grant')}"
    urgent = f"{counted(found['error'], 'error')}, {counted(found['warning'], 'warning')}"
    moved = f"{summary['new']:,} new, {summary['gone']:,} gone"
    cells = (
        el(
            "span",
            el("span", row.verdict, class_=f"verdict {kind.replace(' ', '-')}"),
            el("span", f" on {row.platform}", class_=None if on_aws else "place"),
        ),
        size,
        urgent,
        moved if summary["compared"] else "not compared",
        _signed(row),
        el("span", code(row.manifest.sha256[:12]), title=row.manifest.sha256),
    )
    return tuple(el("td", cell, data_name=name) for name, cell in zip(COLUMNS, cells, strict=True))


def _signed(row: RunSummary) -> str:
    if row.withdrawn:
        return f"by {row.by}, taken back by {row.withdrawn}"
    return f"by {row.by}" if row.approval else "no"
