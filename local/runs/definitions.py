"""The definitions that a command is about: each is read, or told, before anything starts."""

import os
from collections.abc import Callable, Sequence

from lambdas.errors import InvalidProcessError
from lambdas.model.text import listed
from local.deploy import secrets
from local.deploy.synthesis import EXTRA_PROCESSES
from stacks.processes.folders import process_folders, read_processes

Say = Callable[[str], None]

MOST_NAMED = 20  # processes that there are, where one was asked for that there is not


def tell_of_unreadable(wanted: Sequence[str], say: Say) -> None:
    """Say which definitions are left out, because they cannot be read.

    Raises:
        InvalidProcessError: one of those that are wanted, or a secret of it has no value here; or
            there is none of that name.
    """
    further = os.environ.get(EXTRA_PROCESSES, "")
    found, wrong = read_processes(process_folders(further))
    for name in wanted:
        if name in wrong:
            raise wrong[name]
    known = sorted(one.process.name for one in found)
    missing = sorted({*wanted}.difference(known))
    if missing:
        problem = (
            f"there is no process {' or '.join(missing)}; there are {listed(known[:MOST_NAMED])}"
        )
        raise InvalidProcessError("", f"{problem} and more" if known[MOST_NAMED:] else problem)
    ours = [one for one in found if one.process.name in wanted]
    for problem in secrets.missing(ours, secrets.known(os.environ)):
        raise InvalidProcessError("", problem)
    for one in ours:
        if one.note:
            say(f"note: {one.process.name}: {one.note}")
    for name, error in sorted(wrong.items()):
        say(f"left out: {name}, because its definition cannot be read: {error}")
