"""What a call needs besides its own action: roles passed, tags set, code read, keys used."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from embedded_aws.iam import service_reference
from embedded_aws.iam.calls import Call, Check, iam_prefix
from embedded_aws.iam.requirements import (
    authorized_actions,
    encrypted,
    objects,
    service_linked_roles,
    tag_targets,
)
from embedded_aws.iam.requirements.kms_via_service import keys_used
from embedded_aws.iam.requirements.pass_role import passed_roles
from embedded_aws.iam.resources import arns
from embedded_aws.ministack import services
from embedded_aws.protocol.service_models import at_path

_TAG_MEMBERS = re.compile(r"\w*tags?(?:s|list|slist|set)", re.IGNORECASE)
_SPECIFICATIONS = ("TagSpecifications", "TagSpecification")

# Tag-on-create: the action that a create with tags needs, where it has another name than most.
_TAG_ACTIONS = {
    "acm": "AddTagsToCertificate",
    "firehose": "TagDeliveryStream",
    "kinesis": "AddTagsToStream",
    "sqs": "TagQueue",
}
# Else the first of these that the service has: SageMaker's is AddTags.
_USUAL_TAG_ACTIONS = ("TagResource", "AddTags", "AddTagsToResource", "CreateTags")
# What takes tags as a filter, or takes them away.
_READS = re.compile(r"List|Get|Describe|Search|Untag|Remove|Delete")


def companions_of(call: Call, own: Sequence[Check]) -> tuple[Check, ...]:
    """The further questions of a call, given those about its own action."""
    resource = own[0].resource if own else "*"
    not_there = tuple(objects.listing(call))
    return (
        *not_there,
        *_tagging(call, own),
        *passed_roles(call, resource),
        *_dependents(call),
        *(() if not_there else keys_used(call)),
        *service_linked_roles.needed_by(call),
    )


def tags_in(call: Call) -> dict[str, Any]:
    """`aws:RequestTag/…` and `aws:TagKeys` of a request."""
    tags = _tags(call)
    keys = [key for key in at_path(call.params, "TagKeys") if isinstance(key, str)]
    context: dict[str, Any] = {f"aws:RequestTag/{name}": value for name, value in tags.items()}
    if tags or keys:
        context["aws:TagKeys"] = [*tags, *keys]
    return context


def _tags(call: Call) -> dict[str, str]:
    found: dict[str, str] = {}
    for member, value in call.params.items():
        if _TAG_MEMBERS.fullmatch(member):
            found |= _pairs(value)
    for member in _SPECIFICATIONS:
        for specification in call.params.get(member) or ():
            if isinstance(specification, Mapping):
                found |= _pairs(specification.get("Tags"))
    configuration = call.params.get("CreateBucketConfiguration")
    if isinstance(configuration, Mapping):
        found |= _pairs(configuration.get("Tags"))
    return found


def _pairs(tags: Any) -> dict[str, str]:
    if isinstance(tags, str):  # IoT: `a=b&c=d`
        return dict(part.partition("=")[::2] for part in tags.split("&") if part)
    if isinstance(tags, Mapping):
        return {str(name): str(value) for name, value in tags.items()}
    found = {}
    for tag in tags if isinstance(tags, (list, tuple)) else ():
        fields = (
            {name.lower(): one for name, one in tag.items()} if isinstance(tag, Mapping) else {}
        )
        name = fields.get("key", fields.get("tagkey"))
        if name is not None:
            found[str(name)] = str(fields.get("value", fields.get("tagvalue", "")))
    return found


def _tagging(call: Call, own: Sequence[Check]) -> Iterator[Check]:
    tags = tags_in(call)
    if not _tags(call) or not own or "Tag" in call.operation[:3]:
        return
    if call.service in ("apigateway", "apigatewayv2"):
        # Seen as: apigateway:PUT on /tags/arn%3Aaws%3Aapigateway%3A…%3A%3A%2Frestapis%2F*
        # https://github.com/mattclay/aws-terminator/pull/284
        # For HTTP APIs the registry says PUT, the API itself POST: either will do.
        verb = "PUT" if call.service == "apigateway" else "POST"
        others = tuple({"apigateway:PUT", "apigateway:POST"} - {f"apigateway:{verb}"})
        base = f"arn:{call.partition}:apigateway:{call.region}::"
        path = quote(own[0].resource + ("" if "PATCH" in own[0].action else "/*"), safe="*")
        yield Check(
            action=f"apigateway:{verb}",
            resource=f"{base}/tags/{path}",
            context=tags,
            alternatives=others if call.service == "apigatewayv2" else (),
        )
        return
    if call.service == "ec2":
        yield from _ec2_tagging(call, tags)
        return
    for name in _tag_actions(call):
        prefix, _, short = name.partition(":")
        action = service_reference.action(prefix, short)
        if action is None or action.name == own[0].action:
            continue
        for resource in tag_targets.targets(call, action, own):
            target = resource.removesuffix(":log-stream:")
            if target == "*":  # what is not made yet has no name: `key/*`, `userpool/*`
                target = arns.any_of(action, call)
            yield Check(action=action.name, resource=target, context=tags)


def _ec2_tagging(call: Call, tags: Mapping[str, Any]) -> Iterator[Check]:
    """EC2 asks for each kind of resource that the request tags; a snapshot's ARN has no account."""
    tagging = service_reference.action("ec2", "CreateTags")
    known = {kind.name: kind for kind in (tagging.resources if tagging else ())}
    for member in _SPECIFICATIONS:
        for specification in call.params.get(member) or ():
            kind = specification.get("ResourceType") or "*"
            anything = f"arn:{call.partition}:ec2:{call.region}:{call.account}:{kind}/*"
            yield Check(
                action="ec2:CreateTags",
                resource=arns.with_id(known[kind], "*", call) if kind in known else anything,
                context={**tags, "ec2:CreateAction": call.operation},
            )


def _tag_actions(call: Call) -> tuple[str, ...]:
    """As AWS's tables list them; where they were not read for the service, by its other calls."""
    if call.key == "s3:CreateBucket":
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
        return ("s3:TagResource",)
    if authorized_actions.in_tables(call.service):
        return authorized_actions.tagging_actions(call)
    if _READS.match(call.operation):
        return ()
    prefix, named = iam_prefix(call.service), _TAG_ACTIONS.get(call.service)
    known = (one for one in _USUAL_TAG_ACTIONS if service_reference.action(prefix, one))
    return (f"{prefix}:{named or next(known, 'TagResource')}",)


@lru_cache(maxsize=1)
def _dependent_rows() -> Mapping[str, list[Mapping[str, Any]]]:
    rows: dict[str, list[Mapping[str, Any]]] = json.loads(
        (Path(__file__).parent / "dependent_actions.json").read_text()
    )
    return rows


def _dependents(call: Call) -> Iterator[Check]:
    """Rows of the table whose trigger is in the request, their resources filled from it."""
    for row in _dependent_rows().get(call.key, ()):
        for value in at_path(call.params, row["when"]):
            if row.get("is") is not None and value != row["is"]:
                continue
            arn = _resource(row, value, call)
            if arn:
                context = {
                    k: v.format(region=call.region) for k, v in row.get("context", {}).items()
                }
                if "kms:ViaService" in context:
                    context |= encrypted.context_keys(encrypted.context_of(call))
                for action in row["actions"]:
                    name = _versioned(action, value)
                    yield Check(action=name, resource=arn, context=context)


def _versioned(action: str, value: Any) -> str:
    """Another action where code, a copy's source or a template is named by its version."""
    if isinstance(value, Mapping):
        named = bool(value.get("S3ObjectVersion") or value.get("S3Version") or value.get("Version"))
    else:
        named = "versionId=" in str(value)
    return "s3:GetObjectVersion" if named and action == "s3:GetObject" else action


def _resource(row: Mapping[str, Any], value: Any, call: Call) -> str:
    kind = row.get("resource", "*")
    if kind == "s3-code" and isinstance(value, Mapping):
        key = value.get("S3Key") or value.get("Key")
        bucket = value.get("S3Bucket") or value.get("Bucket")
        return f"arn:{call.partition}:s3:::{bucket}/{key}" if bucket and key else ""
    if kind == "s3-copy":
        return f"arn:{call.partition}:s3:::{str(value).removeprefix('/').split('?')[0]}"
    if kind == "s3-url":
        return _object_at(str(value), call)
    if kind == "kms-key":
        return _key_arn(value, call) if isinstance(value, str) else ""  # Lambda will refuse it
    if kind == "value":
        return str(value)
    return str(kind).format(partition=call.partition, region=call.region, account=call.account)


def _object_at(url: str, call: Call) -> str:
    """The object at an S3 address, in path or in virtual-host style."""
    host, _, path = url.partition("://")[2].partition("?")[0].partition("/")
    bucket, dot, rest = host.partition(".s3")
    if dot and (rest.startswith((".", "-"))):
        return f"arn:{call.partition}:s3:::{bucket}/{path}"
    return f"arn:{call.partition}:s3:::{path}"


def _key_arn(reference: str, call: Call) -> str:
    key = services.service("kms")._resolve_key(reference)
    if key:
        return str(key["Arn"])
    base = f"arn:{call.partition}:kms:{call.region}:{call.account}"
    return reference if reference.startswith("arn:") else f"{base}:key/{reference}"
