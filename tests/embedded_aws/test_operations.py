"""A request says which operation it calls: botocore writes it, we read it back."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import botocore.serialize
import pytest
from botocore.exceptions import ParamValidationError
from botocore.utils import percent_encode_sequence

from embedded_aws.protocol.operations import MODELS, Operation, identify
from embedded_aws.protocol.request import Incoming
from embedded_aws.protocol.service_models import model_of
from embedded_aws.protocol.signing_names import services_by_name

SERVICE_KEY = {model: key for key, models in MODELS.items() for model in models}
# One or more services of each protocol, those that processes use most.
SERVICES = {
    "apigateway": "rest-json",
    "apigatewayv2": "rest-json",
    "cloudformation": "query",
    "cloudfront": "rest-xml",
    "cloudwatch": "query, json and cbor",
    "codebuild": "json",
    "dynamodb": "json",
    "ec2": "ec2",
    "iam": "query",
    "lambda": "rest-json",
    "s3": "rest-xml",
    "sns": "query",
    "sqs": "json",
    "stepfunctions": "json",
    "sts": "query",
}
# Older operations at the very address of newer ones: nothing in a request tells them apart.
SAME_ADDRESS = {
    ("s3", "GetBucketLifecycle"),
    ("s3", "GetBucketNotification"),
    ("s3", "PutBucketLifecycle"),
    ("s3", "PutBucketNotification"),
    ("s3", "ListDirectoryBuckets"),
}
SHARED_ADDRESSES = 198  # of 19,274 operations; lets shrink alone
# Bodies that are opaque bytes; their content is nobody's business.
OPAQUE = {"Body", "Payload", "InvokeArgs", "AnnotationPayload", "body", "ImageData"}
BLOBS = {("ec2", "ImportKeyPair")}
DEEPEST = 4
SCALARS = {
    "blob": b"x",
    "boolean": True,
    "character": "c",
    "double": 1.5,
    "float": 1.5,
    "integer": 7,
    "long": 7,
    "timestamp": "2026-01-02T03:04:05Z",
}


def a_value(shape: Any, depth: int = 0) -> Any:
    match shape.type_name:
        case "structure":
            members = shape.required_members or list(shape.members)[: 1 if depth else 2]
            inner = members if depth <= DEEPEST else []
            return {name: a_value(shape.members[name], depth + 1) for name in inner}
        case "list":
            return [a_value(shape.member, depth + 1)]
        case "map":
            return {"key": a_value(shape.value, depth + 1)}
        case "string":
            return shape.enum[0] if getattr(shape, "enum", None) else "some value"
        case kind:
            return SCALARS[kind]


def a_request(service: str, operation: Any, values: dict[str, Any]) -> Incoming:
    protocol = model_of(service).metadata["protocol"]  # type: ignore[union-attr]
    serializer = botocore.serialize.create_serializer(protocol, include_validation=False)
    made = serializer.serialize_to_request(values, operation)
    headers = {name.lower(): str(value) for name, value in made["headers"].items()}
    path, _, query = made["url_path"].partition("?")
    sent = made["query_string"]
    more = sent if isinstance(sent, str) else percent_encode_sequence(sent)
    body = made["body"]
    if isinstance(body, dict):
        body = percent_encode_sequence(body)
        headers.setdefault("content-type", "application/x-www-form-urlencoded")
    return Incoming(
        method=made["method"],
        path=path,
        raw_path=path,
        query=parse_qs("&".join(part for part in (query, more) if part), keep_blank_values=True),
        headers=headers,
        body=body.encode() if isinstance(body, str) else body or b"",
    )


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items() if name not in OPAQUE}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, bytes):
        return value.decode()
    if hasattr(value, "isoformat"):
        return "2026-01-02T03:04:05Z"
    return str(value).lower() if isinstance(value, bool) else str(value)


def operations(service: str) -> Iterator[Any]:
    model = model_of(service)
    assert model is not None
    for name in model.operation_names:
        if (service, name) not in SAME_ADDRESS:
            yield model.operation_model(name)


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_is_identified_with_its_parameters(service: str) -> None:
    wrong: list[tuple[str, object]] = []
    for operation in operations(service):
        values = a_value(operation.input_shape) if operation.input_shape else {}
        try:
            request = a_request(service, operation, values)
        except ParamValidationError:
            continue  # a host prefix that a sample value cannot fill
        found = identify(SERVICE_KEY.get(service, service), request)
        if found is None or (found.service, found.name) != (service, operation.name):
            wrong.append((operation.name, found and found.name))
        elif plain(found.parameters) != plain(values) and (service, operation.name) not in BLOBS:
            wrong.append((operation.name, found.parameters))

    assert wrong == []


def test_operations_of_every_service_are_identified_by_the_name_that_signs_their_requests() -> None:
    # Also those that MiniStack lacks: the denial names the action, and the log tells the call.
    signed = {one: name for name, services in services_by_name().items() for one in services}
    wrong: list[tuple[str, str, Operation | None]] = []
    for service in sorted(signed):
        for operation in operations(service):
            values = a_value(operation.input_shape) if operation.input_shape else {}
            try:
                request = a_request(service, operation, values)
            except ParamValidationError:
                continue
            found = identify(SERVICE_KEY.get(service, signed[service]), request)
            if found is None or (found.service, found.name) != (service, operation.name):
                wrong.append((service, operation.name, found))

    # Two services of one name and address: RDS and Neptune, Wisdom and Q in Connect, their tags.
    assert [
        one for one in wrong if one[2] is None or signed[one[2].service] != signed[one[0]]
    ] == []
    assert len(wrong) <= SHARED_ADDRESSES


def test_an_address_that_nobody_serves_is_not_identified() -> None:
    request = Incoming(
        method="GET", path="/nowhere", raw_path="/nowhere", query={}, headers={}, body=b""
    )

    assert identify("lambda", request) is None
    assert identify("no-such-service", request) is None


def test_values_of_a_path_are_decoded() -> None:
    path = "/bucket/folder%2Fwith%20space/%C3%A9.txt"
    request = Incoming(method="GET", path=path, raw_path=path, query={}, headers={}, body=b"")

    found = identify("s3", request)

    assert found
    assert found.name == "GetObject"
    assert found.parameters == {"Bucket": "bucket", "Key": "folder/with space/é.txt"}


def test_a_list_in_a_form_keeps_its_order() -> None:
    body = (
        b"Action=TagRole&RoleName=r&Tags.member.1.Key=a&Tags.member.1.Value=1&Tags.member.2.Key=b"
    )
    headers = {"content-type": "application/x-www-form-urlencoded"}
    request = Incoming(method="POST", path="/", raw_path="/", query={}, headers=headers, body=body)

    found = identify("iam", request)

    assert found
    assert found.parameters == {"RoleName": "r", "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b"}]}
