"""MiniStack with its extensions behind the gate, served on the loopback until told to stop.

Imported only after the environment is prepared: MiniStack reads it on import.
"""

import asyncio
import importlib
import json
import os
import secrets
import signal
import socket
import time
from typing import Any

import hypercorn.asyncio
import hypercorn.config
from ministack import app as ministack
from ministack.core import lambda_runtime
from ministack.services import sts

from local.aws import admin, delivery, faults, gate, recording
from local.aws.settings import STATE_FILE, Settings

# The order matters: authorisation wraps what forwards calls, and integrations use both.
EXTENSIONS = (
    "enforcement",
    "across",
    "simulation",
    "resource_types",
    "forwarded_calls",
    "access_analyzer",
    "codebuild",
    "states",
    "integrations",
    "scheduler",
    "function_code",
    "delivery",
    "trail_resource",
    "inbox",
    "managed_keys",
)


def extensions() -> list[Any]:
    """Our modules, in the order in which they install."""
    return [importlib.import_module(f"local.aws.{name}") for name in EXTENSIONS]


def application(settings: Settings, port: int) -> tuple[Any, dict[str, dict[str, str]]]:
    """MiniStack with everything around it, and the root keys."""
    _trust_loopback()
    for extension in extensions():
        extension.install()
    keys = {account: _root_key(account) for account in settings.accounts}
    delivery.running.change(settings.knobs)
    admin.install()
    faults.install()
    root_keys = frozenset(key["access_key"] for key in keys.values())
    served = gate.Gate(
        faults.Injection(recording.Recording(ministack.app)), port=port, root_keys=root_keys
    )
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
    """Serve on the listener until SIGTERM or SIGINT."""
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
    _start_extensions()
    _announce(settings, port, keys)
    try:
        await hypercorn.asyncio.serve(served, config, shutdown_trigger=stop.wait)
    finally:
        (settings.state / STATE_FILE).unlink(missing_ok=True)
        _stop_extensions()


def _start_extensions() -> None:
    delivery.running.start()


def _stop_extensions() -> None:
    """Let every module end the processes that it started."""
    delivery.running.stop()
    for extension in extensions():
        stop = getattr(extension, "stop", None)
        if stop:
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
