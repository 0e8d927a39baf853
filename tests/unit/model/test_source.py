"""What a process's source may be, which revisions may run, and how a change of it is told."""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.errors import InvalidProcessError
from lambdas.model.definition.source import Source, SourceKind, revision
from lambdas.model.execution.source_revision import SourceRevision

CONNECTION = "arn:aws:codeconnections:eu-west-1:123456789012:connection/0a1b"
A, B, C = "a" * 40, "b" * 40, "c" * 40


@pytest.mark.parametrize(
    ("raw", "kind", "codebuild"),
    [
        ("service", SourceKind.FOLDER, ""),
        ({"git": "https://github.com/o/r"}, SourceKind.GIT, "GITHUB"),
        ({"git": "https://bitbucket.org/o/r.git", "ref": "main"}, SourceKind.GIT, "BITBUCKET"),
        ({"git": "https://gitlab.com/o/r"}, SourceKind.GIT, ""),
        ({"git": "https://gitlab.com/o/r", "connection": CONNECTION}, SourceKind.GIT, "GITLAB"),
        ({"git": "https://git.example.com/r", "path": "a/b"}, SourceKind.GIT, ""),
        ({"git": "../service", "ref": "v1.0"}, SourceKind.GIT, ""),
        ({"codecommit": "orders", "ref": "main"}, SourceKind.CODECOMMIT, "CODECOMMIT"),
        ({"s3": "artifacts/a/orders.zip"}, SourceKind.S3, ""),
    ],
)
def test_a_source_is_read_and_written_as_codebuild_knows_it(
    raw: Any, kind: SourceKind, codebuild: str
) -> None:
    found = Source.from_value(raw)

    assert (found.kind, found.codebuild_type) == (kind, codebuild)
    assert found.to_value() == raw


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        (7, "source"),
        ({}, "source"),
        ({"git": "https://x.example/r", "s3": "b/k"}, "source"),
        ({"git": "https://user:word@x.example/r"}, "source.git"),
        ({"git": "git@github.com:o/r"}, "source.git"),
        ({"git": "ext::sh -c id"}, "source.git"),
        ({"git": "--upload-pack=id"}, "source.git"),
        ({"git": "http://x.example/r"}, "source.git"),
        ({"git": "https://x.example/r", "branch": "main"}, "source.branch"),
        ({"git": "https://x.example/r", "ref": "refs/pull/1/head"}, "source.ref"),
        ({"git": "https://x.example/r", "path": "../up"}, "source.path"),
        ({"git": "https://x.example/r", "path": "/etc"}, "source.path"),
        ({"git": "https://x.example/r", "connection": CONNECTION}, "source.connection"),
        ({"git": "../r", "connection": CONNECTION}, "source.connection"),
        ({"git": "https://github.com/o/r", "connection": "mine"}, "source.connection"),
        ({"codecommit": "a/b"}, "source.codecommit"),
        ({"s3": "bucket"}, "source.s3"),
        ({"s3": "bucket/*"}, "source.s3"),
        ({"s3": "b/k", "ref": "main"}, "source.ref"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_key(raw: Any, key: str) -> None:
    with pytest.raises(InvalidProcessError) as refused:
        Source.from_value(raw)

    assert refused.value.key == key


REFUSED = (
    "pr/1",
    "PR/1",
    "pull/1/head",
    "refs/heads/main",
    "merge-requests/7",
    "-x",
    "a..b",
    "a b",
    "",
)


@pytest.mark.parametrize("name", REFUSED)
def test_a_strangers_reference_is_no_revision(name: str) -> None:
    with pytest.raises(InvalidProcessError):
        revision("revision", name)


@pytest.mark.parametrize("name", ["main", "feature/x-1", "v1.2.3", "a" * 40, "prod", "release+1"])
def test_a_branch_a_tag_and_a_commit_are_revisions(name: str) -> None:
    assert revision("revision", name) == name


def told(commit: str, *log: tuple[str, str]) -> SourceRevision:
    lines = "".join(f"{one} {subject}\n" for one, subject in log)
    encoded = base64.b64encode(lines.encode()).decode()
    return SourceRevision.from_json({"commit": commit, "log": encoded})


def test_the_commits_between_two_runs_are_named() -> None:
    now = told(C, (C, "Add a topic"), (B, "Name\x1b[31m it"), (A, "First"))

    assert now.since(told(A)) == (
        f"The source moved by 2 commits, {A[:12]}..{C[:12]}: ccccccc Add a topic; "
        r"bbbbbbb Name\u001b[31m it."
    )
    assert now.since(told(B)).startswith("The source moved by 1 commit, ")
    assert now.since(told("d" * 40)) == f"The source went from {'d' * 12} to {C[:12]}."
    assert now.since(now) == now.since(SourceRevision()) == SourceRevision().since(now) == ""


@given(
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda one: st.dictionaries(st.sampled_from(["named", "commit", "log"]), one),
    )
)
def test_whatever_the_build_tells_is_read(raw: Any) -> None:
    found = SourceRevision.from_json(raw)

    assert SourceRevision.from_json(found.to_json()).commit == found.commit
    assert (found.words + found.aside).isprintable()
