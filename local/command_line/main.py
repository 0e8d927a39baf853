"""`fencepost …`: one command line, one exit status."""

import importlib
import sys
from collections.abc import Sequence

from local.command_line.commands import COMMANDS
from local.command_line.parser import parser
from local.output import INTERRUPTED, UNKNOWN, complain

FUNCTIONS = {one.name: one.function for one in COMMANDS}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its status is the process's."""
    found = parser().parse_args(arguments)
    module, _, function = FUNCTIONS[found.command].partition(":")
    act = getattr(importlib.import_module(module), function)
    try:
        status: int = act(found)
    except KeyboardInterrupt:
        complain("stopped")
        return INTERRUPTED
    except OSError as error:  # a full disk, a folder that may not be read
        complain(f"{error.filename or found.command}: {error.strerror or error}")
        return UNKNOWN
    return status


if __name__ == "__main__":
    sys.exit(main())
