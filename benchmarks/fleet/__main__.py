"""What a fleet itself takes, its runs stubbed: does anything grow faster than the processes do?

`python -m benchmarks.fleet [PROCESSES …]`: 50, 100, 200 and 500 by default, in twelve sandboxes.
"""

import sys
import tempfile
from pathlib import Path

from benchmarks.fleet.measure import Figures, measured
from benchmarks.fleet.stage import stage

SIZES = (50, 100, 200, 500)
SANDBOXES = 12
AT_ONCE = 5
SLACK = 1.25  # of what a process takes in the largest fleet, against the smallest


def main() -> int:
    """Print a row for each size; 1 when something grows faster, or anything ran twice."""
    sizes = [int(one) for one in sys.argv[1:]] or list(SIZES)
    rows = []
    with tempfile.TemporaryDirectory() as folder, stage(Path(folder)) as found:
        for size in sorted(sizes):
            found.register(size, SANDBOXES)
            rows.append(measured(found, size, SANDBOXES, AT_ONCE))
            print(_line(rows[-1]), flush=True)
    wrong = [*_faster(rows), *(f"{one.again} ran twice" for one in rows if one.again)]
    for one in wrong:
        print(f"WRONG: {one}")
    return 1 if wrong else 0


def _line(one: Figures) -> str:
    return (
        f"{one.processes:>5} processes, {one.sandboxes} sandboxes: {one.states:>6} states entered "
        f"here, {one.real_states:>6} with runs of 75 minutes; largest payload {one.largest:>5} B; "
        f"plan {one.plan / 1e3:5.0f} kB, report {one.report / 1e3:5.0f} kB; functions "
        f"{one.functions:5.1f} s; {one.wall:5.0f} s in all; {one.dollars:.3f} USD"
    )


def _faster(rows: list[Figures]) -> list[str]:
    """What a process takes more of in the largest fleet than in the smallest."""
    if len(rows) < 2:  # noqa: PLR2004  # with one there is nothing to compare
        return []
    first, last = rows[0], rows[-1]
    found = []
    for name in ("real_states", "plan", "report", "functions"):
        was, now = (getattr(one, name) / one.processes for one in (first, last))
        if now > was * SLACK:
            found.append(f"{name} of a process: {was:.3g} among {first.processes}, {now:.3g} now")
    if last.largest > first.largest * SLACK:
        found.append(f"the largest payload: {first.largest} bytes, {last.largest} now")
    return found


if __name__ == "__main__":
    sys.exit(main())
