"""What a request needed beside its own action: read from what it sent, decided on by refinement."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from lambdas.collect_evidence.tagging import sends_tags, tags_of
from lambdas.model.action import Action
from lambdas.model.evidence import Implied
from lambdas.reference.shards import shard

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lambdas.collect_evidence.resources import Call
    from lambdas.reference.actions import ActionFacts
    from lambdas.reference.events import Meaning

PASS_ROLE = Action("iam", "PassRole")
READ_OBJECT = Action("s3", "GetObject")
_ROLE = re.compile(r"arn:[\w-]+:iam::\d{12}:role/(?!aws-service-role/)\S+")
_PROFILES = ("iaminstanceprofile", "iaminstanceprofile.name", "iaminstanceprofile.arn")
_OBJECT_URL = re.compile(r"(?:(?P<host>.+?)\.)?s3[.-](?:[\w-]+\.)*amazonaws\.com(?:\.cn)?")
_BUCKETS = (("s3bucket", "s3key"), ("bodys3location.bucket", "bodys3location.key"))
# Who calls KMS as the caller, and for what, when a request names a key,
# https://docs.aws.amazon.com/kms/latest/developerguide/service-integration.html and the services'
_KEY_USES = {
    "dynamodb": ("CreateGrant", "Decrypt", "DescribeKey"),
    "ec2": ("CreateGrant", "Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext"),
    "elasticfilesystem": ("CreateGrant", "DescribeKey"),
    # https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
    "lambda": ("CreateGrant", "Decrypt", "DescribeKey", "Encrypt"),
    "rds": ("CreateGrant", "DescribeKey"),
    "s3": ("Decrypt", "GenerateDataKey"),
    "secretsmanager": ("Decrypt", "GenerateDataKey"),
    "ssm": ("Decrypt", "Encrypt"),
}
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html
_ACCESS_LOG = "accesslogsettings.destinationarn"
LOG_DELIVERY = (
    "CreateLogDelivery",
    "DeleteLogDelivery",
    "DescribeLogGroups",
    "DescribeResourcePolicies",
    "GetLogDelivery",
    "ListLogDeliveries",
    "PutResourcePolicy",
    "UpdateLogDelivery",
)
_KEY_NAMES = (
    "kmskeyid", "kmskeyarn", "kmskey", "keyid", "ssekmskeyid", "kmsmasterkeyid", "kmsmasterkeyarn",
    "x-amz-server-side-encryption-aws-kms-key-id",
)  # fmt: skip


def implied_by(call: Call, meaning: Meaning, known: Sequence[ActionFacts]) -> tuple[Implied, ...]:
    """Everything that the request needed besides, sorted."""
    found = {*_roles(call, meaning), *_service_roles(call, known)}
    if meaning.service == "apigateway":
        found.update(_log_deliveries(call))
    elif meaning.service == "events":
        found.update(_connection_secret(call, meaning))
    interest = _interest(call.request.names)
    if interest.tags:
        found.update(tags_of(call, meaning, known))
    if interest.objects:
        found.update(_code(call))
    if interest.keys:
        found.update(_keys(call, meaning))
    if not found:
        return ()
    own = {one.action for one in known}
    return tuple(
        sorted(
            one
            for one in found
            # API Gateway's verbs name no resource: tagging by POST is not making by POST.
            if one.kind != "tag-on-create"
            or one.action not in own
            or one.action.service == "apigateway"
        )
    )


def _log_deliveries(call: Call) -> Iterator[Implied]:
    """A stage's access log is set up with the caller's own permissions, on no resource."""
    if _ACCESS_LOG in call.request.texts:
        for name in LOG_DELIVERY:
            yield Implied(kind="dependent-action", action=Action("logs", name), resource="*")


# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html
_CONNECTION = {
    "CreateConnection": ("CreateSecret", "PutSecretValue"),
    "UpdateConnection": ("PutSecretValue", "UpdateSecret"),
}


def _connection_secret(call: Call, meaning: Meaning) -> Iterator[Implied]:
    """EventBridge keeps what a connection signs in with in a secret, as the caller."""
    uses = _CONNECTION.get(meaning.operation, ())
    head = call.place.fill("arn:${Partition}:secretsmanager:${Region}:${Account}:secret:")
    for name in uses:
        yield Implied(
            kind="dependent-action",
            action=Action("secretsmanager", name),
            resource=f"{head}events!connection/{call.request.first('name')}/*",
        )


@dataclass(frozen=True, slots=True)
class _Interest:
    """What a request with certain names may imply."""

    tags: bool
    objects: bool
    keys: bool


@lru_cache(maxsize=8_192)
def _interest(names: tuple[str, ...]) -> _Interest:
    known = set(names)
    tags = sends_tags(names)
    objects = {name for pair in _BUCKETS for name in pair} | {"templateurl", "stackpolicyurl"}
    return _Interest(tags, bool(known & objects), bool(known & set(_KEY_NAMES)))


def _roles(call: Call, meaning: Meaning) -> Iterator[Implied]:
    """Every role that the request hands over, with the service that will receive it."""
    table = shard("pass_role")
    if not call.request.arns and meaning.service not in table["names"]:
        return
    for name in table["names"].get(meaning.service, {}).get(meaning.operation, ()):
        for text in call.request.texts.get(name, ()):
            if text and not text.startswith("arn:"):
                role = call.place.fill("arn:${Partition}:iam::${Account}:role/") + text.strip("/")
                yield _passed(role, name, meaning, call)
    if meaning.service in table["never"]:
        return
    for parent, name, arn in call.request.arns:
        aside = name in table["not_passed"] or parent in table["not_passed_below"]
        if _ROLE.fullmatch(arn) and not aside:
            yield _passed(arn, name, meaning, call)


def unnamed_roles(call: Call, meaning: Meaning) -> tuple[str, ...]:
    """Instance profiles that a request hands over: their roles are passed, and not told.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2_instance-profiles.html
    """
    if meaning.operation in shard("pass_role")["profile_not_passed"]:
        return ()
    texts = call.request.texts
    found = [text for name in _PROFILES if name in texts for text in texts[name]]
    return tuple(dict.fromkeys(found))


def _passed(role: str, name: str, meaning: Meaning, call: Call) -> Implied:
    table = shard("pass_role")
    receiver = (
        table["operations"].get(f"{meaning.service}.{meaning.operation}")
        or table["elements"].get(meaning.service, {}).get(name)
        or table["services"].get(meaning.service)
        or f"{meaning.service}.amazonaws.com"
    )
    if receiver == "ec2.amazonaws.com" and call.place.partition == "aws-cn":
        receiver = "ec2.amazonaws.com.cn"  # EC2's principal alone bears the partition's domain
    return Implied(
        kind="pass-role",
        action=PASS_ROLE,
        resource=role,
        context=(("iam:PassedToService", receiver),),
    )


def _code(call: Call) -> Iterator[Implied]:
    """Code and templates that the service reads from a bucket as the caller."""
    texts = call.request.texts
    for bucket, key in _BUCKETS:
        if texts.get(bucket) and texts.get(key):
            yield _object("code-read", texts[bucket][0], texts[key][0], call)
    for url in (*texts.get("templateurl", ()), *texts.get("stackpolicyurl", ())):
        place = _place_of(url)
        if place:
            yield _object("template-read", *place, call)


def _object(kind: str, bucket: str, key: str, call: Call) -> Implied:
    resource = f"{call.place.fill('arn:${Partition}:s3:::')}{bucket}/{key}"
    return Implied(kind=kind, action=READ_OBJECT, resource=resource)


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


def _keys(call: Call, meaning: Meaning) -> Iterator[Implied]:
    uses = _KEY_USES.get(meaning.service, ())
    named = {text for name in _KEY_NAMES for text in call.request.texts.get(name, ())}
    for text in sorted(named) if uses else ():
        key = _key(text, call)
        via = f"{meaning.service}.{call.place.region}.amazonaws.com"
        for use in uses if key else ():
            yield Implied(
                kind="kms-via-service",
                action=Action("kms", use),
                resource=key,
                context=(("kms:ViaService", via),),
            )


def _key(text: str, call: Call) -> str:
    if ":alias/aws/" in text or text.startswith("alias/aws/"):
        return ""  # AWS's own keys let the account's callers in by their key policy
    if text.startswith("arn:"):
        return text if ":key/" in text else "*"
    head = call.place.fill("arn:${Partition}:kms:${Region}:${Account}:key/")
    return "*" if text.startswith("alias/") else f"{head}{text}"


def _service_roles(call: Call, known: Sequence[ActionFacts]) -> Iterator[Implied]:
    """The first use in an account makes the service's own role."""
    table = shard("pass_role")["service_linked"]
    for one in known:
        named = table.get(one.action.service) if one.dependent_actions else None
        if named and Action("iam", "CreateServiceLinkedRole") in one.dependent_actions:
            owner, name = named
            head = call.place.fill("arn:${Partition}:iam::${Account}:role/aws-service-role/")
            yield Implied(
                kind="service-linked-role",
                action=Action("iam", "CreateServiceLinkedRole"),
                resource=f"{head}{owner}/{name}",
                context=(("iam:AWSServiceName", owner),),
            )
