"""The parser of the command line: help that teaches by examples."""

import argparse
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from local.command_line.command import Argument, Command
from local.command_line.commands import COMMANDS

COMPLETED = "completed_by"  # what an action holds for the script of a shell
JSON = "print one JSON document for a script; words go to standard error"


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    whole = argparse.ArgumentParser(
        prog="fencepost",
        usage="fencepost COMMAND … [--help]",
        description="Least-privilege IAM policies, built from what a deployment really does.",
        epilog=_groups(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    whole.add_argument(
        "--version", action=_Version, nargs=0, help="show program's version number and exit"
    )
    commands = whole.add_subparsers(
        prog=whole.prog, dest="command", required=True, help=argparse.SUPPRESS
    )
    for one in COMMANDS:
        made = commands.add_parser(
            one.name,
            help=one.purpose,
            description=f"{one.purpose[:1].upper()}{one.purpose[1:]}.",
            epilog="\n".join(_epilog(one)),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        for argument in one.arguments:
            _add(made, argument)
        if one.document:
            made.add_argument("--json", action="store_true", help=JSON)
    return whole


class _Version(argparse.Action):
    """Looks the version up when asked: what reads it takes longer to load than all the rest."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import version  # noqa: PLC0415

        print(f"fencepost {version('fencepost')}")
        parser.exit()


def _add(made: argparse.ArgumentParser, argument: Argument) -> None:
    action = made.add_argument(*argument.names, **argument.options)
    setattr(action, COMPLETED, argument.complete)


def _groups() -> str:
    lines: list[str] = []
    for group, commands in groupby(COMMANDS, lambda one: one.group):
        lines += [f"{group}:", *(f"  {one.name:<15} {one.purpose}" for one in commands), ""]
    lines += [
        "Exit status: 0 yes, 1 no, 2 could not tell, 130 interrupted. Each command's --help says",
        "what that means for it, with examples.",
    ]
    return "\n".join(lines)


def _epilog(one: Command) -> Iterator[str]:
    yield "examples:"
    for typed, happens in one.examples:
        yield f"  {typed}"
        yield f"      {happens}"
    yield ""
    yield "exit status:"
    yield from (f"  {status}  {words}" for status, words in enumerate(one.statuses))
