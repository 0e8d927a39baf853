"""`python -m benchmarks.evidence`: how fast evidence is read, in what memory, and how true.

Makes a trail from a seed, then times three programs on the same files: gunzip alone, ours, and
trailscraper in an environment of its own. With --stacks: a trail in which hardly a call repeats.
With --curves: how the cost grows with the events, and with files that hold nothing of the run.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.evidence.generate import ROLE, RUN, Wanted, generate
from benchmarks.evidence.measure import Cost, measured
from benchmarks.evidence.quality import Quality, of_evidence, of_policy
from benchmarks.evidence.rival import install

SPAN = ["--from", "2000-01-01", "--to", "2099-01-01"]
CURVE = (25_000, 50_000, 100_000, 200_000, 400_000)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for."""
    args = _parser().parse_args(arguments)
    wanted = Wanted(
        events=args.events,
        share=args.share,
        files=args.files,
        seed=args.seed,
        stacks=args.stacks,
    )
    if args.curves:
        _curves(wanted)
    else:
        _compare(wanted, rounds=args.rounds, rival=not args.no_rival)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evidence", description=__doc__)
    parser.add_argument("--events", type=int, default=200_000, help="default: %(default)s")
    parser.add_argument("--share", type=float, default=0.05, help="the run's; default: %(default)s")
    parser.add_argument("--files", type=int, default=200, help="default: %(default)s")
    parser.add_argument(
        "--stacks", type=int, default=0, help="deployed in turn under names that never come again"
    )
    parser.add_argument("--seed", type=int, default=7, help="default: %(default)s")
    parser.add_argument(
        "--rounds", type=int, default=3, help="the best counts; default: %(default)s"
    )
    parser.add_argument("--no-rival", action="store_true", help="without trailscraper")
    parser.add_argument("--curves", action="store_true", help="ours at growing sizes instead")
    return parser


def _compare(wanted: Wanted, *, rounds: int, rival: bool) -> None:
    with tempfile.TemporaryDirectory() as place:
        logs = Path(place) / "trail"
        truth = generate(logs, wanted)
        print(f"{wanted.events} events in {wanted.files} files, {wanted.share:.0%} the run's")
        # In turn, so that whatever else the machine does falls upon both.
        pairs = [(measured(_gunzip(logs)), measured(_evidence(logs))) for _ in range(rounds)]
        baseline, ours = (_best(costs) for costs in zip(*pairs, strict=True))
        _print("gunzip", baseline, wanted, baseline)
        _print("fencepost", ours, wanted, baseline)
        _print_quality(of_evidence(ours.output, truth))
        if rival:
            _rival(logs, wanted, baseline, ours, truth)


def _rival(logs: Path, wanted: Wanted, baseline: Cost, ours: Cost, truth: frozenset[str]) -> None:
    program = install()
    select = [
        program,
        "select",
        "--log-dir",
        str(logs / "AWSLogs"),
        "--filter-assumed-role-arn",
        ROLE,
    ]
    selected = measured([*select, *SPAN])
    generated = measured([program, "generate"], given=selected.output)
    both = replace(
        generated,
        seconds=selected.seconds + generated.seconds,
        processors=selected.processors + generated.processors,
        memory=max(selected.memory, generated.memory),
    )
    _print("trailscraper", both, wanted, baseline)
    _print_quality(of_policy(json.loads(both.output), truth))
    print(f"fencepost is {both.seconds / ours.seconds:.1f} times as fast as trailscraper")


def _curves(wanted: Wanted) -> None:
    print("events    seconds  events/s  MB     (the run's share constant)")
    for events in CURVE:
        files = max(1, events // 1_000)
        with tempfile.TemporaryDirectory() as place:
            generate(Path(place), replace(wanted, events=events, files=files))
            cost = measured(_evidence(Path(place)))
        print(f"{events:<9} {cost.seconds:<8.2f} {events / cost.seconds:<9,.0f} {cost.memory:.0f}")
    print("events    seconds  over gunzip  (the run's 2,000 events in the first files)")
    for events in CURVE:
        files = max(1, events // 1_000)
        with tempfile.TemporaryDirectory() as place:
            rest = replace(wanted, events=events, files=files, share=2_000 / events, clustered=True)
            generate(Path(place), rest)
            cost, alone = measured(_evidence(Path(place))), measured(_gunzip(Path(place)))
        print(f"{events:<9} {cost.seconds:<8.2f} {cost.seconds / alone.seconds:.2f}")


def _evidence(logs: Path) -> list[str]:
    command = [sys.executable, "-m", "local.command_line.main", "evidence", str(logs)]
    return [*command, "--principal", ROLE, "--session", f"{RUN}."]


def _gunzip(logs: Path) -> list[str]:
    return ["find", str(logs), "-name", "*.gz", "-exec", "gunzip", "-c", "{}", "+"]


def _best(costs: Sequence[Cost]) -> Cost:
    """The least of each: noise only adds."""
    return replace(
        costs[0],
        seconds=min(one.seconds for one in costs),
        processors=min(one.processors for one in costs),
    )


def _print(name: str, cost: Cost, wanted: Wanted, baseline: Cost) -> None:
    rate = wanted.events / cost.seconds
    wall, processors = (cost.seconds / baseline.seconds, cost.processors / baseline.processors)
    print(
        f"{name:<13} {cost.seconds:7.2f} s  {rate:>10,.0f} events/s  {cost.memory:>6.0f} MB  "
        f"over gunzip: wall {wall:.2f}, CPU {processors:.2f}"
    )


def _print_quality(quality: Quality) -> None:
    print(
        f"{'':<13} {quality.found} of {quality.true} true actions, {len(quality.false)} false"
        + (f": {', '.join(quality.false)}" if quality.false else "")
        + (f"; missing: {', '.join(quality.missing)}" if quality.missing else "")
    )


if __name__ == "__main__":
    sys.exit(main())
