"""`python -m benchmarks.foretell`: what is foretold of a run, against what the run saw.

Every process and service of the repository that deploys templates is judged with its own runs left
out of what is known, and so are twenty changes of templates. Runs are taken from `out/`; `--run`
makes those that are missing, four at a time, which takes half an hour. `--write` writes what all
runs showed into `foretell/knowledge/runs.json`.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

from benchmarks.foretell import changing
from benchmarks.foretell.measure import Cycle, Score, changed_cycles, cycle_of, score
from benchmarks.foretell.recording import ROOT, deployments
from foretell.errors import UnreadableTemplateError
from foretell.knowledge.knowledge import SHIPPED, Knowledge, joined
from lambdas.model.definition.moved_keys import with_moved_keys
from lambdas.model.execution.platform import Platform
from tests.flow.corpus.corpus import OWN, write

OUT = ROOT / "out"
WORK = ROOT / ".build" / "foretell"
FOLDERS = ("processes", "tests/flow/services", "tests/flow/processes")
# Run by scripts and tools that deploy no template, or made to fail.
NO_TEMPLATE = ("chest", "crate", "forbidden", "mailroom", "parcels", "spares", "stumbling")
SIDE_BY_SIDE = 4
PREFIX = "foretell-"  # of the copies that run: names of processes must differ


def main() -> int:
    """Run, measure, tell."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.foretell", description=__doc__)
    parser.add_argument("--run", action="store_true", help="make the runs that are missing")
    parser.add_argument("--write", action="store_true", help="write foretell/knowledge/runs.json")
    parser.add_argument("--detail", action="append", default=[], help="a process, line by line")
    parser.add_argument("--nothing-known", action="store_true", help="judge by AWS's tables alone")
    args = parser.parse_args()
    folders = copies(WORK / "processes")
    if args.run:
        _run([name for name in folders if _evidence(name) is None])
    began = time.monotonic()
    cycles = list(_cycles(folders))
    changes = _changes(folders)
    known = joined(
        [row for cycle in cycles for row in cycle.rows()],
        {cycle.name: str(Platform.EMBEDDED) for cycle in cycles},
    )
    if args.write:
        SHIPPED.write_text(known.to_text(), encoding="utf-8")
    judging = Knowledge() if args.nothing_known else known
    print(f"{len(cycles)} runs, {len(known.rows)} rows of knowledge; by process:\n")
    scores = [score(one, judging.without(one.name)) for one in cycles]
    _table(scores, args.detail)
    print("\nTwenty changes, against what their own deployment saw:\n")
    _table([score(one, judging) for one in changes], args.detail)
    print(f"\n{time.monotonic() - began:.0f} s")
    return 0


def copies(target: Path) -> dict[str, Path]:
    """Every process as it is run here: without a proof, which would see the same again."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    found: dict[str, Path] = {}
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).iterdir()):
            if (path / "process.yaml").is_file() and path.name not in NO_TEMPLATE:
                found[path.name] = shutil.copytree(path, target / f"{PREFIX}{path.name}"[:32])
    write(target, OWN)
    for name in OWN:
        found[name] = (target / name).rename(target / f"{PREFIX}{name}"[:32])
    changing_folder = changing.write_process(target)
    found[changing.NAME] = changing_folder.rename(target / f"{PREFIX}{changing.NAME}"[:32])
    for path in found.values():
        definition = yaml.safe_load((path / "process.yaml").read_text(encoding="utf-8"))
        text = yaml.safe_dump(
            {**with_moved_keys(definition), "proof": {"attempt": False}}, sort_keys=False
        )
        (path / "process.yaml").write_text(text, encoding="utf-8")
    return found


def _evidence(name: str) -> Path | None:
    found = [
        *OUT.glob(f"{PREFIX}{name}"[:32] + "/*/evidence.jsonl.gz"),
        *OUT.glob(f"{name}/*/evidence.jsonl.gz"),
    ]
    return max(found, key=lambda one: one.parent.name, default=None)


def _run(names: Sequence[str]) -> None:
    """Four at a time: the app holds a stack's worth of outputs for each process."""
    for at in range(0, len(names), SIDE_BY_SIDE):
        batch = [f"{PREFIX}{one}"[:32] for one in names[at : at + SIDE_BY_SIDE]]
        folder = WORK / "batch"
        shutil.rmtree(folder, ignore_errors=True)
        for name in batch:
            shutil.copytree(WORK / "processes" / name, folder / name)
        print(f"running {', '.join(batch)}", flush=True)
        subprocess.run(
            ["fencepost", "run", "--json", *batch],
            check=False,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "FENCEPOST_PROCESSES": str(folder)},
        )


def _cycles(folders: dict[str, Path]) -> Iterable[Cycle]:
    for name, folder in folders.items():
        evidence = _evidence(name)
        if name == changing.NAME or evidence is None:
            continue
        done = deployments(folder, WORK / "recorded" / name)
        if not done:
            print(f"{name}: its templates are not to be had without an account")
            continue
        try:
            yield cycle_of(name, evidence, done)
        except UnreadableTemplateError as error:
            print(f"{name}: {error}")


def _changes(folders: dict[str, Path]) -> list[Cycle]:
    evidence = _evidence(changing.NAME)
    if evidence is None:
        return []
    return changed_cycles(evidence, folders[changing.NAME] / "stacks", changing.names())


def _table(scores: Sequence[Score], detail: Sequence[str]) -> None:
    heads = ("process", "seen", "foretold", "surely", "sure lines", "wrong", "missed")
    print(f"| {' | '.join(heads)} |")
    print(f"|{' --- |' * len(heads)}")
    for one in scores:
        missed = ", ".join(sorted({action for action, _ in one.missed})) or "-"
        print(f"| {one.name} | {_numbers([one])} | {missed} |")
    if scores:
        print(f"| **all** | {_numbers(scores)} | |")
    for one in scores:
        if one.name in detail:
            _detail(one)


def _numbers(scores: Sequence[Score]) -> str:
    seen = sum(one.seen for one in scores)
    missed = sum(len(one.missed) for one in scores)
    possible = sum(len(one.only_possible) for one in scores)
    sure, wrong = sum(one.sure for one in scores), sum(len(one.wrong) for one in scores)
    return (
        f"{seen} | {_share(seen - missed, seen)} | {_share(seen - missed - possible, seen)} "
        f"| {sure} | {_share(wrong, sure)}"
    )


def _share(some: int, whole: int) -> str:
    return f"{some} ({100 * some / whole:.1f} %)" if whole else "-"


def _detail(one: Score) -> None:
    print(f"\n{one.name}:")
    for action, resource in one.missed:
        print(f"  missed    {action} on {resource}")
    for action, resource in one.only_possible:
        print(f"  possible  {action} on {resource}")
    for need in one.wrong:
        print(f"  wrong     {need.action} on {need.resource} ({need.certainty}): {need.because}")
    for action, resource in one.tool_missed:
        print(f"  directly  {action} on {resource}")


if __name__ == "__main__":
    sys.exit(main())
