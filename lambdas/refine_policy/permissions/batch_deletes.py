"""Batch deletes of objects: the trail shows neither their keys nor whether these are of versions.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html (Permissions): versions need
`s3:DeleteObjectVersion`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.iam.action import Action
from lambdas.model.trail.evidence import Outcome
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.refine_policy.observations import Permission

BATCH = "DeleteObjects"  # the event's name
_DELETE = Action("s3", "DeleteObject")
_DELETE_VERSION = Action("s3", "DeleteObjectVersion")
_LIST_VERSIONS = Action("s3", "ListBucketVersions")
_SET_VERSIONING = Action("s3", "PutBucketVersioning")
_DELETE_BUCKET = Action("s3", "DeleteBucket")


@dataclass(frozen=True, slots=True)
class _Buckets:
    """What was done to buckets, by their ARNs.

    Attributes:
        listed: whose versions were listed, with the principal.
        versioned: whose versioning was set.
        emptied: that were removed, so that nothing was left in them.
    """

    listed: frozenset[tuple[str, str]]
    versioned: frozenset[str]
    emptied: frozenset[str]

    @classmethod
    def of(cls, allowed: Iterable[Permission]) -> Self:
        """Read what was allowed."""
        seen = [(one.action, one.principal, one.resource, one) for one in allowed]
        return cls(
            frozenset((who, it) for action, who, it, _ in seen if action == _LIST_VERSIONS),
            frozenset(it for action, _, it, _ in seen if action == _SET_VERSIONING),
            frozenset(it for action, _, it, one in seen if action == _DELETE_BUCKET and _done(one)),
        )

    def hold_versions(self, one: Permission) -> bool:
        """Whether a batch delete was of versions.

        Who lists versions, deletes them. And a bucket cannot be removed while it holds any.
        """
        bucket = one.resource.partition("/")[0]
        listed = (one.principal, bucket) in self.listed
        return listed or bucket in self.versioned & self.emptied


def version_deletes(allowed: Iterable[Permission]) -> Iterator[Permission]:
    """The right to delete versions, where batch deletes must have been of versions."""
    known = tuple(allowed)
    buckets = _Buckets.of(known)
    for one in _batches(known):
        if buckets.hold_versions(one):
            yield one._replace(
                action=_DELETE_VERSION,
                kind=GroundKind.VERSIONS_DELETED,
                text=f"{BATCH} needs it: {GroundKind.VERSIONS_DELETED.because}",
            )


def unknown_versions(allowed: Iterable[Permission]) -> Iterator[Finding]:
    """Batch deletes of buckets with versions of which nothing tells what they deleted."""
    known = tuple(allowed)
    buckets = _Buckets.of(known)
    for one in _batches(known):
        bucket = one.resource.partition("/")[0]
        if bucket in buckets.versioned and not buckets.hold_versions(one):
            yield Finding(
                severity=Severity.WARNING,
                kind=FindingKind.BATCH_DELETE_OF_VERSIONS,
                subject=bucket,
                detail="The bucket keeps versions, and the trail does not record what "
                "DeleteObjects deleted. If it deleted versions, the process needs "
                "s3:DeleteObjectVersion.",
                action="Add the grant in process.yaml if the process deletes versions.",
                source=one.first_event,
            )


def _batches(allowed: Iterable[Permission]) -> Iterator[Permission]:
    return (one for one in allowed if one.action == _DELETE and BATCH in one.names)


def _done(one: Permission) -> bool:
    return any(line.outcome is Outcome.SUCCEEDED for line in one.lines)
