"""API calls that the embedded AWS makes to its own services, inside the process, as nobody."""

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import botocore.serialize
from ministack import app as ministack
from ministack.core.responses import get_region

from embedded_aws.protocol import operations
from embedded_aws.protocol.operations import Operation
from embedded_aws.protocol.service_models import service_model

# botocore's name -> MiniStack's key, where they differ.
KEYS = {
    name: key for key, names in operations.MODELS.items() for name in names if name != "s3control"
}
FAILED = 400


class InnerCallError(ValueError):
    """The service refused."""


def call(service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Make a call and return what it answers.

    Raises:
        InnerCallError: the service answered with an error; the text is `(Code) message`.
    """
    model = service_model(service)
    operation_model = model.operation_model(operation)
    # Of several the one that botocore's clients speak: MiniStack reads no CBOR without a package.
    protocol = str(model.resolved_protocol)
    serializer = botocore.serialize.create_serializer(protocol, include_validation=False)
    request = serializer.serialize_to_request(dict(params), operation_model)
    handler = ministack.SERVICE_HANDLERS[KEYS.get(service, service)]
    status, headers, body = _driven(handler(*_arguments(request)))
    found = Operation(service=service, model=operation_model, parameters=dict(params))
    lower = {name.lower(): str(value) for name, value in headers.items()}
    values, error = operations.outcome_of(found, status, lower, _bytes(body))
    if error or status >= FAILED:
        code, message = error or (str(status), "")
        raise InnerCallError(f"({code}) {message}")
    return values


def _arguments(
    request: Mapping[str, Any],
) -> tuple[str, str, dict[str, str], bytes, dict[str, list[str]]]:
    path = urlsplit(request["url_path"])
    query = parse_qs(path.query, keep_blank_values=True)
    for name, value in (request.get("query_string") or {}).items():
        query[name] = [str(item) for item in value] if isinstance(value, list) else [str(value)]
    body = request["body"]
    headers = {name.lower(): str(value) for name, value in request["headers"].items()}
    # S3 serves only who signs; inside the process nobody checks the signature itself.
    scope = f"{os.environ.get('AWS_ACCESS_KEY_ID', 'test')}/20260101/{get_region()}/s3/aws4_request"
    headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={scope}"
    if isinstance(body, Mapping):  # the query protocol
        headers["content-type"] = "application/x-www-form-urlencoded"
        query |= {name: [str(value)] for name, value in body.items()}
        body = urlencode(body)
    return request["method"], path.path, headers, _bytes(body), query


def _bytes(body: Any) -> bytes:
    return body if isinstance(body, bytes) else str(body or "").encode()


def _driven(coroutine: Any) -> Any:
    """Run a handler on the spot: the engine already runs on the event loop."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    coroutine.close()
    raise InnerCallError("(ServiceUnavailable) the service waits for something")
