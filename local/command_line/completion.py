"""The script that completes `fencepost` in a shell."""

import argparse

import shtab

from local.command_line.parser import COMPLETED, parser

KINDS = {"file": shtab.FILE, "folder": shtab.DIRECTORY}


def completion(arguments: argparse.Namespace) -> int:
    """Print it."""
    print(shtab.complete(_marked(parser()), shell=arguments.shell))
    return 0


def _marked(whole: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Tell shtab which arguments are files and folders."""
    (commands,) = [one for one in whole._actions if isinstance(one.choices, dict)]  # noqa: SLF001  # argparse has no other way
    commands.help = "a command"  # hidden from --help, which has groups of its own
    for one in commands.choices.values() if isinstance(commands.choices, dict) else ():
        for action in one._actions:  # noqa: SLF001  # as above
            kind = KINDS.get(getattr(action, COMPLETED, ""))
            if kind:
                action.complete = kind
    return whole
