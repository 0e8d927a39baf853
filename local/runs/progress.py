"""Runs as they go: a live table on a terminal, plain lines anywhere else."""

import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from lambdas.model.text import visible

LOOP = 3  # states: wait, ask, decide


class Words(Console):
    """A console that leaves to the command what a reader who has gone means for its status."""

    def on_broken_pipe(self) -> None:
        """See `rich.console.Console`, which would end with 1: not proved."""
        raise BrokenPipeError


@dataclass(slots=True)
class Row:
    """One run's line."""

    began: float
    state: str = "starting"
    phase: str = ""
    ended: str = ""
    states: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Progress:
    """Shows states and phases of runs side by side."""

    console: Console = field(default_factory=Words)
    _rows: dict[str, Row] = field(default_factory=dict)
    _live: Live | None = None

    def __enter__(self) -> Self:
        if self.console.is_terminal:
            self._live = Live(console=self.console, refresh_per_second=8, transient=True)
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live:
            self._live.stop()
            self._live = None

    def say(self, text: str) -> None:
        """A line that stays."""
        self.console.print(plain(text), markup=False, highlight=False, soft_wrap=True)

    def begin(self, process: str) -> None:
        """A run has started."""
        self._rows[process] = Row(began=time.monotonic())

    def state(self, process: str, name: str) -> None:
        """A run has entered a state; the rounds of a waiting loop are told once."""
        row = self._rows[process]
        row.state, row.phase = name, ""
        if name in row.states[-LOOP:]:
            return
        row.states.append(name)
        self.say(f"{self._clock(row)} {process}: {name}")

    def phase(self, process: str, mark: str) -> None:
        """A build has begun or ended a phase."""
        row = self._rows[process]
        row.phase = mark
        self.say(f"{self._clock(row)} {process}:   {mark}")

    def end(self, process: str, *, ok: bool, seconds: float) -> None:
        """A run has ended."""
        row = self._rows[process]
        row.ended = "succeeded" if ok else "failed"
        self.say(f"{self._clock(row)} {process}: {row.ended} after {seconds:.1f} s")

    def tick(self) -> None:
        """Draw the clocks anew."""
        if self._live:
            self._live.update(self._table())

    @staticmethod
    def _clock(row: Row) -> str:
        return f"{time.monotonic() - row.began:6.1f} s"

    def _table(self) -> Table:
        table = Table(box=None, show_header=False, pad_edge=False)
        for process, row in self._rows.items():
            if not row.ended:
                cells = (process, row.state, row.phase, self._clock(row).strip())
                table.add_row(*(escape(plain(cell)) for cell in cells))
        return table


def plain(text: str) -> str:
    """Text that a terminal shows and does not obey; what cannot be seen is shown as an escape."""
    return "\n".join(visible(line.expandtabs(4)) for line in text.split("\n"))
