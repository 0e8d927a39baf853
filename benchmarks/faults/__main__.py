"""The matrix of faults: what becomes of a run when any call of it goes wrong, in any way.

python -m benchmarks.faults                       every cell; takes hours
python -m benchmarks.faults --list                the cells alone, after a run on every way
python -m benchmarks.faults --states RunCycle,AwaitTrail --kinds throttled,500
python -m benchmarks.faults --slice 3/20          every twentieth cell, from the third
python -m benchmarks.faults --named unsound.txt   the cells of a list, as --list names them
python -m benchmarks.faults --fleet               of the fleet's machine; takes half an hour
"""

import argparse
import json
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from benchmarks.faults import cells as matrix
from benchmarks.faults.bench import Bench
from benchmarks.faults.cells import Cell, Seen, Way
from benchmarks.faults.fleet_bench import FleetBench
from benchmarks.faults.fleet_routes import FLEET_ROUTES
from benchmarks.faults.routes import ROUTES
from benchmarks.faults.run_bench import RunBench
from benchmarks.faults.verdicts import Verdict

Row = dict[str, str | float]


def main() -> int:
    """Try the cells; 1 when one of them is unsound."""
    parser = argparse.ArgumentParser(
        prog="benchmarks.faults",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--states", default="", help="names, separated by commas")
    parser.add_argument("--kinds", default="", help="beginnings of kinds, separated by commas")
    parser.add_argument("--slice", default="1/1", metavar="I/N", help="every Nth cell from the Ith")
    parser.add_argument("--named", type=Path, help="a file of cells' names, one a line")
    parser.add_argument("--json", type=Path, help="where to write the cells' verdicts")
    parser.add_argument("--fleet", action="store_true", help="a fleet of stubs, not a run")
    parser.add_argument("--list", action="store_true", help="try nothing")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        bench = (FleetBench if arguments.fleet else RunBench).start(Path(folder))
        try:
            return _matrix(bench, arguments)
        finally:
            bench.stop()


def _matrix(bench: Bench, arguments: argparse.Namespace) -> int:
    routes = FLEET_ROUTES if arguments.fleet else ROUTES
    seen = ways(bench, routes)
    definition = bench.definition()
    found, left_out = matrix.points(seen, routes)
    every = list(matrix.cells(found, task_states=matrix.tasks(definition)))
    for name, why in sorted(left_out.items()):
        print(f"left out: {name}: {why}")
    for name in matrix.never_entered(definition, seen):
        print(f"left out: {name}: no way leads to it")
    if arguments.named:
        names = set(arguments.named.read_text().splitlines())
        every = [one for one in every if one.name in names]
    chosen = choose(every, arguments.states, arguments.kinds, arguments.slice)
    print(f"{len(every)} cells at {len(found)} calls; {len(chosen)} chosen", flush=True)
    if arguments.list:
        print("\n".join(one.name for one in chosen))
        return 0
    rows = [_tried(bench, one, seen) for one in chosen]
    _show(rows)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")
    return 1 if any(row["verdict"] == Verdict.UNSOUND for row in rows) else 0


def ways(bench: Bench, routes: Sequence[Way]) -> dict[str, Seen]:
    """A run on every way, without further faults."""
    seen: dict[str, Seen] = {}
    for route in routes:
        about = seen[route.name] = bench.run(route)
        print(
            f"way {route.name}: {about.status} {about.error}, {len(about.states)} states, "
            f"{about.seconds:.1f} s",
            flush=True,
        )
        if about.status != route.ends:
            raise SystemExit(f"the way {route.name} should end {route.ends}: {about.cause}")
        if missing := set(route.rows) - set(about.entered):
            raise SystemExit(f"the way {route.name} did not enter {', '.join(sorted(missing))}")
    return seen


def choose(every: Sequence[Cell], states: str, kinds: str, part: str) -> list[Cell]:
    """The cells of these states and kinds, and of those every nth."""
    first, step = (int(one) for one in part.split("/"))
    named, sorts = set(filter(None, states.split(","))), tuple(filter(None, kinds.split(",")))
    fitting = [
        one
        for one in every
        if (not named or one.point.state in named) and (not sorts or one.kind.startswith(sorts))
    ]
    return fitting[first - 1 :: step]


def attempt(bench: Bench, cell: Cell, clean: Seen) -> tuple[Verdict, str, Seen]:
    """One cell: the run, the next run if it left anything, the verdict."""
    definition = bench.definition()
    if cell.stop == "late":
        definition = matrix.hasty(definition, cell.point.state)
    with bench.defined(definition):
        seen = bench.run(cell.point.route, [cell.rule], stop=cell.stop)
    if seen.dirty:
        seen = bench.later(cell.point.route, seen)
    verdict, note = bench.judge(seen, clean, mails=cell.mails)
    return verdict, note, seen


def unsound(bench: Bench, every: Iterable[Cell], clean: Mapping[str, Seen]) -> dict[str, str]:
    """Of some cells those that are not sound, and why."""
    tried = {one.name: attempt(bench, one, clean[one.point.route.name]) for one in every}
    return {name: note for name, (verdict, note, _) in tried.items() if verdict is Verdict.UNSOUND}


def _tried(bench: Bench, cell: Cell, seen: Mapping[str, Seen]) -> Row:
    began = time.monotonic()
    try:
        verdict, note, found = attempt(bench, cell, seen[cell.point.route.name])
    except AssertionError as error:
        verdict, note, found = Verdict.UNSOUND, f"it hangs: {error}", None
    seconds = time.monotonic() - began
    print(f"{verdict:16} {cell.name} {note}  [{seconds:.1f} s]", flush=True)
    return {
        "cell": cell.name,
        "state": cell.point.state,
        "call": cell.point.call,
        "kind": cell.kind,
        "verdict": verdict,
        "note": note,
        "cause": found.cause[:500] if found else "",
        "seconds": round(seconds, 1),
    }


def _show(rows: Sequence[Row]) -> None:
    """States down, kinds across: how many of each verdict, by its first letter."""
    kinds = list(dict.fromkeys(str(row["kind"]) for row in rows))
    states = list(dict.fromkeys(str(row["state"]) for row in rows))
    print()
    print(f"{'':20}" + "".join(f"{kind:>18}" for kind in kinds))
    for state in states:
        line = f"{state:20}"
        for kind in kinds:
            counts = Counter(
                str(row["verdict"]) for row in rows if (row["state"], row["kind"]) == (state, kind)
            )
            text = " ".join(f"{count}{_letter(name)}" for name, count in sorted(counts.items()))
            line += f"{text:>18}"
        print(line)
    total = Counter(str(row["verdict"]) for row in rows)
    print("  ".join(f"{_letter(one)} {one}: {total[one]}" for one in Verdict))


def _letter(verdict: str) -> str:
    return re.sub(r"(?i)^(by|fails|not) ", "", verdict)[0]


if __name__ == "__main__":
    sys.exit(main())
