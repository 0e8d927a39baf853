"""How far a long reading is and how long it will still take: on a terminal alone."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TextIO

from lambdas.model.text import visible

_APART = 0.5  # seconds between two lines
_SOON = 2  # seconds after which an estimate is worth something
_CLEAR = "\r\033[K"
_MINUTE, _HOUR = 60, 3600  # seconds


@dataclass(slots=True)
class Meter:
    """One line that is written over; nothing where standard error is no terminal."""

    out: TextIO = field(default_factory=lambda: sys.stderr)
    clock: Callable[[], float] = time.monotonic
    _began: float = -1.0
    _last: float = -_APART

    def show(self, share: float, words: str) -> None:
        """Say what is done.

        Args:
            share: how much of the whole, from 0 to 1.
            words: `12 of 300 files`.
        """
        now = self.clock()
        if self._began < 0:
            self._began = now
        if not self.out.isatty() or now - self._last < _APART:
            return
        self._last = now
        self.out.write(f"{_CLEAR}{visible(words)}{_left(now - self._began, share)}")
        self.out.flush()

    def end(self) -> None:
        """Take the line away."""
        if self._last >= 0 and self.out.isatty():
            self.out.write(_CLEAR)
            self.out.flush()


def _left(elapsed: float, share: float) -> str:
    if elapsed < _SOON or not 0 < share < 1:
        return ""
    return f", about {_spelled(elapsed / share - elapsed)} left"


def _spelled(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    return f"{seconds / _MINUTE:.0f} min" if seconds < _HOUR else f"{seconds / _HOUR:.1f} h"
