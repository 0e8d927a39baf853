"""Is each kept permission needed? Take it away and see which call of the cycle fails.

python -m benchmarks.minimality                 the newest run of the example in out/, offline
python -m benchmarks.minimality out/orders/RUN  another run
python -m benchmarks.minimality --live 12       also twelve actions on the embedded AWS, each by
                                                a proof that has to fail without it
"""

import argparse
import gzip
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.minimality import alone
from benchmarks.minimality.ablation import Ablation, ablations, questions, without
from lambdas.model.dossier.refinement import Refinement
from lambdas.model.iam.action import Action
from lambdas.model.trail.evidence import Evidence
from local import emulator
from local.runs import executions
from local.runs.progress import Progress

EXAMPLE = "orders"


def main() -> int:
    """Measure; 1 when an observed grant turns out not to be needed."""
    parser = argparse.ArgumentParser(prog="benchmarks.minimality", description=__doc__)
    parser.add_argument("run", nargs="?", type=Path, help="a run's folder of documents")
    parser.add_argument("--live", type=int, default=0, metavar="N", help="actions to try live")
    arguments = parser.parse_args()
    folder = arguments.run or _newest(emulator.OUT / EXAMPLE)
    if folder is None:
        print("there is no run in out/orders: make demo first", file=sys.stderr)
        return 2
    refinement = Refinement.from_json(json.loads((folder / "refined.json").read_text()))
    found = _offline(folder, refinement)
    _show(folder, found)
    surplus = [one for one in found if one.observed and not one.denied]
    failed = _live(refinement, arguments.live) if arguments.live else 0
    return 1 if surplus or failed else 0


def _newest(folder: Path) -> Path | None:
    done = [
        one.parent for one in folder.glob("*/manifest.json") if (one.parent / "proof.json").exists()
    ]
    return max(done, default=None)


def _offline(folder: Path, refinement: Refinement) -> list[Ablation]:
    values = dict(refinement.variables)
    lines = gzip.decompress((folder / "evidence.jsonl.gz").read_bytes()).splitlines()
    evidence = [Evidence.from_json(json.loads(line)) for line in lines]
    asked = questions(evidence, values["account"])
    return list(ablations(refinement.policies[0], values, asked))


def _show(folder: Path, found: Sequence[Ablation]) -> None:
    observed = [one for one in found if one.observed]
    derived = [one for one in found if not one.observed]
    print(f"run {folder.name}: {len(found)} grants, each taken away alone")
    for what, some in (("observed", observed), ("derived", derived)):
        print(f"  {what}: {_needed(some)} of {len(some)} are needed by a call of the cycle")
    kinds = Counter(one.grant.grounds[0].kind for one in derived if not one.denied)
    for kind, number in sorted(kinds.items()):
        print(f"  not exercised by a clean cycle: {number} for {kind}")
    for one in observed:
        if not one.denied:
            print(f"  NOT NEEDED: {one.grant.action} on {one.grant.resource} (asked {one.asked})")


def _needed(some: Sequence[Ablation]) -> int:
    return sum(1 for one in some if one.denied)


def _live(refinement: Refinement, number: int) -> int:
    """Proofs that must fail; how many did not."""
    own = refinement.policies[0]
    actions = sorted({one for part in own.statements for one in _observed(part.grants)})
    chosen = actions[:: max(1, len(actions) // number)][:number]
    passed = 0
    with emulator.embedded(region=emulator.REGION, say=print) as connection:
        deployed = emulator.bring_in(connection, say=print)
        with Progress() as progress:
            progress.begin(EXAMPLE)
            (learned,) = executions.follow(
                deployed, [executions.start(deployed, EXAMPLE)], out=emulator.OUT, progress=progress
            )
        client = connection.client("stepfunctions")
        machine = alone.machine_of(client, deployed.machine)
        source = alone.Learned(
            process=EXAMPLE, run=str(learned.run), machine=machine, archive=deployed.archive
        )
        for index, action in enumerate(chosen):
            trial = replace(refinement, policies=(without(own, action),))
            given = alone.given(connection, source, trial, name=f"b{index}", rounds_before=4)
            verdict = _verdict(client, machine, given)
            passed += verdict.startswith("proved")
            print(f"  without {action}: {verdict}")
    print(f"  live: {len(chosen) - passed} of {len(chosen)} actions are needed")
    return passed


def _observed(grants: Sequence[object]) -> list[Action]:
    return [
        one.action  # type: ignore[attr-defined]
        for one in grants
        if any(ground.kind == "observed" for ground in one.grounds)  # type: ignore[attr-defined]
    ]


def _verdict(client: object, machine: str, given: dict[str, object]) -> str:
    started = client.start_execution(stateMachineArn=machine, input=json.dumps(given))  # type: ignore[attr-defined]
    while True:
        found = client.describe_execution(executionArn=started["executionArn"])  # type: ignore[attr-defined]
        if found["status"] != "RUNNING":
            break
        time.sleep(0.2)
    if found["status"] != "SUCCEEDED":
        return f"the trial itself failed: {found.get('cause', '')[:200]}"
    return str(json.loads(found["output"])["verdict"]["kind"])


if __name__ == "__main__":
    sys.exit(main())
