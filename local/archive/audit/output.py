"""Rows for people, for spreadsheets and for programs; text in them is data in each."""

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from lambdas.model.text import counted, visible

Row = Sequence[Any]

WIDEST = 60  # characters of a cell in a table
# What a spreadsheet would take for a formula,
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_table(names: Sequence[str], shown: Sequence[str], rows: Iterable[Row]) -> int:
    """Some columns, each as wide as it must be."""
    places = [names.index(name) for name in shown]
    cells = [list(shown)] + [[_cell(row[place]) for place in places] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(shown))]
    for row in cells:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print(line.rstrip())
    print(counted(len(cells) - 1, "row"))
    return len(cells) - 1


def as_csv(names: Sequence[str], _: Sequence[str], rows: Iterable[Row]) -> int:
    """All columns, as RFC 4180 has it; no cell is a formula."""
    writer, number = csv.writer(sys.stdout, lineterminator="\r\n"), 0
    writer.writerow(names)
    for number, row in enumerate(rows, 1):  # noqa: B007  # counted for whoever asks
        writer.writerow([_harmless(one) for one in row])
    return number


def as_jsonl(names: Sequence[str], _: Sequence[str], rows: Iterable[Row]) -> int:
    """An object for each row, in ASCII."""
    number = 0
    for number, row in enumerate(rows, 1):  # noqa: B007  # as above
        print(json.dumps(dict(zip(names, row, strict=True))))
    return number


FORMS: dict[str, Callable[[Sequence[str], Sequence[str], Iterable[Row]], int]] = {
    "table": as_table,
    "csv": as_csv,
    "jsonl": as_jsonl,
}


def rows_of(lines: Iterator[str]) -> Iterator[Row]:
    """Each line of the engine as a row."""
    return map(json.loads, lines)


def _cell(value: Any) -> str:
    text = visible(_text(value))
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"


def _harmless(value: Any) -> Any:
    text = visible(_text(value))
    return f"'{text}" if text.startswith(_FORMULA) else text


def _text(value: Any) -> str:
    return "" if value is None else str(value)
