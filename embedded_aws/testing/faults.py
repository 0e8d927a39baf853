"""Faults on demand: what a test asks to go wrong, between the gate and everything else.

A rule names a state of the running execution, a role, a call and how it fails. The calls that pass
are kept, so that a matrix of faults can be derived from a run that had none. The state of a call
that an execution makes itself is the execution's; of any other call, that which was entered last.
"""

import asyncio
import contextlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from embedded_aws.cloudtrail.recorder import Recording, service_of
from embedded_aws.gateway import gate
from embedded_aws.gateway.gate import Application, Message, Receive, Scope, Send
from embedded_aws.protocol.operations import Operation, identify
from embedded_aws.protocol.request import Answer, Incoming
from embedded_aws.services.stepfunctions.interpreter import states
from embedded_aws.sessions import caller
from embedded_aws.testing import fault_responses
from embedded_aws.testing.fault_responses import Canned

KINDS = (
    "throttled",  # the service refuses, it has too much to do
    "unavailable",  # 500
    "denied",  # no permission
    "empty",  # 200 with nothing in it; nothing was done
    "cut",  # the connection ends before an answer; nothing was done
    "lost",  # the connection ends before an answer; it was done
    "twice",  # the request arrives two times
    "slow",  # it is done, after `seconds`
    "killed",  # Invoke: the function ended, then its environment died
)
REFUSALS = frozenset({"throttled", "unavailable", "denied"})
PROMISED = 1_000_000  # bytes of a body that never comes
REMEMBERED = 100_000  # calls


@dataclass(slots=True, kw_only=True)
class Rule:
    """What is to fail, how, and which time."""

    kind: str
    call: str = ".*"  # "s3:PutObject", as botocore names both; a pattern, like the next four
    state: str = ".*"
    role: str = ".*"
    session: str = ".*"
    account: str = ".*"  # of who asks
    nth: int = 1  # the first of the matching calls that fails
    count: int = 1  # how many fail from there on; 0 is every one
    seconds: float = 0.0
    seen: int = 0
    injected: int = 0

    def takes(self, call: Mapping[str, str]) -> bool:
        """Whether a call is one that fails; counts it."""
        names = ("call", "state", "role", "session", "account")
        if not all(re.fullmatch(getattr(self, name), call[name]) for name in names):
            return False
        self.seen += 1
        if self.seen < self.nth or (self.count and self.injected >= self.count):
            return False
        self.injected += 1
        return True


@dataclass(slots=True)
class Faults:
    """The rules in force and the calls that passed."""

    rules: list[Rule] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    watching: bool = False  # costs an identification per request
    state: str = ""
    states: dict[str, str] = field(default_factory=dict)  # by the session of the execution
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def change(self, wanted: Mapping[str, Any]) -> None:
        """Take new rules in place of the old, and forget the calls."""
        known = {one.name for one in fields(Rule)}
        rules = [Rule(**one) for one in wanted.get("rules", [])]
        if unknown := {one.kind for one in rules} - set(KINDS):
            raise ValueError(f"no such kinds: {sorted(unknown)}; known are {known}, {KINDS}")
        self.rules, self.calls, self.states = rules, [], {}
        self.changed.set()
        self.changed = asyncio.Event()
        self.watching = bool(wanted.get("watch", True))

    def entered(self, state: str, session: str) -> None:
        """An execution has reached a state."""
        self.state = self.states[session] = state


running = Faults()


def install() -> None:
    """Open our path, and hear of states."""
    gate.root_routes[gate.ROOT_PREFIX + "faults"] = _route
    states.watchers.append(running.entered)


def _route(request: Incoming) -> Answer:
    """POST rules: {"rules": [{"call": "s3:PutObject", "kind": "throttled"}]}; GET what passed."""
    try:
        if request.method == "POST":
            running.change(json.loads(request.body))
    except (ValueError, TypeError, re.error) as error:
        message = json.dumps({"__type": "ValidationException", "message": str(error)})
        return Answer(status=400, body=message.encode())
    since = int((request.query.get("since") or ["0"])[0])
    state = {"rules": [asdict(one) for one in running.rules], "calls": running.calls[since:]}
    return Answer(status=200, body=json.dumps(state | {"state": running.state}).encode())


class Injection:
    """Serves a request, unless a rule wants otherwise."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event of the ASGI server."""
        request = scope.get("fencepost.request")
        operation = identify(service_of(request), request) if request and running.watching else None
        if operation is None:
            await self._application(scope, receive, send)
            return
        call = _call(operation)
        rule = next((one for one in running.rules if one.takes(call)), None)
        call["fault"] = rule.kind if rule else ""
        if len(running.calls) < REMEMBERED:
            running.calls.append(call)
        if rule:
            await self._fail(rule, operation, scope, send)
        else:
            await self._application(scope, receive, _noting(call, send))

    async def _fail(self, rule: Rule, operation: Operation, scope: Scope, send: Send) -> None:
        kind, body = rule.kind, scope["fencepost.request"].body
        if kind == "slow":
            await _pause(rule)
        if kind in ("lost", "twice", "killed"):
            await self._application(scope, gate.replay(body, _gone), _unheard)
        if kind in ("twice", "slow"):
            await self._application(scope, gate.replay(body, _gone), send)
        elif kind in REFUSALS:
            await self._recorded(fault_responses.refusal(kind, operation), scope, body, send)
        elif kind == "empty":
            await self._recorded(fault_responses.nothing(operation), scope, body, send)
        elif kind == "killed":
            await _give(fault_responses.killed(), send)
        else:
            await _cut(send)

    async def _recorded(self, answer: Canned, scope: Scope, body: bytes, send: Send) -> None:
        """The trail holds refused calls, too."""

        async def give(_scope: Scope, _receive: Receive, send: Send) -> None:
            await _give(answer, send)

        await Recording(give)(scope, gate.replay(body, _gone), send)


def _call(operation: Operation) -> dict[str, Any]:
    signer = caller.current.get()
    identity = caller.identity(signer.access_key, signer.account) if signer else {}
    issuer = identity.get("sessionContext", {}).get("sessionIssuer", {})
    parameters = operation.parameters
    session = str(identity.get("arn", "")).rsplit("/", 1)[-1]
    return {
        "call": f"{operation.service}:{operation.name}",
        "state": running.states.get(session, running.state),
        "role": str(issuer.get("userName", "")),
        "session": session,
        "account": signer.account if signer else "",
        "bucket": str(parameters.get("Bucket", "")),
        "key": str(parameters.get("Key", "")),
        "status": 0,
    }


def _noting(call: dict[str, Any], send: Send) -> Send:
    async def noting(message: Message) -> None:
        if message["type"] == "http.response.start":
            call["status"] = message["status"]
        await send(message)

    return noting


async def _pause(rule: Rule) -> None:
    """Until the rule's time is over, or the rule."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(running.changed.wait(), rule.seconds)


async def _give(answer: Canned, send: Send) -> None:
    named = {**answer.headers, "content-length": str(len(answer.body))}
    headers = [(name.encode(), value.encode()) for name, value in named.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def _cut(send: Send) -> None:
    """A body is promised and does not come: the server ends the connection."""
    length = (b"content-length", str(PROMISED).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})


async def _gone() -> Message:
    return {"type": "http.disconnect"}


async def _unheard(_message: Message) -> None:
    """Nobody hears this answer."""
