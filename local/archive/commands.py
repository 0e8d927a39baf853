"""verify-archive: is an archive as it was written?"""

import argparse

from lambdas.errors import ArchiveRefusedError, FencepostError
from lambdas.model.text import counted, visible
from local.archive.places import chosen_archive
from local.archive.verification import Verification, verify
from local.output import NO, UNKNOWN, YES, complain, document

MOST = 20  # breaks and notes that are printed


def verify_archive(arguments: argparse.Namespace) -> int:
    """Check every document and link, and say the first break when one is broken."""
    try:
        found = verify(chosen_archive(arguments.archive))
        if not (found.objects or found.breaks):
            raise ArchiveRefusedError(
                "no process has a finished run there; name the archive's own folder or bucket, or "
                "end a run first"
            )
    except FencepostError as error:
        complain(f"cannot verify: {error}")
        return UNKNOWN
    status = NO if found.breaks else YES
    if arguments.json:
        breaks = [{"key": one.key, "problem": one.problem} for one in found.breaks]
        counts = {"runs": found.runs, "objects": found.objects}
        document("verify-archive", status, {**counts, "breaks": breaks, "notes": found.notes})
    else:
        _tell(found)
    return status


def _tell(found: Verification) -> None:
    for note in found.notes[:MOST]:
        print(f"note: {visible(note)}")
    checked = f"{counted(found.runs, 'run')}, {counted(found.objects, 'object')}"
    for number, one in enumerate(found.breaks[:MOST]):
        word = "first break" if number == 0 else "also"
        print(f"{word}: {visible(one.key)}: {visible(one.problem)}")
    print(
        f"BROKEN: {counted(len(found.breaks), 'break')} in {checked}"
        if found.breaks
        else f"intact: {checked}"
    )
