"""Start and stop an embedded AWS, and bring the app into it."""

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lambdas.model.definition.process import Process
from local import node
from local.connection import Connection
from local.deploy import secrets
from local.deploy.deployment import deploy
from local.deploy.synthesis import BUILD, EXTRA_PROCESSES, ROOT, assembly
from stacks import places
from stacks.processes.folders import process_folders, read_processes

STATE = BUILD / "aws"
OUT = ROOT / "out"
REGION = "eu-west-1"
NAME = "fencepost"  # of the deployment
START_DEADLINE = 60  # seconds; a cold start compiles MiniStack, a warm one takes half a second
STOP_DEADLINE = 15  # seconds
POLL = 0.02  # seconds
OWNED = "--owned"  # of the host: see embedded_aws.settings

# What this process itself has started: a child must be waited for, or it stays a zombie.
_children: dict[int, subprocess.Popen[bytes]] = {}


class StartError(Exception):
    """The embedded AWS did not start; the message holds the end of its log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """The app on an embedded AWS: where its parts are. `machine` runs one, `fleets` many."""

    connection: Connection
    machine: str
    fleets: str
    archive: str
    topic: str


def environment(first: tuple[Path, ...] = ()) -> dict[str, str]:
    """What our processes are started with: tools on the path, none of the user's AWS settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        # Compiled once, MiniStack starts in half a second; uncompiled it takes four.
        if not name.startswith("AWS_") and name != "PYTHONDONTWRITEBYTECODE"
    }
    tools = [*first, node.directory(), ROOT / "node_modules" / ".bin", ROOT / ".venv" / "bin"]
    path = os.pathsep.join([*(str(tool) for tool in tools if tool), kept.get("PATH", "")])
    return {
        **kept,
        "PATH": path,
        "FENCEPOST_FUNCTIONS": str(BUILD / "functions"),
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
    }


def start(
    state: Path = STATE,
    *,
    region: str = REGION,
    inbox: Path | None = None,
    options: tuple[str, ...] = (),
    tools: tuple[Path, ...] = (),
    stays: bool = False,
) -> Connection:
    """Start an embedded AWS in the background and wait until it answers.

    Builds find `tools`' commands first. Unless it `stays`, it ends when this process does, even if
    that is killed.

    Raises:
        StartError: it did not.
    """
    command = [sys.executable, "-m", "embedded_aws", "--state", str(state), "--region", region]
    command += ["--inbox", str(inbox or OUT / "inbox"), *options, *([] if stays else [OWNED])]
    with _alone(state.parent):
        if (there := Connection.of(state)) and there.answers():
            return there
        return _started(state, command, tools)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One start at a time: a second waits for the first, and finds it."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _started(state: Path, command: Sequence[str], tools: tuple[Path, ...]) -> Connection:
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir()
    with (state / "host.log").open("w") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(tools),
            stdin=subprocess.PIPE if OWNED in command else subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _children[process.pid] = process
    try:
        return _await_answer(state, process)
    except BaseException:
        process.kill()
        raise


def _await_answer(state: Path, process: subprocess.Popen[bytes]) -> Connection:
    deadline = time.monotonic() + START_DEADLINE
    while time.monotonic() < deadline and process.poll() is None:
        connection = Connection.of(state)
        if connection and connection.answers():
            return connection
        time.sleep(POLL)
    log = (state / "host.log").read_text().splitlines()[-20:]
    raise StartError("\n".join(["the embedded AWS did not start; its last words:", *log]))


def stop(state: Path = STATE) -> bool:
    """Stop an embedded AWS and forget its state; say whether there was one."""
    connection = Connection.of(state)
    # Only a process that knows our key is the one that we started.
    running = connection is not None and connection.answers()
    if connection and running:
        _end(connection.pid)
    shutil.rmtree(state, ignore_errors=True)
    return running


def _end(pid: int) -> None:
    deadline = time.monotonic() + STOP_DEADLINE
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        while time.monotonic() < deadline and not _gone(pid):
            time.sleep(POLL)
        if not _gone(pid):
            os.kill(pid, signal.SIGKILL)
    if (child := _children.pop(pid, None)) and child.stdin:
        child.stdin.close()


def _gone(pid: int) -> bool:
    if child := _children.get(pid):
        return child.poll() is not None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@contextlib.contextmanager
def embedded(*, region: str, say: Callable[[str], None]) -> Iterator[Connection]:
    """The embedded AWS that is up, else one of our own that is stopped afterwards."""
    there = Connection.of(STATE)
    if there and there.answers():
        yield there
        return
    state = BUILD / f"aws-{os.getpid()}"
    began = time.monotonic()
    try:
        connection = start(state, region=region)
        say(f"embedded AWS: {time.monotonic() - began:.1f} s, {connection.endpoint}")
        yield connection
    finally:
        stop(state)


def _stacks_of(
    known: Mapping[str, Process], wanted: Collection[str] | None
) -> frozenset[str] | None:
    """The stacks of some processes; all where one is not known, so that the known can be told."""
    if wanted is None or not known.keys() >= set(wanted):
        return None
    return frozenset(name for one in wanted for name in places.needed(NAME, known[one]))


def _context(
    home: Connection, sandbox: Connection | None, further: Mapping[str, Connection]
) -> dict[str, Any]:
    """What the app is told of the accounts, when there are several."""
    if not sandbox and not further:
        return {}
    places: dict[str, dict[str, str]] = {}
    for name, one in further.items():
        elsewhere = {"region": one.region} if one.region != home.region else {}
        places[name] = {"account": one.account, **elsewhere}
    return {
        "account": home.account,
        **({"sandboxAccount": sandbox.account} if sandbox else {}),
        **({"sandboxes": places} if places else {}),
        **({"region": home.region} if any("region" in one for one in places.values()) else {}),
    }


def bring_in(
    connection: Connection,
    *,
    say: Callable[[str], None],
    sandbox: Connection | None = None,
    further: Mapping[str, Connection] | None = None,
    processes: Collection[str] | None = None,
) -> Deployed:
    """Synthesise the app if need be, and deploy it; `sandbox` and `further` ones to their accounts.

    A further one's region may be another. Of `processes` alone, when they are named, there are
    then stacks.
    """
    made = assembly(environment(), say=say, context=_context(connection, sandbox, further or {}))
    began = time.monotonic()
    folders, _ = read_processes(process_folders(os.environ.get(EXTRA_PROCESSES, "")))
    only = _stacks_of({one.process.name: one.process for one in folders}, processes)
    outputs = deploy(
        made,
        connection,
        say=say,
        others=[*([sandbox] if sandbox else []), *(further or {}).values()],
        only=only,
    )
    say(f"deploy: {time.monotonic() - began:.1f} s")
    secrets.provide(connection, folders, secrets.known(os.environ))
    every = {key: value for stack in outputs.values() for key, value in stack.items()}
    return Deployed(
        connection=connection,
        machine=every["StateMachineArn"],
        fleets=every["FleetMachineArn"],
        archive=every["ArchiveBucketName"],
        topic=every.get("TopicArn", ""),
    )
