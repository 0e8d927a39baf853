"""The build that reads a team's file: what it exports, and where it does not look."""

import base64
import gzip
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from lambdas.cycle import buildspec
from lambdas.load_definition.handler import load_definition
from lambdas.model.definition.process import Process
from lambdas.model.definition.process_parameter import registered
from tests.flow.repository import Repository
from tests.stacks.samples import Json, definition
from tests.unit.cycle.machine import Built, Machine
from tests.unit.document_failure.failures import RUN

pytestmark = pytest.mark.skipif(
    not (shutil.which("bash") and shutil.which("git")), reason="the build needs bash and git"
)
ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:npm-a1B2c3"
SAID = "phases: {deploy: [echo deployed], remove: ['true']}\n"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository.at(tmp_path / "repository")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    (tmp_path / "machine").mkdir()
    return Machine(tmp_path / "machine")


def process_of(source: Json, **changes: Any) -> Process:
    raw = definition(source=source, definition="source", phases=None, **changes)
    return Process.from_mapping("orders", raw)


def read(machine: Machine, source: Json, revision: str = "", **changes: Any) -> Built:
    spec = buildspec.reading(process_of(source, **changes))
    return machine.run(spec, FENCEPOST_USE="read", FENCEPOST_REVISION=revision)


def write(repository: Repository, text: str) -> str:
    folder = repository.path / "service"
    folder.mkdir(exist_ok=True)
    (folder / "fencepost.yaml").write_text(text)
    return repository.commit("decide")


def of(repository: Repository) -> Json:
    return {"git": str(repository.path), "path": "service"}


def test_the_file_of_the_revision_is_exported_and_nothing_of_the_process_is_run(
    machine: Machine, repository: Repository
) -> None:
    first = write(repository, SAID)
    second = write(repository, "install: [echo later]\n")

    now, then = read(machine, of(repository)), read(machine, of(repository), first)

    assert gzip.decompress(base64.b64decode(now.definition)) == b"install: [echo later]\n"
    assert gzip.decompress(base64.b64decode(then.definition)).decode() == SAID
    assert (now.revision.commit, then.revision.commit) == (second, first)
    assert (now.failed, now.done, now.closed) == ("", [], [])
    assert not [one for one in now.calls if "assume-role" in one]
    assert {"DEFINITION", "SOURCE_REVISION"} <= set(
        buildspec.reading(process_of(of(repository)))["env"]["exported-variables"]
    )


def test_a_build_that_reads_gets_no_secret_and_no_runtime(repository: Repository) -> None:
    process = process_of(
        of(repository), secrets={"NPM_TOKEN": ARN}, build={"runtimes": {"nodejs": "22"}}
    )
    spec = buildspec.reading(process)

    assert "NPM_TOKEN" not in json.dumps(spec)
    assert list(spec["phases"]) == ["build"]


def link_to_the_environment(folder: Path) -> None:
    (folder / "fencepost.yaml").symlink_to("/proc/self/environ")


def nothing(folder: Path) -> None:
    (folder / "process.yaml").write_text(SAID)


def a_folder(folder: Path) -> None:
    (folder / "fencepost.yaml").mkdir()
    (folder / "fencepost.yaml" / "x").write_text("x")


def too_much(folder: Path) -> None:
    (folder / "fencepost.yaml").write_text(f"# {'x' * 16_384}\n")


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (link_to_the_environment, "there is no file fencepost.yaml"),
        (nothing, "there is no file fencepost.yaml"),
        (a_folder, "there is no file fencepost.yaml"),
        (too_much, "fencepost.yaml has 16387 bytes"),
    ],
)
def test_what_is_no_file_of_the_source_is_not_read(
    machine: Machine, repository: Repository, make: Any, why: str
) -> None:
    folder = repository.path / "service"
    folder.mkdir()
    make(folder)
    repository.commit("decide")

    found = read(machine, of(repository))

    assert found.failed == "source"
    assert why in found.tail
    assert found.definition == ""


def test_a_folder_that_is_a_link_leads_nowhere_else(
    machine: Machine, repository: Repository, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "fencepost.yaml").write_text(SAID)
    (repository.path / "service").symlink_to(outside)
    repository.commit("decide")

    found = read(machine, of(repository))

    assert found.failed == "source"
    assert "is a link out of the source" in found.tail


def test_an_object_without_versions_is_the_same_in_every_build(machine: Machine) -> None:
    archive = machine.folder / "archive.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("fencepost.yaml", SAID)
    answer = f'cp "{archive}" "${{@: -1}}"; printf "None\\t\\"0123abcd\\"\\n"'
    machine.answer("s3api get-object", answer)
    found = read(machine, {"s3": "shelf/a.zip"})

    again = machine.build(
        definition(source={"s3": "shelf/a.zip"}), FENCEPOST_REVISION=found.revision.commit
    )

    assert found.revision.commit == "etag-0123abcd"
    (call,) = [one for one in again.calls[len(found.calls) :] if "get-object" in one]
    assert '--if-match "0123abcd"' in call
    assert "--version-id" not in call


def test_the_environment_of_a_team_steers_its_commands_and_nothing_else(
    machine: Machine, repository: Repository
) -> None:
    """Names of the script's own, and what a shell or a tool would obey."""
    steering = {
        "work": "elsewhere",
        "revision": "0" * 40,
        "finished": " deploy remove",
        "failed": "nothing",
        "GIT_SSH_COMMAND": "false",
        "AWS_REGION": "eu-north-1",
    }
    commit = write(
        repository,
        json.dumps(
            {
                "environment": steering,
                "phases": {"deploy": ['echo "given $work $finished"', "false"], "remove": ["true"]},
            }
        ),
    )
    process = process_of(of(repository))
    told = read(machine, of(repository))
    event = {"run": RUN, "process": registered(process), "text": told.definition}

    found = machine.run(json.loads(load_definition(event)["buildspec"]))

    assert found.revision.commit == commit
    assert "given elsewhere  deploy remove" in found.output
    assert (found.failed, found.done) == ("deploy", ["remove"])
    assert found.closed == ["us-west-2", "us-east-1"]
