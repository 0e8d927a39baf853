"""The documents of an orders service, to the byte; `GOLDEN=write pytest tests/golden` renews them.

A person reads the difference: these files are what reviewers, pipelines and mailboxes see.
"""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from lambdas.document_policy.dossier import written
from lambdas.document_policy.mail import message, subject
from lambdas.model.archive.archived_runs import Baseline, BaselineKind, PreviousRun
from lambdas.model.archive.manifest import Link
from lambdas.model.execution.platform import Platform
from tests.unit.document_policy.samples import TYPES, a_refinement, a_run, run_facts, without

FOLDER = Path(__file__).with_name("dossier")
KEPT = ("README.md", "policy.json", "policy.tf", "policy.yaml", "policy.py")


PLATFORMS = {"on-aws": Platform.AWS, "embedded": Platform.EMBEDDED}


def documents(platform: Platform) -> dict[str, bytes]:
    """A second run, after a bucket came and the first was approved."""
    pinned = Link(run="20261116T120000Z-00000010", sha256="0" * 64)
    before = without(a_refinement(), "S3DeploymentBucket")
    baseline = Baseline(
        manifest=pinned,
        standing=BaselineKind.APPROVED,
        refinement=before,
        approval=pinned,
        types=tuple(one for one in TYPES.values() if one != TYPES["s3"]),
        platform=platform,
    )
    run = replace(a_run(), platform=platform)
    facts = run_facts(run=run, previous=PreviousRun(manifest=pinned, baseline=baseline))
    files = written(facts, lambda _: {"evidence.jsonl.gz": b"", "generated.json": b"{}"})
    mail = f"Subject: {subject(facts)}\n\n{message(facts, place='s3://archive/', seal='0' * 64)}"
    return {**{name: files[name] for name in KEPT}, "mail.txt": mail.encode()}


def kept_as(name: str) -> str:
    """Python that is not ours is kept as text, so that no tool mends it."""
    return f"{name}.txt" if name.endswith(".py") else name


@pytest.mark.parametrize("folder", PLATFORMS)
@pytest.mark.parametrize("name", [*KEPT, "mail.txt"])
def test_the_document_is_as_a_person_has_read_it(name: str, folder: str) -> None:
    path, body = FOLDER / folder / kept_as(name), documents(PLATFORMS[folder])[name]
    if os.environ.get("GOLDEN") == "write":
        path.write_bytes(body)

    assert body.decode() == path.read_text(encoding="utf-8")


def test_the_same_run_gives_the_same_bytes() -> None:
    assert documents(Platform.AWS) == documents(Platform.AWS)


def test_what_is_attached_is_the_same_wherever_it_was_shown() -> None:
    on_aws, embedded = (documents(one)["policy.json"] for one in PLATFORMS.values())

    assert on_aws == embedded
