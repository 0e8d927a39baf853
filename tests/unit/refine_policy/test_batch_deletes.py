"""Batch deletes are recorded without what they deleted."""

from dataclasses import replace
from typing import Any

from lambdas.model.trail.evidence import Outcome
from tests.unit.refine_policy.builders import a_process, denied, granted, refined, seen

BUCKET = "arn:aws:s3:::state-dev"
OTHER = "arn:aws:s3:::site-dev"


def batch(bucket: str = BUCKET, **more: Any) -> Any:
    return replace(seen("s3:DeleteObject", f"{bucket}/*", **more), name="DeleteObjects")


def versions_deleted(*lines: Any, **more: Any) -> set[str]:
    return granted(refined(lines, **more)).get("s3:DeleteObjectVersion", set())


def kinds(*lines: Any, **more: Any) -> set[str]:
    return {one.kind for one in refined(lines, **more).findings}


def test_who_lists_versions_deletes_them() -> None:
    lines = [batch(), seen("s3:ListBucketVersions", BUCKET)]

    assert versions_deleted(*lines) == {"arn:${partition}:s3:::state-${stage}/*"}


def test_a_bucket_that_is_gone_held_no_versions_any_more() -> None:
    lines = [batch(), seen("s3:PutBucketVersioning", BUCKET), seen("s3:DeleteBucket", BUCKET)]

    assert versions_deleted(*lines)
    failed = seen("s3:DeleteBucket", BUCKET, outcome=Outcome.FAILED, error="BucketNotEmpty")
    assert not versions_deleted(*lines[:2], failed)


def test_another_bucket_s_versions_say_nothing() -> None:
    lines = [batch(OTHER), batch(), seen("s3:ListBucketVersions", BUCKET)]

    assert versions_deleted(*lines) == {"arn:${partition}:s3:::state-${stage}/*"}


def test_a_bucket_without_versions_and_single_deletes_imply_none() -> None:
    assert not versions_deleted(batch(), seen("s3:ListBucket", BUCKET))
    single = seen("s3:DeleteObject", f"{BUCKET}/a")
    assert not versions_deleted(single, seen("s3:ListBucketVersions", BUCKET))
    assert not versions_deleted(batch(), denied("s3:ListBucketVersions", BUCKET))


def test_what_a_batch_deleted_of_a_versioned_bucket_is_said_to_be_unknown() -> None:
    lines = [batch(), seen("s3:PutBucketVersioning", BUCKET)]

    assert "batch-delete-of-versions" in kinds(*lines)
    assert "batch-delete-of-versions" not in kinds(*lines, seen("s3:ListBucketVersions", BUCKET))
    assert "batch-delete-of-versions" not in kinds(batch())


def test_the_owner_may_switch_it_off() -> None:
    process = a_process(policy={"derivations": {"versions-deleted": False}})
    lines = [batch(), seen("s3:ListBucketVersions", BUCKET)]

    assert not versions_deleted(*lines, process=process)
    assert "derivation-switched-off" in kinds(*lines, process=process)
    assert "unused-hint" not in kinds(*lines, process=process)
    assert "unused-hint" in kinds(batch(), process=process)
