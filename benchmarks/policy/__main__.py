"""`python -m benchmarks.policy`: whose policy lets the next fortnight work, what else it allows.

Forty stacks are deployed and removed every day under random names. Each tool sees the first half of
the days; then every call of the second half is asked of its policy.
"""

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.policy.rivals import access_analyzer, trailscraper
from benchmarks.policy.scores import Score, scored
from benchmarks.policy.stacks import ACCOUNT, REGION, ROLE, Team, write
from lambdas.collect_evidence.collect import collect
from lambdas.collect_evidence.principals.selection import Selection
from lambdas.gateways.cloudtrail.trail import FolderTrail
from lambdas.model.definition.process import Process
from lambdas.model.dossier.refinement import Refinement
from lambdas.model.execution.run import Run
from lambdas.model.trail.earlier_names import EarlierNames
from lambdas.model.trail.evidence import Evidence
from lambdas.reference import actions as reference
from lambdas.refine_policy.refine import refine

LINES = (1_000, 3_000, 10_000, 30_000, 60_000, 100_000)
LINES_A_DAY = 1_000  # a little fewer than forty stacks leave
RUN = Run(
    id="20261101T060000Z-0a1b2c3d",
    process="deployer",
    principal=ROLE,
    account=ACCOUNT,
    region=REGION,
    started_at="2026-11-01T06:00:00Z",
)
PROCESS = Process.from_mapping(
    "deployer",
    {
        "description": "Forty stacks a day",
        "owner": "team@example.com",
        "phases": {"deploy": ["true"], "remove": ["true"]},
    },
)


def evidence_of(logs: Path) -> list[Evidence]:
    """The role's evidence in the files."""
    part = collect(FolderTrail(logs), Selection.of(ROLE))
    return [Evidence.from_json(json.loads(text)) for _, text in part.lines()]


def refined(evidence: Sequence[Evidence]) -> Refinement:
    """Our policy."""
    return refine(
        run=RUN,
        process=PROCESS,
        generated=(),
        evidence=evidence,
        reference=reference,
        history=EarlierNames(),
    )


def compare(team: Team, folder: Path) -> None:
    """Learn from the first half of the days, ask about the second."""
    half = team.days // 2
    before, after = folder / "before", folder / "after"
    events = write(before, team, range(half))
    write(after, team, range(half, team.days))
    seen, following = evidence_of(before), evidence_of(after)
    ours = refined(seen)
    document = ours.policies[0].policy.render(dict(ours.variables))
    derived = sum(
        all(ground.kind != "observed" for ground in grant.grounds)
        for statement in ours.policies[0].statements
        for grant in statement.grants
    )
    scores = {
        "Fencepost": scored(document, seen, following),
        "trailscraper": scored(trailscraper(before, ROLE), seen, following),
        "Access Analyzer*": scored(access_analyzer(before, ROLE), seen, following),
    }
    print(f"{team.stacks} stacks, {half} days seen ({events:,} records), {half} days asked about")
    _table(scores)
    packs = len(ours.policies[0].packs)
    print(
        f"Fencepost: {packs} managed policies; {derived} of its grants are derived, each with its"
    )
    print("reason (roles passed, the next update, a rollback). * Fencepost's imitation of it.\n")


def _table(scores: dict[str, Score]) -> None:
    rows = [one.row() for one in scores.values()]
    print(f"{'':34}" + "".join(f"{name:>18}" for name in scores))
    for label in rows[0]:
        print(f"{label:34}" + "".join(f"{row[label]:>18}" for row in rows))


def grow(folder: Path, most: int) -> None:
    """How the time of refinement grows with the lines of evidence."""
    logs = folder / "growing"
    write(logs, Team(days=most // LINES_A_DAY), range(most // LINES_A_DAY + 1))
    evidence = evidence_of(logs)
    print(f"{'lines of evidence':>18}{'seconds':>10}{'µs a line':>11}{'peak MB':>9}")
    for lines in (one for one in LINES if one <= most):
        part = evidence[:lines]
        start = time.process_time()
        refined(part)
        took = time.process_time() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{len(part):>18,}{took:>10.2f}{took / len(part) * 1e6:>11.1f}{peak:>9}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print both tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.policy", description=__doc__)
    parser.add_argument("--stacks", type=int, default=40)
    parser.add_argument("--days", type=int, default=28)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--lines", type=int, default=100_000, help="up to how many lines to time")
    found: Any = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        compare(Team(stacks=found.stacks, days=found.days, seed=found.seed), Path(folder))
        grow(Path(folder), found.lines)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
