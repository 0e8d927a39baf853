"""The names that earlier runs of a process saw, read from the archive."""

import gzip
import json
import re

from lambdas.errors import MissingObjectError
from lambdas.gateways.archive.archived_runs import finished_runs
from lambdas.gateways.archive.documents import Archive
from lambdas.model.execution.run import Run
from lambdas.model.trail.earlier_names import EarlierNames, PastRun

RUNS = 3  # a name that did not differ in so many runs is taken to be fixed
MOST = 20_000  # names of one run; more would not tell more
# Evidence is written by `Evidence.to_line`: a line need not be read whole to find its resource.
_RESOURCE = re.compile(rb'"resource":("(?:[^"\\]|\\.)*")')


def past_runs(archive: Archive, run: Run) -> EarlierNames:
    """The newest finished runs before this one, of those that it may be compared with.

    Runs whose evidence is gone are passed over.
    """
    finished = (
        row.manifest.run
        for row in reversed(finished_runs(archive, run.process))
        if run.compares_with(row.platform)
    )
    before = [name for name in finished if name < run.id][:RUNS]
    found = (_past_run(archive, run.process, name) for name in before)
    return EarlierNames(tuple(one for one in found if one is not None))


def _past_run(archive: Archive, process: str, name: str) -> PastRun | None:
    folder = f"{process}/{name}"
    try:
        lines = gzip.decompress(archive.get(f"{folder}/evidence.jsonl.gz"))
        refined = json.loads(archive.get(f"{folder}/refined.json"))
    except MissingObjectError:
        return None
    resources = sorted({json.loads(match) for match in _RESOURCE.findall(lines)})
    return PastRun(
        id=name,
        values=tuple(sorted(refined["variables"].items())),
        resources=tuple(resources[:MOST]),
    )
