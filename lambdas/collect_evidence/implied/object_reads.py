"""Code and templates that a service reads from a bucket as the caller."""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from lambdas.collect_evidence.call.call import Call
from lambdas.model.iam.action import Action
from lambdas.model.trail.evidence import Implied
from lambdas.model.trail.ground_kind import GroundKind

READ_OBJECT = Action("s3", "GetObject")
READ_VERSION = Action("s3", "GetObjectVersion")
_OBJECT_URL = re.compile(r"(?:(?P<host>.+?)\.)?s3[.-](?:[\w-]+\.)*amazonaws\.com(?:\.cn)?")
# Elements that name an object: its bucket, its key, and its version where one is asked for,
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/RetrievingObjectVersions.html
BUCKETS = (
    ("s3bucket", "s3key", "s3objectversion"),
    ("s3bucket", "s3key", "s3version"),
    ("bodys3location.bucket", "bodys3location.key", "bodys3location.version"),
)


def object_reads(call: Call) -> Iterator[Implied]:
    """Code and templates that the service reads from a bucket as the caller."""
    texts = call.request.texts
    versions = [name for _, _, name in BUCKETS if texts.get(name)]
    for bucket, key, _ in BUCKETS:
        if texts.get(bucket) and texts.get(key):
            action = READ_VERSION if versions else READ_OBJECT
            yield _object(GroundKind.CODE_READ, texts[bucket][0], texts[key][0], call, action)
    for url in (*texts.get("templateurl", ()), *texts.get("stackpolicyurl", ())):
        place = _place_of(url)
        if place:
            action = READ_VERSION if "versionid=" in url.lower() else READ_OBJECT
            yield _object(GroundKind.TEMPLATE_READ, *place, call, action)


def _object(kind: GroundKind, bucket: str, key: str, call: Call, action: Action) -> Implied:
    return Implied(kind=kind, action=action, resource=call.place.arn("s3", f"{bucket}/{key}"))


def _place_of(url: str) -> tuple[str, str] | None:
    """Bucket and key of an object's address: bucket as host or as first segment of the path."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None
    path = unquote(parts.path).lstrip("/")
    if parts.scheme == "s3":
        return (parts.netloc, path) if path else None
    match = _OBJECT_URL.fullmatch(host)
    if match is None:
        return None
    bucket, key = (match["host"], path) if match["host"] else (path.partition("/")[::2])
    return (bucket, key) if bucket and key else None
