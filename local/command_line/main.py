"""`fencepost …`: one command line, one exit status."""

import importlib
import signal
import sys
import threading
from collections.abc import Sequence

from local.command_line.commands import COMMANDS
from local.command_line.parser import parser
from local.output import INTERRUPTED, UNKNOWN, complain, leave_in_peace

FUNCTIONS = {one.name: one.function for one in COMMANDS}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its status is the process's."""
    found = parser().parse_args(arguments)
    module, _, function = FUNCTIONS[found.command].partition(":")
    act = getattr(importlib.import_module(module), function)
    _end_as_interrupted()
    try:
        status: int = act(found)
        sys.stdout.flush()
    except KeyboardInterrupt:
        complain("stopped")
        return INTERRUPTED
    except BrokenPipeError:  # of standard output: a reader such as `head` has seen enough
        leave_in_peace()
        return UNKNOWN
    except OSError as error:  # a full disk, a folder that may not be read
        complain(f"{error.filename or found.command}: {error.strerror or error}")
        return UNKNOWN
    return status


def _end_as_interrupted() -> None:
    """A terminal that is closed and a job that is cancelled end a command as Ctrl-C does."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:  # nohup has ignored the second
                signal.signal(number, signal.default_int_handler)


if __name__ == "__main__":
    sys.exit(main())
