"""A process as short as the crate, of which a repository decides what is run."""

from pathlib import Path

import yaml

from benchmarks.faults.routes import DEFINED, PROCESS
from tests.flow.cloud import HERE
from tests.flow.repository import Repository
from tests.stacks.samples import write_process

TEAMS = ("variables", "environment", "phases")


def write_drawer(folder: Path) -> Path:
    """Write the repository and the process beside it; the folder of the process's folder."""
    crate = yaml.safe_load((HERE / "processes" / PROCESS / "process.yaml").read_text())
    repository = Repository.at(folder / "repository")
    said = yaml.safe_dump({key: crate[key] for key in TEAMS}, sort_keys=False)
    (repository.path / "fencepost.yaml").write_text(said.replace(f"/{PROCESS}/", f"/{DEFINED}/"))
    repository.commit("Decide")
    source = {"git": str(repository.path), "ref": "main"}
    processes = folder / "processes"
    write_process(
        processes,
        DEFINED,
        source=source,
        definition="source",
        phases=None,
        regions=crate["regions"],
    )
    return processes
