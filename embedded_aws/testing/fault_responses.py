"""How a service says that it will not: throttling, trouble of its own, no permission, nothing.

In the protocol of the request, and with the service's modelled error where it has one.
"""

import json
import uuid
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from embedded_aws.protocol.operations import Operation

THROTTLED = frozenset({"Throttling", "ThrottlingException", "TooManyRequestsException"})
SERVER = 500  # HTTP
# What a service without a modelled error answers: by kind, per protocol, the code and the status.
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and the services' "Common
# Errors" pages.
UNMODELLED: dict[str, dict[str, tuple[str, int]]] = {
    "throttled": {
        "rest-xml": ("SlowDown", 503),
        "query": ("Throttling", 400),
        "ec2": ("RequestLimitExceeded", 503),
        "json": ("ThrottlingException", 400),
        "rest-json": ("ThrottlingException", 429),
    },
    "unavailable": {
        "rest-xml": ("InternalError", 500),
        "query": ("InternalFailure", 500),
        "ec2": ("InternalError", 500),
        "json": ("InternalFailure", 500),
        "rest-json": ("InternalFailure", 500),
    },
    "denied": {
        "rest-xml": ("AccessDenied", 403),
        "query": ("AccessDenied", 403),
        "ec2": ("UnauthorizedOperation", 403),
        "json": ("AccessDeniedException", 400),
        "rest-json": ("AccessDeniedException", 403),
    },
}
# A function's environment that ends without an answer: the invocation itself succeeded.
# https://docs.aws.amazon.com/lambda/latest/dg/runtimes-logs-api.html
KILLED = {"errorType": "Runtime.ExitError", "errorMessage": "RequestId: {id} Error: signal: killed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Canned:
    """An answer that no service gave."""

    status: int
    headers: dict[str, str]
    body: bytes


def refusal(kind: str, operation: Operation) -> Canned:
    """The answer of a service that refuses."""
    protocol = protocol_of(operation)
    code, status = _modelled(kind, operation) or UNMODELLED[kind][protocol]
    request_id = str(uuid.uuid4())
    message = f"injected: {kind}"
    headers = {"x-amzn-requestid": request_id}
    if protocol in ("json", "rest-json"):
        headers |= {"content-type": "application/json", "x-amzn-errortype": code}
        # Lambda spells `Type` and the message in its own way; parsers read both.
        body = json.dumps({"__type": code, "message": message, "Message": message})
    else:
        headers["content-type"] = "text/xml"
        body = _xml(protocol, code, message, request_id, server=status >= SERVER)
    return Canned(status=status, headers=headers, body=body.encode())


def nothing(operation: Operation) -> Canned:
    """Success, with nothing in it."""
    text = protocol_of(operation) == "json"
    kind = "application/x-amz-json-1.1" if text else "application/octet-stream"
    return Canned(status=200, headers={"content-type": kind}, body=b"{}" if text else b"")


def killed() -> Canned:
    """What Invoke answers when the function's environment died."""
    headers = {"content-type": "application/json", "x-amz-function-error": "Unhandled"}
    words = {name: text.format(id=uuid.uuid4()) for name, text in KILLED.items()}
    return Canned(status=200, headers=headers, body=json.dumps(words).encode())


def protocol_of(operation: Operation) -> str:
    """The wire protocol in which a service is answered."""
    spoken: str = operation.model.service_model.metadata["protocol"]
    return "json" if spoken == "smithy-rpc-v2-cbor" else spoken


def _modelled(kind: str, operation: Operation) -> tuple[str, int] | None:
    """The service's own error of a kind, from its model."""
    for shape in operation.model.error_shapes:
        about: dict[str, Any] = shape.metadata.get("error", {})
        own = shape.metadata.get("fault") or shape.name.startswith("InternalServer")
        code, status = (
            str(about.get("code", shape.name)),
            int(about.get("httpStatusCode", SERVER if own else 400)),
        )
        ours = {
            "throttled": code in THROTTLED or shape.name in THROTTLED,
            "unavailable": status == SERVER,
            "denied": code in ("AccessDenied", "AccessDeniedException"),
        }
        if ours[kind]:
            return code, status
    return None


def _xml(protocol: str, code: str, message: str, request_id: str, *, server: bool) -> str:
    fault = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    if protocol == "rest-xml":
        return f"<Error>{fault}<RequestId>{request_id}</RequestId></Error>"
    if protocol == "ec2":
        errors = f"<Errors><Error>{fault}</Error></Errors>"
        return f"<Response>{errors}<RequestID>{request_id}</RequestID></Response>"
    side = "<Type>Receiver</Type>" if server else "<Type>Sender</Type>"
    request = f"<RequestId>{request_id}</RequestId>"
    return f"<ErrorResponse><Error>{side}{fault}</Error>{request}</ErrorResponse>"
