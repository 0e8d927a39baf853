"""Every request becomes a record: the application between the gate and MiniStack."""

import dataclasses
import json
import logging
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from ministack import app as ministack
from ministack.core.router import detect_service

from embedded_aws.cloudtrail import records, without_body
from embedded_aws.cloudtrail.event_names import (
    data_resource,
    event_name,
    event_source,
    is_logged,
    is_read,
)
from embedded_aws.cloudtrail.record_parameters import request_of, response_of
from embedded_aws.cloudtrail.record_resources import resources_of
from embedded_aws.gateway.gate import Application, Message, Receive, Scope, Send
from embedded_aws.protocol.operations import Operation, Values, identify, outcome_of
from embedded_aws.protocol.request import Incoming
from embedded_aws.sessions import caller

logger = logging.getLogger("fencepost.recording")
BODY_KEPT = 1_000_000  # bytes of an answer that are read for responseElements

# Requests that no model explained, as (service, method, path, target): a test wants none.
unidentified: list[tuple[str, str, str, str]] = []


class Recording:
    """Serves a request and writes down what it was."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event of the ASGI server."""
        request = scope.get("fencepost.request")
        if request is None:
            await self._application(scope, receive, send)
            return
        answer = _Heard(send)
        without_body.refusal.set(None)
        await self._application(scope, receive, answer)
        try:
            record(request, answer.status, answer.headers, answer.body)
        except Exception:
            logger.exception("not recorded: %s %s", request.method, request.path)


class _Heard:
    """Passes an answer on and keeps what it said."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0
        self.headers: Mapping[str, str] = {}
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            pairs = message["headers"]
            self.headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in pairs}
        elif message["type"] == "http.response.body" and len(self.body) < BODY_KEPT:
            self.body += message.get("body", b"")
        await self._send(message)


def record(request: Incoming, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Write down one request and its answer."""
    signer = caller.current.get()
    service_key = service_of(request)
    operation = identify(service_key, request)
    if operation is None or signer is None:
        target = request.headers.get("x-amz-target", "")
        unidentified.append((service_key, request.method, request.path, target))
        logger.warning(
            "unidentified: %s %s %s %s", service_key, request.method, request.path, target
        )
        return
    if not is_logged(operation.service, operation.name):
        return
    values, error = outcome_of(operation, status, headers, body)
    error = without_body.error_of(operation, status, error)
    call = _call(signer, operation, request, values, error, headers.get("x-amzn-requestid"))
    for one in across_accounts(call):
        records.emit(one)


def across_accounts(call: records.ApiCall) -> tuple[records.ApiCall, ...]:
    """A call as each account sees it: a role's account is told who assumed it from outside.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
    ("sharedEventID"), https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
    """
    owners = {resource.get("accountId", call.account) for resource in call.resources}
    others = sorted(owners - {call.account})
    if call.source != "sts.amazonaws.com" or not others or call.error:
        return (call,)
    shared = str(uuid.uuid4())
    stranger = {
        "type": "AWSAccount",
        "principalId": call.identity.get("principalId", ""),
        "accountId": call.account,
    }
    here = dataclasses.replace(call, shared_event_id=shared)
    there = [
        dataclasses.replace(here, account=other, identity=stranger, response=None)
        for other in others
    ]
    return (here, *there)


def _call(
    signer: caller.Caller,
    operation: Operation,
    request: Incoming,
    values: Values,
    error: tuple[str, str] | None,
    request_id: str | None,
) -> records.ApiCall:
    service, name = operation.service, operation.name
    read = is_read(service, name)
    # STS answers are kept although its calls are reads: they say which key was handed out.
    shown = service == "sts" or not read
    response = response_of(operation, values) if shown and error is None else None
    return records.ApiCall(
        source=event_source(service, operation.model.service_model.metadata["endpointPrefix"]),
        name=event_name(service, name),
        identity=caller.identity(signer.access_key, signer.account),
        account=signer.account,
        region=signer.region,
        request=request_of(operation, request),
        response=response,
        error=error,
        read_only=read,
        management=data_resource(service, name) is None,
        resources=resources_of(operation, signer),
        invoked_by=signer.invoked_by[-1] if signer.invoked_by else None,
        user_agent=request.headers.get("user-agent", ""),
        source_ip=request.source_ip,
        request_id=request_id,
    )


def service_of(request: Incoming) -> str:
    """MiniStack's key of the service that a request is for."""
    query: dict[str, Any] = dict(request.query)
    if "x-www-form-urlencoded" in request.headers.get("content-type", ""):
        query = {**parse_qs(request.body.decode("utf-8", "replace")), **query}
    headers = dict(request.headers)
    service = detect_service(request.method, request.path, headers, query)
    if request.path.startswith(ministack._S3_CONTROL_PREFIX):
        return "s3control"
    return str(service)


def answer_of_records(position: int) -> bytes:
    """For tests: all records from a position on, delivered or not, and what was not identified."""
    body = {"records": records.records.since(position), "unidentified": unidentified}
    return json.dumps(body).encode()
