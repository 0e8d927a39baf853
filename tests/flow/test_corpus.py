"""Services and stacks with names as long as public ones are proved at once, under every name.

CloudFormation cuts such names, elsewhere for every value of a variable. `make long` runs them all
and ends with a table; `make test` runs two.
"""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from lambdas.model.dossier.refinement import Refinement
from lambdas.model.dossier.verdict import Verdict
from lambdas.model.trail.evidence import Evidence
from tests import asking
from tests.flow.cloud import Cloud, Execution
from tests.flow.corpus import corpus, reach

pytestmark = pytest.mark.flow
DEADLINE = 1_200  # seconds, on a busy machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What became of a process."""

    name: str
    verdict: str
    repairs: int
    causes: tuple[str, ...] = ()

    def __str__(self) -> str:
        first = f"{self.name:24} {self.verdict:22} {self.repairs}"
        return "\n".join([first, *(f"{'':24} {cause}" for cause in self.causes)])


@pytest.fixture(scope="session")
def table(request: pytest.FixtureRequest) -> Iterator[list[Row]]:
    """The rows of all processes; told when the last has ended."""
    rows: list[Row] = []
    yield rows
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and len(rows) > len(corpus.ALWAYS):
        at_once = sum(row.verdict == "proved" for row in rows)
        reporter.write_line(f"\n{at_once} of {len(rows)} proved at once")
        reporter.write_line("\n".join(map(str, rows)))


# CloudFormation allows a stack 200 outputs, and the sandbox has seven of each process.
@pytest.fixture(scope="session")
def services(start: Callable[..., Cloud], tmp_path_factory: pytest.TempPathFactory) -> Cloud:
    """An embedded AWS with the corpus's own services in it."""
    folder = corpus.write(tmp_path_factory.mktemp("corpus"), corpus.OWN)
    return start(processes=str(folder))


@pytest.fixture(scope="session")
def copies(start: Callable[..., Cloud], tmp_path_factory: pytest.TempPathFactory) -> Cloud:
    """Another, with the other services of these tests under longer names."""
    folder = corpus.write(tmp_path_factory.mktemp("copies"), corpus.COPIED)
    return start(processes=str(folder))


@pytest.mark.parametrize("name", corpus.ALWAYS)
def test_a_service_with_a_long_name_is_proved_at_once(
    cloud: Cloud, table: list[Row], name: str
) -> None:
    proved_at_once(cloud, table, name)


@pytest.mark.long
@pytest.mark.parametrize("name", corpus.OWN)
def test_every_service_with_a_public_name_is_proved_at_once(
    services: Cloud, table: list[Row], name: str
) -> None:
    proved_at_once(services, table, name)


@pytest.mark.long
@pytest.mark.parametrize("name", corpus.COPIED)
def test_every_other_service_is_proved_at_once_under_a_longer_name(
    copies: Cloud, table: list[Row], name: str
) -> None:
    proved_at_once(copies, table, name)


def proved_at_once(cloud: Cloud, table: list[Row], name: str) -> None:
    """Run a process, note what became of it, and try its policy under further names."""
    done = cloud.end(cloud.begin(name), seconds=DEADLINE)

    if done.status != "SUCCEEDED":
        table.append(Row(name=name, verdict=done.status, repairs=0, causes=(done.cause,)))
    assert done.status == "SUCCEEDED", done.cause
    proof = json.loads(cloud.document(name, done.run, "proof.json"))
    verdict = Verdict.from_json(proof["verdict"])
    faults = unreached(cloud, name, done)
    causes = (*verdict.details, *faults)
    table.append(Row(name=name, verdict=str(verdict.kind), repairs=verdict.repairs, causes=causes))
    assert verdict.proved, [proof["verdict"], *(one["build"] for one in proof["rounds"])]
    assert verdict.repairs == 0, proof["verdict"]
    assert faults == []


def unreached(cloud: Cloud, name: str, done: Execution) -> list[str]:
    """What the policy denies of its own stack under other values, or allows of others."""
    refined = Refinement.from_json(json.loads(cloud.document(name, done.run, "refined.json")))
    lines = gzip.decompress(cloud.document(name, done.run, "evidence.jsonl.gz")).splitlines()
    learnt = f"{corpus.stack_name(name)}-{dict(refined.variables)['stage']}"
    told = asking.ask(cloud.connection, "/_fencepost/names")["names"]
    made_up = [reach.MadeUp(**one) for one in told if one["stack"].startswith(learnt)]
    uses = reach.uses_of((Evidence.from_json(json.loads(line)) for line in lines), made_up)
    return reach.faults(
        [one.policy for one in refined.policies],
        uses,
        dict(refined.variables),
        told=any(one.kind == "reaches-others" for one in refined.findings),
    )
