"""Calls about what is not there: who may not list it is refused instead of being told so."""

from collections.abc import Iterator

from lambdas.collect_evidence.call.call import Call
from lambdas.model.iam.action import Action
from lambdas.model.trail.evidence import Implied
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.reference.request_elements import copied_from
from lambdas.reference.shards import shard


def listings(call: Call) -> Iterator[Implied]:
    """The listing that an answer of *not there* proves to be allowed."""
    rule = shard("implied")["not_there"].get(call.service)
    bucket = _bucket(call) if rule and call.outcome.code.lower() in rule["codes"] else ""
    if bucket:
        yield Implied(
            kind=GroundKind.NOT_THERE,
            action=Action.from_text(rule["action"]),
            resource=bucket if bucket.startswith("arn:") else call.place.arn("s3", bucket),
        )


def _bucket(call: Call) -> str:
    """The bucket, or the access point, that was asked; of a copy it is the source that lacks."""
    source = copied_from(call.request.first("x-amz-copy-source"))
    if source:
        return source.partition("/object/" if source.startswith("arn:") else "/")[0]
    named = (one.partition("/")[0] for one in call.named if ":s3:::" in one)
    return call.request.first("bucketname") or call.request.first("bucket") or next(named, "")
