"""What there is to know of one command."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One argument: its flags or its place, and argparse's words for the rest."""

    names: tuple[str, ...]
    options: Mapping[str, Any]
    complete: str  # `file` or `folder`, for a shell


def argument(*names: str, complete: str = "", **options: Any) -> Argument:
    """An argument, told as argparse's `add_argument` is."""
    return Argument(names=names, options=options, complete=complete)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command.

    Attributes:
        purpose: one line. group: the heading under which it stands.
        function: `module:function`, imported only then, because some commands must start fast.
        examples: what to type, and what happens.
        statuses: what 0, 1 and 2 say.
        document: whether `--json` gives a document.
    """

    name: str
    purpose: str
    group: str
    function: str
    examples: tuple[tuple[str, str], ...]
    statuses: tuple[str, str, str]
    arguments: tuple[Argument, ...] = ()
    document: bool = True
