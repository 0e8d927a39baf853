"""Which operation a request calls, with which parameters: botocore's service models read backwards.

Knows the six wire protocols of AWS (query, ec2, json, rest-json, rest-xml, smithy-rpc-v2-cbor).
"""

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import botocore.parsers

from embedded_aws.protocol.query_forms import form_of, unflattened
from embedded_aws.protocol.request import Incoming
from embedded_aws.protocol.rest_routes import route_of
from embedded_aws.protocol.service_models import DynamicModel, model_of
from embedded_aws.protocol.signing_names import services_signed

# MiniStack's service keys where botocore spells them otherwise, or the order in which its models
# are asked. Where MiniStack has no service, its key is the name that the request is signed with.
MODELS = {
    "access-analyzer": ("accessanalyzer",),
    "airflow": ("mwaa",),
    "apigateway": ("apigateway", "apigatewayv2"),
    "cognito-idp": ("cognito-idp",),
    "documentdb": ("docdb",),
    "elasticfilesystem": ("efs",),
    "elasticloadbalancing": ("elbv2", "elb"),
    "elasticmapreduce": ("emr",),
    "monitoring": ("cloudwatch",),
    "s3": ("s3", "s3control"),
    "ses": ("sesv2", "ses"),
    "states": ("stepfunctions",),
    "tagging": ("resourcegroupstaggingapi",),
}
CBOR_PATH = re.compile(r"/service/[^/]+/operation/(\w+)$")
Values = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An operation of a service, as called."""

    service: str  # botocore's name
    model: DynamicModel
    parameters: Values

    @property
    def name(self) -> str:
        """The operation's name in the service's API."""
        return str(self.model.name)


def identify(service_key: str, request: Incoming) -> Operation | None:
    """The operation that a request to one of MiniStack's services calls."""
    models = sorted(_models(service_key), key=lambda one: not _is_named(one[1], request))
    for read in (_by_path_of_cbor, _by_target, _by_action):
        for service, model in models:
            found = read(service, model, request)
            if found:
                return found
    for service, model in models:
        if str(model.metadata["protocol"]).startswith("rest"):
            found = _by_route(service, model, request)
            if found:
                return found
    return None


@functools.cache
def _models(service_key: str) -> tuple[tuple[str, DynamicModel], ...]:
    names = (*MODELS.get(service_key, (service_key,)), *services_signed(service_key))
    return tuple(
        (name, model) for name in dict.fromkeys(names) if (model := model_of(name)) is not None
    )


def _is_named(model: DynamicModel, request: Incoming) -> bool:
    """Whether a request names this very API: the two of load balancers share names and actions."""
    prefix = request.headers.get("x-amz-target", "").rpartition(".")[0]
    if prefix:
        return bool(prefix == model.metadata.get("targetPrefix"))
    return bool(form_of(request).get("Version") == model.metadata["apiVersion"])


def _by_path_of_cbor(service: str, model: DynamicModel, request: Incoming) -> Operation | None:
    match = CBOR_PATH.match(request.path)
    if not match or match[1] not in model.operation_names:
        return None
    operation = model.operation_model(match[1])
    fields = {"smithy-protocol": "rpc-v2-cbor"}
    values = _parsed("smithy-rpc-v2-cbor", operation.input_shape, request.body, fields)
    return Operation(service=service, model=operation, parameters=values)


def _by_target(service: str, model: DynamicModel, request: Incoming) -> Operation | None:
    name = request.headers.get("x-amz-target", "").rpartition(".")[2]
    if name not in model.operation_names:
        return None
    operation = model.operation_model(name)
    values = _parsed("json", operation.input_shape, request.body or b"{}")
    return Operation(service=service, model=operation, parameters=values)


def _by_action(service: str, model: DynamicModel, request: Incoming) -> Operation | None:
    form = form_of(request)
    name = form.get("Action", "")
    if name not in model.operation_names:
        return None
    operation = model.operation_model(name)
    shape = operation.input_shape
    ec2 = model.metadata["protocol"] == "ec2"
    values = unflattened(shape, form, "", ec2=ec2) if shape else {}
    return Operation(service=service, model=operation, parameters=values)


def _by_route(service: str, model: DynamicModel, request: Incoming) -> Operation | None:
    found = route_of(service, model, request)
    if found is None:
        return None
    operation, labels = found
    values: Values = {}
    shape = operation.input_shape
    if shape:
        protocol = str(model.metadata["protocol"])
        values = dict(_from_address(shape, labels, request))
        if request.body and not operation.has_streaming_input:
            values |= _parsed(protocol, shape, request.body, dict(request.headers))
    return Operation(service=service, model=operation, parameters=values)


def _from_address(
    shape: DynamicModel, labels: Mapping[str, str], request: Incoming
) -> Iterator[tuple[str, Any]]:
    for member, inner in shape.members.items():
        place = inner.serialization.get("location")
        name = inner.serialization.get("name", member)
        if place == "uri" and name in labels:
            yield member, labels[name]
        elif place == "querystring" and inner.type_name == "list" and name in request.query:
            yield member, list(request.query[name])
        elif place == "querystring" and name in request.query:
            yield member, request.query[name][0]
        elif place == "header" and name.lower() in request.headers:
            text = request.headers[name.lower()]
            yield member, text.split(",") if inner.type_name == "list" else text


def _parsed(
    protocol: str, shape: DynamicModel, body: bytes, headers: Mapping[str, str] | None = None
) -> Values:
    """A body read by botocore's own response parser, which works on any structure."""
    if shape is None:
        return {}
    payload = shape.serialization.get("payload")
    if payload and shape.members[payload].type_name in ("string", "blob"):
        return {payload: body.decode("utf-8", "replace")}
    parser = botocore.parsers.create_parser(protocol)
    answer = {"status_code": 200, "headers": headers or {}, "body": body}
    try:
        values: Values = parser.parse(answer, shape)
    except (botocore.parsers.ResponseParserError, ValueError, TypeError, AttributeError, KeyError):
        return {}
    values.pop("ResponseMetadata", None)
    return {name: value for name, value in values.items() if value not in ({}, None)}


def outcome_of(
    operation: Operation, status: int, headers: Mapping[str, str], body: bytes
) -> tuple[Values, tuple[str, str] | None]:
    """What an operation answered: its values, or its error's code and message."""
    protocol = _answer_protocol(operation, headers)
    parser = botocore.parsers.create_parser(protocol)
    shape: Any = None if operation.model.has_streaming_output else operation.model.output_shape
    answer = {"status_code": status, "headers": dict(headers), "body": body}
    unstated: Any = None
    failure = status >= 400  # noqa: PLR2004 - HTTP
    try:
        values: Values = parser.parse(answer, unstated if failure else shape)
    except (botocore.parsers.ResponseParserError, ValueError, TypeError, AttributeError, KeyError):
        return {}, (str(status), "") if failure else None
    values.pop("ResponseMetadata", None)
    error = values.pop("Error", None) or {}
    return values, (_code(operation, error), str(error.get("Message", ""))) if failure else None


def _code(operation: Operation, error: Values) -> str:
    """The error as CloudTrail names it: by its shape; EC2's with `Client.` before it."""
    code = str(error.get("QueryErrorCode") or error.get("Code", ""))
    if operation.service == "ec2":
        return f"Client.{code}"
    if operation.service == "cloudformation" and code == "ValidationError":
        return "ValidationException"  # modelled by no shape
    for shape in operation.model.error_shapes:
        if shape.metadata.get("error", {}).get("code") == code:
            return str(shape.name)
    return code


def _answer_protocol(operation: Operation, headers: Mapping[str, str]) -> str:
    """Services answer in the protocol of the request, if they speak several."""
    metadata = operation.model.service_model.metadata
    kind = headers.get("content-type", "")
    if "cbor" in kind:
        return "smithy-rpc-v2-cbor"
    protocol = str(metadata["protocol"])
    if protocol in ("query", "ec2", "rest-xml"):
        return protocol if "json" not in kind else "json"
    if "xml" in kind and "query" in metadata.get("protocols", ()):
        return "query"
    return "json" if protocol == "smithy-rpc-v2-cbor" else protocol
