"""`make test`: the checks and every test but the long ones, within a budget of time.

The budget is part of the promise: a suite that takes longer is not run. `FENCEPOST_BUDGET=1800`
gives a slower machine more seconds.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BUDGET = 900  # seconds, on two cores
SLOWEST = 10  # files that are named
SECONDS_FILE = "FENCEPOST_SECONDS_FILE"  # as tests/conftest.py names it
# Two processes: a run waits for others half of its time, and more would starve its deadlines.
SIDE_BY_SIDE = ("--numprocesses", "2", "--dist", "loadfile", "--no-loadscope-reorder")
EMBEDDED = ("tests/flow", "tests/local", "tests/embedded_aws")
PYTEST = (sys.executable, "-m", "pytest")
PARTS = {
    "check": ("make", "check"),
    # Files that share an embedded AWS keep their order, the longest first; the others come in any.
    "with an embedded AWS": (*PYTEST, "-p", "no:randomly", *SIDE_BY_SIDE, *EMBEDDED),
    "without": (*PYTEST, *SIDE_BY_SIDE, *(f"--ignore={one}" for one in EMBEDDED)),
}


def main() -> int:
    """Run every part; the first that fails ends it."""
    budget = float(os.environ.get("FENCEPOST_BUDGET") or BUDGET)
    took: dict[str, float] = {}
    files: dict[str, float] = {}
    for name, command in PARTS.items():
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            told = Path(folder) / "seconds.json"
            done = subprocess.run(command, env={**os.environ, SECONDS_FILE: str(told)}, check=False)
            files |= json.loads(told.read_text()) if told.exists() else {}
        took[name] = time.monotonic() - began
        if done.returncode:
            print("\n".join(summary(took, files)))
            print(f"{name} failed after {took[name]:.0f} s", file=sys.stderr)
            return done.returncode
    print("\n".join(summary(took, files)))
    return verdict(sum(took.values()), budget)


def summary(took: dict[str, float], files: dict[str, float]) -> list[str]:
    """The parts, then the files that took longest."""
    slowest = sorted(files.items(), key=lambda one: (-one[1], one[0]))[:SLOWEST]
    return [
        *(f"{seconds:7.0f} s  {name}" for name, seconds in took.items()),
        "the slowest files, by the seconds of their tests:",
        *(f"{seconds:7.1f} s  {name}" for name, seconds in slowest),
    ]


def verdict(seconds: float, budget: float) -> int:
    """Whether it was within the budget, in words and as a status."""
    if seconds <= budget:
        print(f"make test: {seconds:.0f} s of a budget of {budget:.0f} s")
        return 0
    print(
        f"make test: {seconds:.0f} s, OVER the budget of {budget:.0f} s. Move what takes long to "
        "`make long`, or make it faster; FENCEPOST_BUDGET gives a slow machine more seconds",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
