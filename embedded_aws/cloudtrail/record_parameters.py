"""Requests and answers in CloudTrail's spelling, without what CloudTrail leaves out.

Members begin with a small letter, the keys of maps stay as sent, secrets are hidden or left out.
EC2 writes lists as `…Set: {items: […]}`, S3 keeps the names of its wire format.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from ministack.core.responses import get_region

from embedded_aws.protocol.operations import Operation, Values
from embedded_aws.protocol.request import Incoming
from embedded_aws.sessions import caller

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
SIZE_LIMIT = 100 * 1024  # of requestParameters and of responseElements; larger ones are omitted
# Members that CloudTrail leaves out (Lambda, CloudFormation, DynamoDB: their CloudTrail pages).
OMITTED: Mapping[str, frozenset[str]] = {
    "cloudformation": frozenset({"TemplateBody", "StackPolicyBody", "ParameterValue"}),
    "dynamodb": frozenset({"Item", "ExpressionAttributeValues", "AttributeUpdates"}),
    "ec2": frozenset({"UserData"}),
    "events": frozenset({"Entries"}),
    "lambda": frozenset({"Environment", "ZipFile", "Payload", "InvokeArgs"}),
    "sns": frozenset({"Message"}),
    "sqs": frozenset({"MessageBody"}),
}
# S3's requests of which the query is all that is recorded: neither keys nor versions.
S3_BODILESS = frozenset({"DeleteObjects"})
SECRET = re.compile(
    r"Password|SecretAccessKey|SecretString|SecretBinary|AuthToken|PrivateKey|SecretKey"
)
# A queue's URL names this process; a trail's reader must find AWS there.
OWN_QUEUE = re.compile(r"^http://(?:localhost|127\.0\.0\.1):\d+/(?=\d{12}/)")
# So does a template's address, as tools write it for an endpoint.
OWN_OBJECT = re.compile(r"^http://(?:localhost|127\.0\.0\.1):\d+/(?=[^/]+/.)")
OBJECT_URLS = frozenset({"TemplateURL", "StackPolicyURL", "TemplateUrl"})
SINGULAR = {"Instances": "Instance", "Resources": "Resource"}


def request_of(operation: Operation, request: Incoming) -> Values | None:
    """What `requestParameters` holds."""
    if operation.service in ("s3", "s3control"):
        return _within_limit(dict(_s3_request(operation, request)))
    shape = operation.model.input_shape
    if shape is None:
        return None
    values = _spelled(operation.service, shape, operation.parameters)
    if operation.service == "apigateway":
        values = _apigateway_request(operation, values)
    return _within_limit(values)


def response_of(operation: Operation, values: Values) -> Values | None:
    """What `responseElements` holds."""
    if operation.service in ("s3", "s3control"):
        return None if not values else _within_limit(_s3_response(values))
    shape = operation.model.output_shape
    if shape is None or operation.model.has_streaming_output:
        return None
    return _within_limit(_spelled(operation.service, shape, values))


def _within_limit(values: Values) -> Values | None:
    return values if values and len(repr(values)) < SIZE_LIMIT else None


def _spelled(service: str, shape: Any, value: Any) -> Any:
    if shape.metadata.get("sensitive"):
        return HIDDEN
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        members = _ec2_members if service == "ec2" else _members
        return dict(members(service, shape, value))
    if kind == "list" and isinstance(value, list):
        return [_spelled(service, shape.member, item) for item in value]
    if kind == "map" and isinstance(value, dict):
        return {str(key): _spelled(service, shape.value, item) for key, item in value.items()}
    return _plain(value)


def _members(service: str, shape: Any, value: Values) -> Iterator[tuple[str, Any]]:
    for member, item in value.items():
        inner = shape.members.get(member)
        if inner is not None and not _left_out(service, member, inner):
            sent = _of_aws(item) if member in OBJECT_URLS else item
            yield _small(member), _spelled(service, inner, sent)


def _ec2_members(service: str, shape: Any, value: Values) -> Iterator[tuple[str, Any]]:
    """EC2's lists: `InstanceIds` becomes `instancesSet: {items: [{instanceId: …}]}`."""
    for member, item in value.items():
        inner = shape.members.get(member)
        if inner is None or _left_out(service, member, inner):
            continue
        spelled = _spelled(service, inner, item)
        if inner.type_name != "list":
            yield _small(member), spelled
            continue
        name, single = _ec2_list(member)
        items = [entry if isinstance(entry, dict) else {single: entry} for entry in spelled]
        yield name, {"items": items}


def _ec2_list(member: str) -> tuple[str, str]:
    if member == "IpPermissions":
        return "ipPermissions", "item"
    if member.endswith("Ids"):
        stem = {"Instance": "Instances", "Resource": "Resources", "SecurityGroup": "Group"}
        base = member.removesuffix("Ids")
        single = "groupId" if base == "SecurityGroup" else _small(base) + "Id"
        return _small(stem.get(base, base)) + "Set", single
    if member in ("Resources", "Instances"):
        return _small(member) + "Set", _small(SINGULAR[member]) + "Id"
    base = member.removesuffix("s")
    return _small(base) + "Set", _small(base)


def _left_out(service: str, member: str, shape: Any) -> bool:
    if shape.type_name == "blob" or member in OMITTED.get(service, ()):
        return True
    return bool(SECRET.search(member)) and shape.type_name == "string"


def _small(name: str) -> str:
    return name[:1].lower() + name[1:]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return HIDDEN
    if isinstance(value, str):
        return OWN_QUEUE.sub(rf"https://sqs.{get_region()}.amazonaws.com/", value)
    return value if isinstance(value, int | float | bool | type(None)) else str(value)


def _of_aws(url: Any) -> str:
    """An object's address as it is on AWS."""
    return OWN_OBJECT.sub(f"https://s3.{get_region()}.amazonaws.com/", str(url))


def _apigateway_request(operation: Operation, values: Values) -> Values:
    """API Gateway (REST) keeps the path's labels apart from the body, `createStageInput`."""
    shape = operation.model.input_shape
    in_path = {
        _small(name) for name, member in shape.members.items() if "location" in member.serialization
    }
    outside = {name: value for name, value in values.items() if name in in_path}
    body = {name: value for name, value in values.items() if name not in in_path}
    return {**outside, **({_small(operation.name) + "Input": body} if body else {})}


def _s3_request(operation: Operation, request: Incoming) -> Iterator[tuple[str, Any]]:
    """S3 lists the bucket, the key, the host, the query and the body as they were sent."""
    parameters = operation.parameters
    signer = caller.current.get()
    host = f"s3.{signer.region}.amazonaws.com" if signer else "s3.amazonaws.com"
    if "Bucket" in parameters:
        yield "bucketName", parameters["Bucket"]
        host = f"{parameters['Bucket']}.{host}"
    yield "Host", host
    if "Key" in parameters:
        yield "key", parameters["Key"]
    for name, values in sorted(request.query.items()):
        if not name.lower().startswith("x-amz-") and name != "x-id":
            yield name, values[0]
    for name in sorted(_s3_headers(operation) & request.headers.keys()):
        yield name, request.headers[name]
    yield from _s3_body(operation)


def _s3_headers(operation: Operation) -> set[str]:
    """The headers that stand for parameters, but for customers' own keys.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-understanding-s3-entries.html
    """
    members = operation.model.input_shape.members.values()
    names = {str(one.serialization.get("name", "")).lower() for one in members}
    return {one for one in names if one.startswith("x-amz-") and "customer" not in one}


def _s3_body(operation: Operation) -> Iterator[tuple[str, Any]]:
    payload = (operation.model.input_shape.serialization or {}).get("payload", "")
    if operation.name in S3_BODILESS or operation.model.has_streaming_input:
        return
    if payload in operation.parameters:
        member = operation.model.input_shape.members[payload]
        name = (
            "bucketPolicy"
            if payload == "Policy"
            else str(member.serialization.get("name", payload))
        )
        yield name, _as_sent(operation.parameters[payload])


def _as_sent(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _as_sent(item) for key, item in value.items()}
    return [_as_sent(item) for item in value] if isinstance(value, list) else _plain(value)


def _s3_response(values: Values) -> Values:
    """S3 answers writes with a few headers only."""
    names = {
        "SSEKMSKeyId": "x-amz-server-side-encryption-aws-kms-key-id",
        "ServerSideEncryption": "x-amz-server-side-encryption",
        "VersionId": "x-amz-version-id",
    }
    return {names[name]: _plain(value) for name, value in values.items() if name in names}
