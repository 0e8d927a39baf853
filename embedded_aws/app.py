"""The whole emulator: what is put into MiniStack, the chain of a request, and its start and end.

Imported only after the environment is prepared: MiniStack reads it on import.
"""

import asyncio
import json
import os
import secrets
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

import hypercorn.asyncio
import hypercorn.config
from ministack import app as ministack
from ministack.core import lambda_runtime
from ministack.services import sts

from embedded_aws.cloudtrail import delivery, delivery_permissions, lookup, recorder
from embedded_aws.gateway import gate
from embedded_aws.iam import enforcement
from embedded_aws.iam.evaluation import consistency, cross_account, simulator
from embedded_aws.services import apigateway, events, s3, sns, ssm
from embedded_aws.services.access_analyzer import api as access_analyzer
from embedded_aws.services.cloudformation.engine import clocked_names
from embedded_aws.services.cloudformation.forwarding import hooks
from embedded_aws.services.cloudformation.resource_types import handlers, trails
from embedded_aws.services.cloudformation.template_reading import reads, validation
from embedded_aws.services.codebuild import api as codebuild
from embedded_aws.services.lambda_functions import code_cache
from embedded_aws.services.scheduler import api as scheduler
from embedded_aws.services.stepfunctions.integrations import integrations
from embedded_aws.services.stepfunctions.interpreter import machine
from embedded_aws.settings import STATE_FILE, Settings
from embedded_aws.testing import control_api, faults

# What is put in the place of MiniStack's own, in this order, and why there.
INSTALL: tuple[Callable[[], None], ...] = (
    enforcement.install,  # every request is read and every question asked; the rest builds on it
    cross_account.install,  # wraps the evaluation that enforcement has just put in place
    consistency.install,  # what both decide by, late when a test asks for it
    simulator.install,  # asks the same evaluation, so it comes after both
    handlers.install,  # resource types first: what CloudFormation cannot make, it cannot forward
    hooks.install,  # wraps the handlers in forwarded calls, authorised and recorded
    reads.install,  # asks for what a template makes CloudFormation read
    clocked_names.install,  # two deployments may be done within one second
    validation.install,  # looks up what a template names, before anything is made
    access_analyzer.install,  # a service of its own, behind the same enforcement
    codebuild.install,  # builds, which Step Functions' integrations wait for
    machine.install,  # the interpreter, before what its tasks call
    integrations.install,  # tasks as calls over HTTP, with a session of the machine's role
    scheduler.install,  # starts executions, so it follows them
    code_cache.install,  # only makes functions start sooner; nothing depends on it
    delivery_permissions.install,  # a trail that could not deliver is not made
    delivery.install,  # trails deliver what was recorded
    lookup.install,  # the history of what was recorded, which delivery feeds
    trails.install,  # stacks may have trails, which delivery then serves
    sns.install,  # mail becomes files, after everything that publishes
    events.install,  # a request of events has a size
    ssm.install,  # a parameter's value may not nest another
    apigateway.install,  # definitions of REST APIs are imported for calls as for stacks
    s3.install,  # names the default key before MiniStack looks for one
    control_api.install,  # the paths of tests, for the root key alone
    faults.install,  # last: faults are told by the states of the interpreter
)
# What may still run processes or wait when the host stops.
STOP: tuple[Callable[[], None], ...] = (codebuild.stop, scheduler.stop)


def chain(port: int, root_keys: frozenset[str]) -> gate.Gate:
    """A request's way, from outside to inside."""
    served = recorder.Recording(ministack.app)  # innermost: records what MiniStack did
    served_or_failed = faults.Injection(served)  # a fault on demand is on no record
    return gate.Gate(served_or_failed, port=port, root_keys=root_keys)  # nobody else gets past it


def application(settings: Settings, port: int) -> tuple[Any, dict[str, dict[str, str]]]:
    """MiniStack with everything around it, and the root keys."""
    _trust_loopback()
    for install in INSTALL:
        install()
    keys = {account: _root_key(account) for account in settings.accounts}
    delivery.running.change(settings.knobs)
    served = chain(port, frozenset(key["access_key"] for key in keys.values()))
    return served, keys


def _trust_loopback() -> None:
    """The loopback counts as TLS, else every policy that enforces it would deny."""
    pin = ministack.pin_request_origin
    ministack.pin_request_origin = lambda ip, _secure: pin(ip, secure_transport=True)


def _root_key(account: str) -> dict[str, str]:
    """The root of an account, as a session: its signature is checked like any other's."""
    key = {"access_key": "AKIA" + secrets.token_hex(8).upper(), "secret_key": secrets.token_hex(20)}
    sts._sessions[key["access_key"]] = {
        "Arn": f"arn:aws:iam::{account}:root",
        "UserId": account,
        "AccountId": account,
        "PrincipalType": "Root",
        "SecretAccessKey": key["secret_key"],
        "SessionToken": None,
        "IssuedAt": time.time(),
    }
    return key


async def serve(settings: Settings, listener: socket.socket) -> None:
    """Serve on the listener until SIGTERM or SIGINT, or until its owner is gone."""
    port = listener.getsockname()[1]
    served, keys = application(settings, port)
    config = hypercorn.config.Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1
    config.loglevel = "WARNING"
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if settings.owned:
        loop.add_reader(0, _end_of_input, loop, stop)
    _start_extensions()
    _announce(settings, port, keys)
    try:
        await hypercorn.asyncio.serve(served, config, shutdown_trigger=stop.wait)
    finally:
        (settings.state / STATE_FILE).unlink(missing_ok=True)
        _stop_extensions()


def _end_of_input(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    loop.remove_reader(0)
    stop.set()


def _start_extensions() -> None:
    delivery.running.start()


def _stop_extensions() -> None:
    """End every process and every wait that we started."""
    delivery.running.stop()
    for stop in STOP:
        stop()
    lambda_runtime.reset()


def _announce(settings: Settings, port: int, keys: dict[str, dict[str, str]]) -> None:
    """Write the address and the keys where only this user can read them."""
    content = {
        "endpoint": f"http://127.0.0.1:{port}",
        "pid": os.getpid(),
        "region": settings.region,
        "inbox": str(settings.inbox),
        "accounts": keys,
    }
    draft = settings.state / f".{STATE_FILE}"
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(content, file, indent=2)
    draft.rename(settings.state / STATE_FILE)
