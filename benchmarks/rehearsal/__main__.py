"""`make rehearse`: Fencepost deployed, run, failed, redriven and removed where AWS is at its worst.

Prints what was tried, what happened and what a person was told; ends with what is left behind.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmarks.rehearsal.removal import remove
from benchmarks.rehearsal.rows import SHORT, WHOLE
from benchmarks.rehearsal.stage import Row, Stage
from local.runs.progress import plain


def main() -> int:
    """0 when every row is as it should be."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rehearsal", description=__doc__)
    parser.add_argument("--short", action="store_true", help="what make test runs of it")
    rows = SHORT if parser.parse_args().short else WHOLE
    began = time.monotonic()
    made: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage.open(Path(folder))
        try:
            for one in (*rows, remove):
                made.append(_row(one, stage))
                done = made[-1]
                said = f"{'ok' if done.well else 'NOT OK'}: {done.tried}: {done.happened}"
                print(f"{time.monotonic() - began:5.0f} s  {plain(said)}", file=sys.stderr)
        finally:
            stage.close()
    show(made)
    return 0 if all(one.well for one in made) else 1


def _row(rehearsed: Callable[[Stage], Row], stage: Stage) -> Row:
    """What breaks is a line, too: no row is without an outcome."""
    try:
        return rehearsed(stage)
    except Exception as error:  # noqa: BLE001  # whatever it is
        return Row(
            tried=rehearsed.__name__.replace("_", " "),
            happened=f"{type(error).__name__}: {error}",
            told="",
            well=False,
        )


def show(rows: list[Row]) -> None:
    """The table; text of runs steers no terminal."""
    table = Table("", "tried", "happened", "a person was told", show_lines=True)
    for one in rows:
        mark = Text("ok", "green") if one.well else Text("NOT AS IT SHOULD BE", "red")
        cells = (Text(plain(cell)) for cell in (one.tried, one.happened, one.told))
        table.add_row(mark, *cells)
    Console(width=160).print(table)


if __name__ == "__main__":
    sys.exit(main())
