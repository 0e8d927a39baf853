"""How long an audit of many runs takes: `python -m benchmarks.audit --runs 1000`.

The runs are copies of one that v0.1.0 left (125 grants, 148 events), under other names and sealed
anew, fifty to a process; each question is answered as JSON Lines.
"""

import argparse
import contextlib
import io
import json
import resource
import tempfile
import time
import zipfile
from pathlib import Path

from lambdas.model.archive.manifest import MANIFEST, sealed
from local.archive.audit.staging import EVIDENCE, REFINED
from local.command_line.main import main as fencepost

ROOT = Path(__file__).parents[1]
ARCHIVE = ROOT / "tests/fixtures/v0.1.0/archive.zip"
MODEL = zipfile.Path(ARCHIVE, "orders/20261129T052913Z-92a1569b/")
PROCESS_RUNS = 50
QUESTIONS = ("granted", "unused", "unapproved", "reach")


def write(folder: Path, runs: int) -> None:
    """An archive of so many runs."""
    content = json.loads((MODEL / MANIFEST).read_text(encoding="utf-8"))
    content.pop("seal")
    for number in range(runs):
        process, run = f"process-{number // PROCESS_RUNS}", f"20261129T052913Z-{number:08x}"
        place = folder / process / run
        place.mkdir(parents=True)
        for name in (REFINED, EVIDENCE):
            (place / name).write_bytes((MODEL / name).read_bytes())
        manifest = {**content, "process": process, "run": run, "previous": None}
        (place / MANIFEST).write_bytes(sealed(manifest))


def main() -> None:
    """Time each question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), asked.runs)
        print(f"{asked.runs} runs")
        for question in QUESTIONS:
            out, begun = io.StringIO(), time.perf_counter()
            with contextlib.redirect_stdout(out):
                status = fencepost(["audit", question, folder, "--as", "jsonl"])
            took = time.perf_counter() - begun
            rows = out.getvalue().count("\n")
            print(f"{question:<11} {took:6.1f} s  {rows:>8,} rows  status {status}")
    for who, words in ((resource.RUSAGE_SELF, "own"), (resource.RUSAGE_CHILDREN, "DuckDB's")):
        print(f"{words} memory at most: {resource.getrusage(who).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
