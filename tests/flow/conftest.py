"""One embedded AWS for all paths of the flow; tests that need another start make their own."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from local import emulator
from local.connection import Connection
from tests import run_events
from tests.flow.cloud import MORE_PROCESSES, Cloud
from tests.flow.corpus import corpus
from tests.flow.repository import Repository
from tests.stacks.samples import write_process


def connection_to(state: Path, place: str) -> Connection | None:
    """To an account, in its region when the place names one."""
    account, _, region = place.partition("/")
    there = Connection.of(state, account=account)
    return replace(there, region=region) if there and region else there


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Cloud]]:
    """Start an embedded AWS with the host's options and deploy the app.

    A further sandbox is an account, or `<account>/<region>`.
    """
    states: list[Path] = []

    def begin(
        *options: str,
        wait_scale: str = "0.01",
        processes: str = MORE_PROCESSES,
        sandbox: str = "",
        further: Mapping[str, str] | None = None,
    ) -> Cloud:
        folder = tmp_path_factory.mktemp("aws")
        states.append(folder / "state")
        with pytest.MonkeyPatch.context() as patch:
            # Of the waits and retry intervals in the state machine; its ceilings shrink with them.
            patch.setenv("SFN_WAIT_SCALE", wait_scale)
            connection = emulator.start(folder / "state", inbox=folder / "inbox", options=options)
            patch.setenv("FENCEPOST_PROCESSES", processes)
            places = {**({"": sandbox} if sandbox else {}), **(further or {})}
            others = {
                name: there
                for name, place in places.items()
                if (there := connection_to(folder / "state", place))
            }
            default = others.pop("", None)
            deployed = emulator.bring_in(connection, say=print, sandbox=default, further=others)
        return Cloud(deployed=deployed, folder=folder, queue=run_events.catch(connection))

    yield begin
    for state in states:
        emulator.stop(state)


@pytest.fixture(scope="session")
def team_repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """The repository of the process `library`, whose team decides what is run."""
    return Repository.at(tmp_path_factory.mktemp("team") / "repository")


@pytest.fixture(scope="session")
def cloud(
    start: Callable[..., Cloud],
    team_repository: Repository,
    tmp_path_factory: pytest.TempPathFactory,
) -> Cloud:
    """The embedded AWS that most tests share."""
    long_names = corpus.write(tmp_path_factory.mktemp("corpus"), corpus.ALWAYS)
    defined = tmp_path_factory.mktemp("defined")
    source = {"git": str(team_repository.path), "ref": "main", "path": "service"}
    write_process(defined, "library", source=source, definition="source", phases=None)
    return start(processes=os.pathsep.join([MORE_PROCESSES, str(long_names), str(defined)]))
