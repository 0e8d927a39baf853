"""The source that a build fetches: from Git and from S3, and which revisions it refuses."""

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.stacks.samples import Json, definition
from tests.unit.cycle.machine import Built, Machine

pytestmark = pytest.mark.skipif(
    not (shutil.which("bash") and shutil.which("git")), reason="the build needs bash and git"
)
WHO = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "a"), ("EMAIL", "a@example.com"), ("DATE", "2026-11-29T12:00:00Z"))
}


class Repository:
    """A team's repository, with a stranger's proposal that no branch or tag reaches."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        self.first = self.commit("first")
        self.git("tag", "v1")
        self.git("checkout", "--quiet", "-b", "feature/x")
        self.feature = self.commit("of the feature")
        self.git("checkout", "--quiet", "main")
        self.last = self.commit("last; $(touch /tmp/never)")
        self.git("checkout", "--quiet", "--detach")
        self.strange = self.commit("a stranger's")
        self.git("update-ref", "refs/pull/1/head", self.strange)
        self.git("checkout", "--quiet", "main")

    def git(self, *words: str) -> str:
        environment = {**os.environ, **WHO, "GIT_CONFIG_GLOBAL": os.devnull}
        command = ["git", "-C", str(self.path), *words]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True
        ).stdout.strip()

    def commit(self, words: str) -> str:
        (self.path / "services").mkdir(exist_ok=True)
        (self.path / "services" / "said").write_text(words)
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", words)
        return self.git("rev-parse", "HEAD")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return Repository(tmp_path_factory.mktemp("git") / "repository")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    (tmp_path / "machine").mkdir()
    return Machine(tmp_path / "machine")


def built(machine: Machine, source: Json, revision: str = "") -> Built:
    raw = definition(
        source=source,
        install=["echo installed"],
        phases={"deploy": ["echo said: $(cat said)"], "remove": ["true"]},
    )
    return machine.build(raw, FENCEPOST_REVISION=revision)


def of(repository: Repository, **more: str) -> Json:
    return {"git": str(repository.path), "path": "services", **more}


@pytest.mark.parametrize(
    ("ref", "revision", "said", "commit"),
    [
        ("", "", "last; $(touch", "last"),
        ("main", "", "last; $(touch", "last"),
        ("v1", "", "first", "first"),
        ("main", "feature/x", "of the feature", "feature"),
        ("main", "v1", "first", "first"),
    ],
)
def test_the_commands_run_in_the_revision_that_is_asked_for(
    machine: Machine, repository: Repository, ref: str, revision: str, said: str, commit: str
) -> None:
    found = built(machine, of(repository, **({"ref": ref} if ref else {})), revision)

    assert found.status == 0
    assert f"said: {said}" in found.output
    assert f"::fencepost source {getattr(repository, commit)}" in found.output
    assert found.done == ["install", "deploy", "remove"]


def test_a_commit_is_run_when_a_branch_or_a_tag_reaches_it(
    machine: Machine, repository: Repository
) -> None:
    assert "said: of the feature" in built(machine, of(repository), repository.feature).output
    assert "said: first" in built(machine, of(repository), repository.first[:10]).output


def test_the_build_tells_the_commit_and_those_before_it(
    machine: Machine, repository: Repository
) -> None:
    found = built(machine, of(repository))

    assert found.revision.commit == repository.last
    assert found.revision.log == (
        (repository.last, "last; $(touch /tmp/never)"),
        (repository.first, "first"),
    )


@pytest.mark.parametrize(
    "revision",
    [
        "pr/1",
        "pull/1/head",
        "refs/pull/1/head",
        "refs/heads/main",
        "nowhere",
        "--upload-pack=x",
        "main..v1",
        "main^",
        "main@{1}",
        ":/last",
        "STRANGE",
        "SHORT",
        "$(id)",
    ],
)
def test_what_a_stranger_can_write_is_not_run(
    machine: Machine, repository: Repository, revision: str
) -> None:
    """Not even as an id: the repository holds the objects of proposals, as GitHub does."""
    named = {"STRANGE": repository.strange, "SHORT": repository.strange[:9]}
    found = built(machine, of(repository), named.get(revision, revision))

    assert (found.status, found.failed, found.done) == (0, "source", [])
    assert "no branch or tag of the repository reaches" in found.tail
    assert "installed" not in found.output
    assert found.calls == []  # no session was opened


def test_a_stranger_s_commit_that_was_merged_may_run(
    machine: Machine, repository: Repository
) -> None:
    repository.git("tag", "merged", repository.strange)
    try:
        assert "said: a stranger" in built(machine, of(repository), repository.strange).output
    finally:
        repository.git("tag", "--delete", "merged")


@pytest.mark.parametrize(
    ("change", "told"),
    [({"git": "/nowhere"}, "git cannot clone /nowhere"), ({"path": "other"}, "there is no folder")],
)
def test_a_source_that_is_not_there_fails_before_anything_is_made(
    machine: Machine, repository: Repository, change: dict[str, str], told: str
) -> None:
    found = built(machine, {**of(repository), **change})

    assert (found.status, found.failed, found.done) == (0, "source", [])
    assert told in found.tail


def test_what_codebuild_has_cloned_is_completed_by_its_other_branches(
    machine: Machine, repository: Repository
) -> None:
    machine.source.rmdir()
    url = f"file://{repository.path}"
    repository.git("clone", "--quiet", "--depth=1", "--branch=main", url, str(machine.source))

    found = built(machine, {"git": "https://github.com/a/b", "path": "services"}, "feature/x")

    assert "said: of the feature" in found.output


def test_an_object_is_unpacked_and_its_version_told(machine: Machine) -> None:
    archive = machine.folder / "archive.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("services/said", "packed")
    machine.answer("s3api get-object", f'cp "{archive}" "${{@: -1}}"; printf "v7\\t\\"e\\"\\n"')

    found = built(machine, {"s3": "shelf/a.zip", "path": "services"}, "v7")

    assert "said: packed" in found.output
    assert found.revision.commit == "v7"
    (call,) = [one for one in found.calls if "get-object" in one]
    assert call.startswith("/v2/credentials|")  # the build's own, which the phases do not have
    assert "--bucket shelf --key a.zip" in call
    assert "--version-id v7" in call
