"""The door of the embedded AWS, and its security boundary: builds run commands on this machine.

Whoever may call this port may run programs as its owner. So nothing passes that a web page, a
rebound DNS name, a well-known emulator key or an unsigned request could send.
"""

import json
import logging
import sys
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, quote

from ministack import app as ministack
from ministack.core.iam_evaluator import AuthError
from ministack.core.router import detect_service
from ministack.core.sigv4 import decode_header_value

from embedded_aws.gateway.signature import Claim, claim_of, refusal_of
from embedded_aws.protocol.request import Answer, Incoming
from embedded_aws.sessions import caller

logger = logging.getLogger("fencepost.gate")

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


Route = Callable[[Incoming], Answer]

# Paths that answer without a signature. Each must demand an unguessable token of its own.
open_routes: dict[str, Route] = {}
# Our own paths under /_fencepost/, for whoever holds the root key of this start.
root_routes: dict[str, Route] = {}

ROOT_PREFIX = "/_fencepost/"
# Where CloudFormation waits for an unsigned PUT (AWS: at a presigned address): answers of custom
# resources, signals of wait conditions. MiniStack makes a random token for each.
CLOUDFORMATION = "ministack.services.cloudformation."
AWAITED = {
    "/_ministack/cfn-response/": (CLOUDFORMATION + "custom_resource", "_pending"),
    "/_ministack/cfn-signal/": (CLOUDFORMATION + "wait_conditions", "_handles"),
}
# Any of these means that a browser speaks (Fetch standard): no SDK sends them. Node's own fetch, by
# which functions answer for custom resources, sends `Sec-Fetch-Mode` alone; a browser sends
# `Sec-Fetch-Site` beside it.
BROWSER_HEADERS = ("origin", "sec-fetch-site", "access-control-request-method")


class Gate:
    """Lets signed requests of registered keys through, and nothing else."""

    def __init__(self, application: Application, *, port: int, root_keys: frozenset[str]) -> None:
        self._application = application
        self._hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})
        self._root_keys = root_keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event of the ASGI server."""
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
        elif scope["type"] == "http":
            incoming = await _arrival(scope, receive)
            if incoming is not None:
                await self._admit(scope, incoming, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})

    async def _admit(self, scope: Scope, incoming: Incoming, receive: Receive, send: Send) -> None:
        reason = self._stranger(scope, incoming)
        if reason:
            logger.warning("refused %s %s: %s", incoming.method, incoming.path, reason)
            await _reply(send, _forbidden(reason))
            return
        route = _route(open_routes, incoming.path)
        if route is not None:
            await _reply(send, route(incoming))
            return
        if incoming.method == "PUT" and _awaited(incoming.path):
            await self._application(scope, replay(incoming.body, receive), send)
            return
        await self._admit_signed(scope, incoming, receive, send)

    def _stranger(self, scope: Scope, incoming: Incoming) -> str | None:
        """Why a request cannot come from a program of this machine's user, if so."""
        hosts = [value for name, value in scope["headers"] if name.lower() == b"host"]
        if len(hosts) != 1 or decode_header_value(hosts[0]).lower() not in self._hosts:
            return "the Host header names another server"
        if any(header in incoming.headers for header in BROWSER_HEADERS):
            return "browsers are not served"
        if incoming.method == "OPTIONS":
            return "cross-origin requests are not served"
        return None

    async def _admit_signed(
        self, scope: Scope, incoming: Incoming, receive: Receive, send: Send
    ) -> None:
        claim = claim_of(incoming.headers, incoming.query)
        refusal = refusal_of(claim, incoming)
        if isinstance(refusal, AuthError) or not isinstance(claim, Claim):
            await _refuse(send, incoming, refusal or AuthError("AccessDenied", "No credentials"))
            return
        if incoming.path.startswith("/_"):
            await _reply(send, self._own_route(claim, incoming))
            return
        caller.current.set(
            caller.Caller(
                access_key=claim.access_key,
                account=claim.account,
                region=claim.region,
                user_agent=incoming.headers.get("user-agent", ""),
                source_ip=incoming.source_ip,
            )
        )
        answer = _without_cross_origin(send)
        known = {**scope, "fencepost.request": incoming}
        await self._application(known, replay(incoming.body, receive), answer)

    def _own_route(self, claim: Claim, incoming: Incoming) -> Answer:
        """MiniStack's own /_ paths stay closed; ours need the root key."""
        route = _route(root_routes, incoming.path)
        if route is None or claim.access_key not in self._root_keys:
            return _forbidden("this path is closed")
        return route(incoming)


async def _arrival(scope: Scope, receive: Receive) -> Incoming | None:
    chunks: list[bytes] = []
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return None
        chunks.append(message.get("body", b""))
        more = message.get("more_body", False)
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), decode_header_value(value)
        # A field on several lines signs as its values joined by a comma (SigV4).
        headers[key] = f"{headers[key]},{text}" if key in headers else text
    raw_path = scope.get("raw_path") or quote(scope["path"]).encode()
    query = parse_qs(scope.get("query_string", b"").decode(), keep_blank_values=True)
    return Incoming(
        method=scope["method"],
        path=scope["path"],
        raw_path=raw_path.decode("latin-1"),
        query=query,
        headers=headers,
        body=b"".join(chunks),
        source_ip=(scope.get("client") or ("127.0.0.1",))[0],
    )


def replay(body: bytes, receive: Receive) -> Receive:
    """Hand an arrived body on; afterwards the connection speaks for itself again."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return pending.pop() if pending else await receive()

    return replayed


def _without_cross_origin(send: Send) -> Send:
    """Drop the CORS headers that MiniStack adds for web pages."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [
                pair
                for pair in message["headers"]
                if not pair[0].lower().startswith(b"access-control-")
            ]
            message = {**message, "headers": kept}
        await send(message)

    return sent


def _awaited(path: str) -> bool:
    """Whether CloudFormation waits for a PUT to a path; before its first stack it does not."""
    for prefix, (module, waiting) in AWAITED.items():
        engine = sys.modules.get(module)
        if engine is not None and path.startswith(prefix):
            return path.removeprefix(prefix) in getattr(engine, waiting)
    return False


def _route(routes: Mapping[str, Route], path: str) -> Route | None:
    return next((route for prefix, route in routes.items() if path.startswith(prefix)), None)


def _forbidden(reason: str) -> Answer:
    text = json.dumps({"__type": "AccessDeniedException", "message": reason})
    return Answer(status=403, body=text.encode())


async def _refuse(send: Send, incoming: Incoming, error: AuthError) -> None:
    """Answer as AWS does, in the protocol of the service that was called."""
    headers = dict(incoming.headers)
    service = detect_service(incoming.method, incoming.path, headers, dict(incoming.query))
    status, fields, body = ministack._credential_failure(
        service, "", str(uuid.uuid4()), error, headers
    )
    kind = next((v for k, v in fields.items() if k.lower() == "content-type"), "text/xml")
    await _reply(send, Answer(status=status, body=body, content_type=kind))


async def _reply(send: Send, answer: Answer) -> None:
    headers = [
        (b"content-type", answer.content_type.encode()),
        (b"content-length", str(len(answer.body)).encode()),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
