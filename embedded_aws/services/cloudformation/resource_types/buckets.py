"""Properties of buckets that MiniStack's CloudFormation drops, and its careless delete."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from embedded_aws.ministack import services
from embedded_aws.protocol import internal_calls

Handler = dict[str, Callable[..., Any]]


def repair(handler: Handler) -> None:
    """Set encryption, lifecycle and Object Lock too; refuse to delete what holds objects."""
    create, update, delete = handler["create"], handler["update"], handler["delete"]

    def creating(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        name, attributes = create(logical_id, properties, stack)
        _lock(name, properties)
        _configure(name, properties, {})
        return name, attributes

    def updating(physical_id: str, old: dict[str, Any], new: dict[str, Any], stack: str) -> Any:
        answer = update(physical_id, old, new, stack)
        _lock(physical_id, new)
        _configure(physical_id, new, old)
        return answer

    def deleting(physical_id: str, properties: dict[str, Any]) -> None:
        store = services.service("s3")
        bucket = store._buckets.get(physical_id)
        if bucket and (bucket["objects"] or store._bucket_has_versions(physical_id)):
            raise ValueError(_NOT_EMPTY.format(request=uuid.uuid4(), token=uuid.uuid4()))
        delete(physical_id, properties)
        store._bucket_object_lock.pop(physical_id, None)

    handler.update(create=creating, update=updating, delete=deleting)


_NOT_EMPTY = (
    'Resource handler returned message: "The bucket you tried to delete is not empty '
    '(Service: S3, Status Code: 409, Request ID: {request}) (SDK Attempt Count: 1)" '
    "(RequestToken: {token}, HandlerErrorCode: GeneralServiceException)"
)


def _configure(name: str, new: Mapping[str, Any], old: Mapping[str, Any]) -> None:
    if new.get("BucketEncryption") and new.get("BucketEncryption") != old.get("BucketEncryption"):
        rules = [_encryption(rule) for rule in _listed(new, "BucketEncryption")]
        internal_calls.call(
            "s3",
            "PutBucketEncryption",
            {"Bucket": name, "ServerSideEncryptionConfiguration": {"Rules": rules}},
        )
    changed = new.get("LifecycleConfiguration") != old.get("LifecycleConfiguration")
    if new.get("LifecycleConfiguration") and changed:
        rules = [_lifecycle(rule) for rule in _listed(new, "LifecycleConfiguration")]
        internal_calls.call(
            "s3",
            "PutBucketLifecycleConfiguration",
            {"Bucket": name, "LifecycleConfiguration": {"Rules": rules}},
        )
    elif old.get("LifecycleConfiguration") and not new.get("LifecycleConfiguration"):
        internal_calls.call("s3", "DeleteBucketLifecycle", {"Bucket": name})


def _listed(properties: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    inner = properties[name].get("Rules") or properties[name].get(
        "ServerSideEncryptionConfiguration"
    )
    return inner if isinstance(inner, list) else []


def _encryption(rule: Mapping[str, Any]) -> dict[str, Any]:
    """CloudFormation shortens the member's name."""
    found: dict[str, Any] = {}
    if "ServerSideEncryptionByDefault" in rule:
        found["ApplyServerSideEncryptionByDefault"] = dict(rule["ServerSideEncryptionByDefault"])
    if "BucketKeyEnabled" in rule:
        found["BucketKeyEnabled"] = _true(rule["BucketKeyEnabled"])
    return found


def _lifecycle(rule: Mapping[str, Any]) -> dict[str, Any]:
    return dict(_lifecycle_members(rule))


def _lifecycle_members(rule: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """CloudFormation's flat members as the API's nested ones."""
    yield "Status", rule.get("Status", "Enabled")
    yield "Filter", {"Prefix": rule.get("Prefix", "")}
    if rule.get("Id"):
        yield "ID", rule["Id"]
    if rule.get("ExpirationInDays"):
        yield "Expiration", {"Days": int(rule["ExpirationInDays"])}
    elif rule.get("ExpiredObjectDeleteMarker"):
        yield "Expiration", {"ExpiredObjectDeleteMarker": True}
    later = rule.get("NoncurrentVersionExpiration") or {}
    days = rule.get("NoncurrentVersionExpirationInDays") or later.get("NoncurrentDays")
    if days:
        yield "NoncurrentVersionExpiration", {"NoncurrentDays": int(days)}
    if rule.get("Transitions"):
        yield (
            "Transitions",
            [
                {
                    "StorageClass": move["StorageClass"],
                    "Days": int(move.get("TransitionInDays", 0)),
                }
                for move in rule["Transitions"]
            ],
        )
    abort = rule.get("AbortIncompleteMultipartUpload") or {}
    if abort:
        yield (
            "AbortIncompleteMultipartUpload",
            {"DaysAfterInitiation": int(abort.get("DaysAfterInitiation", 7))},
        )


def _lock(name: str, properties: Mapping[str, Any]) -> None:
    if not _true(properties.get("ObjectLockEnabled")):
        return
    rule = (properties.get("ObjectLockConfiguration") or {}).get("Rule") or {}
    retention = rule.get("DefaultRetention")
    kept = None
    if retention:
        unit = "Days" if "Days" in retention else "Years"
        kept = {"Mode": retention["Mode"], unit: int(retention[unit])}
    store = services.service("s3")
    store._bucket_object_lock[name] = {"enabled": True, "default_retention": kept}
    store._bucket_versioning[name] = "Enabled"


def _true(value: Any) -> bool:
    return value is True or str(value).lower() == "true"
