"""up, run, demo and down: what a person types to have the workflow on a laptop."""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from typing import Any

from botocore import exceptions
from rich import box
from rich.table import Table
from rich.text import Text

from lambdas.errors import InvalidProcessError
from lambdas.model.archive.archived_runs import BaselineKind
from lambdas.model.dossier.verdict import VerdictKind
from lambdas.model.execution.platform import Platform
from local import emulator
from local.deploy.cloud_assembly import UndeployableError
from local.deploy.deployment import DeployError
from local.deploy.synthesis import SynthError
from local.output import NO, UNKNOWN, YES, document
from local.runs import executions
from local.runs.definitions import tell_of_unreadable
from local.runs.dossiers import restore
from local.runs.progress import Progress, Words, plain
from local.runs.side_by_side import run_all

Say = Callable[[str], None]

EXAMPLE = "orders"
FAILED = f"failed{Platform.EMBEDDED.aside}"  # these commands know no other platform
FAILURES = (
    InvalidProcessError,
    SynthError,
    UndeployableError,
    DeployError,
    emulator.StartError,
)
GONE = (exceptions.ConnectionError, exceptions.HTTPClientError)  # it answers no more
CAUSE_SHOWN = 4000  # characters
COLOURS = {
    str(VerdictKind.PROVED): "green",
    str(VerdictKind.NOT_PROVED): "red",
    str(VerdictKind.NOT_ATTEMPTED): "yellow",
}


def up(arguments: argparse.Namespace) -> int:
    """Start an embedded AWS that stays, with the app in it."""
    return _guarded(lambda say: _up(arguments.region, say, as_json=arguments.json), arguments.json)


def _up(region: str, say: Say, *, as_json: bool) -> int:
    began = time.monotonic()
    tell_of_unreadable((), say)
    connection = emulator.start(region=region, stays=True)
    say(f"embedded AWS (emulated, on this machine): {time.monotonic() - began:.1f} s")
    deployed = emulator.bring_in(connection, say=say)
    facts = {
        "endpoint": connection.endpoint,
        "credentials": str(emulator.STATE / "endpoint.json"),
        "stateMachine": deployed.machine,
        "archive": f"s3://{deployed.archive}",
        "mail": str(connection.inbox),
    }
    if as_json:
        document("up", YES, facts)
    for name, value in facts.items():
        say(f"{name:<13} {value}")
    return YES


def down(arguments: argparse.Namespace) -> int:
    """Stop the embedded AWS that `up` started."""
    stopped = emulator.stop()
    if arguments.json:
        document("down", YES if stopped else NO, {"stopped": stopped})
    else:
        print("stopped" if stopped else "there was no embedded AWS to stop")
    return YES if stopped else NO


def run(arguments: argparse.Namespace) -> int:
    """Run one or several processes, side by side."""
    return _all(arguments, tuple(dict.fromkeys(arguments.process)))


def demo(arguments: argparse.Namespace) -> int:
    """Run the example and show the verdict."""
    return _all(arguments, (EXAMPLE,))


def _all(arguments: argparse.Namespace, processes: Sequence[str]) -> int:
    def act(say: Say) -> int:
        finished = _run(processes, arguments, say)
        status = status_of(finished)
        if arguments.json:
            document(arguments.command, status, {"runs": [fields_of(one) for one in finished]})
        return status

    return _guarded(act, arguments.json)


def _run(
    processes: Sequence[str], arguments: argparse.Namespace, say: Say
) -> Sequence[executions.Finished]:
    region, as_json = arguments.region, arguments.json
    revision = getattr(arguments, "revision", "")  # the example has none
    began = time.monotonic()
    tell_of_unreadable(processes, say)
    with emulator.embedded(region=region, say=say) as connection:
        deployed = emulator.bring_in(connection, say=say, processes=processes)
        earlier = restore(deployed, emulator.OUT)
        if earlier:
            say(f"archive: {earlier} earlier runs of out/ put back")
        say("the build runs the process's commands on this machine, in a scratch folder")
        with Progress(console=Words(stderr=as_json)) as progress:
            finished = run_all(
                deployed, processes, revision=revision, out=emulator.OUT, progress=progress, say=say
            )
        inbox = connection.inbox
    if not as_json:
        show(finished)
    say(f"mail: {inbox}")
    say(f"total: {time.monotonic() - began:.1f} s (everything ran on an emulated AWS)")
    return finished


def status_of(finished: Sequence[executions.Finished]) -> int:
    """What the runs say together: a failed one says nothing, so it could not be told."""
    if not all(one.succeeded for one in finished):
        return UNKNOWN
    verdicts = (manifest_of(one).get("verdict", {}).get("kind") for one in finished)
    return NO if str(VerdictKind.NOT_PROVED) in verdicts else YES


def fields_of(one: executions.Finished) -> dict[str, Any]:
    """A run for a script."""
    manifest = manifest_of(one)
    return {
        "process": one.process,
        "run": one.run,
        "succeeded": one.succeeded,
        "error": one.error,
        "cause": one.cause,
        "seconds": round(one.seconds, 1),
        "verdict": manifest.get("verdict"),
        "shownOn": manifest.get("shownOn"),
        "summary": manifest.get("summary"),
        "dossier": str(one.dossier) if one.dossier else None,
    }


def manifest_of(one: executions.Finished) -> dict[str, Any]:
    """A run's manifest; empty when it left none."""
    path = one.dossier / "manifest.json" if one.dossier else None
    content: dict[str, Any] = json.loads(path.read_text()) if path and path.exists() else {}
    return content


def show(finished: Sequence[executions.Finished]) -> None:
    """The runs as a table, then where to read on."""
    console = Words()
    table = Table("process", "verdict", "policy", "findings", "changes", box=box.SIMPLE)
    for one in finished:
        verdict, *rest = (plain(cell) for cell in _cells(one))
        said = Text(verdict, _colour(verdict)) if one.succeeded else Text(FAILED, "red")
        table.add_row(one.process, said, *(Text(cell) for cell in rest))
    console.print(table)
    for one in finished:
        if not one.succeeded:
            console.print(Text(plain(f"{one.error}\n{one.cause}")[:CAUSE_SHOWN], "red"))
        if one.dossier:
            pages = (one.dossier / name for name in ("report.html", "FAILURE.md"))
            path = next((page for page in pages if page.exists()), one.dossier)
            console.print(Text(f"{one.process}: {path}"), soft_wrap=True)


def _colour(verdict: str) -> str:
    """Green is for what was proved; that nobody tried is no success."""
    return next((colour for kind, colour in COLOURS.items() if verdict.startswith(kind)), "")


def _cells(one: executions.Finished) -> tuple[str, ...]:
    """What the manifest says in short, each part if it is there."""
    content = manifest_of(one)
    summary, verdict = content.get("summary", {}), content.get("verdict", {})
    findings = summary.get("findings", {})
    counted = [f"{number} {kind}{'' if number == 1 else 's'}" for kind, number in findings.items()]
    return (
        f"{verdict.get('kind', 'succeeded')}{Platform.read(content.get('shownOn')).aside}",
        "{statements} statements\n{actions} actions".format(**summary) if summary else "",
        "\n".join(counted),
        _since(content),
    )


def _since(content: dict[str, Any]) -> str:
    if not content:
        return ""
    compared, summary = content.get("compared"), content["summary"]
    if not compared:
        return "not compared" if content.get("previous") else "first run"
    unapproved = summary["new"] and compared["standing"] == BaselineKind.APPROVED
    return "{new} new\n{gone} gone".format(**summary) + "\nUNAPPROVED" * bool(unapproved)


def _guarded(act: Callable[[Say], int], as_json: bool) -> int:  # noqa: FBT001  # the flag as given
    """Say what went wrong in words, not in a stack trace."""
    console = Words(stderr=as_json)

    def say(text: str) -> None:
        console.print(Text(plain(text)), soft_wrap=True)

    try:
        return act(say)
    except FAILURES as error:
        said = str(error)
    except GONE:
        said = (
            "the embedded AWS has gone in the middle: somebody stopped it (fencepost down, make "
            "clean) or this machine did. Nothing of the run is left; start it again"
        )
    Words(stderr=True).print(Text(plain(said), "red"), soft_wrap=True)
    return UNKNOWN
