"""up, run, demo and down: what a person types to have the workflow on a laptop."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lambdas.model.archived_runs import BaselineKind
from lambdas.model.platform import Platform
from lambdas.model.verdict import VerdictKind
from local import emulator
from local.deploy.cloud_assembly import UndeployableError
from local.deploy.deployment import DeployError
from local.deploy.synthesis import SynthError
from local.runs import executions
from local.runs.dossiers import restore
from local.runs.progress import Progress, plain

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

EXAMPLE = "orders"
CAUSE_SHOWN = 4000  # characters
COLOURS = {
    str(VerdictKind.PROVED): "green",
    str(VerdictKind.NOT_PROVED): "red",
    str(VerdictKind.NOT_ATTEMPTED): "yellow",
}


def up(arguments: argparse.Namespace) -> int:
    """Start an embedded AWS that stays, with the app in it."""
    return _guarded(lambda say: _up(arguments.region, say))


def _up(region: str, say: Callable[[str], None]) -> int:
    began = time.monotonic()
    connection = emulator.start(region=region)
    say(f"embedded AWS (emulated, on this machine): {time.monotonic() - began:.1f} s")
    deployed = emulator.bring_in(connection, say=say)
    say(f"endpoint      {connection.endpoint}")
    say(f"credentials   {emulator.STATE / 'endpoint.json'}")
    say(f"state machine {deployed.machine}")
    say(f"archive       s3://{deployed.archive}")
    say(f"mail          {connection.inbox}")
    return 0


def down(_: argparse.Namespace) -> int:
    """Stop the embedded AWS that `up` started."""
    print("stopped" if emulator.stop() else "there was no embedded AWS to stop")
    return 0


def run(arguments: argparse.Namespace) -> int:
    """Run one or several processes, side by side."""
    return _guarded(
        lambda say: _run(tuple(dict.fromkeys(arguments.process)), arguments.region, say)
    )


def demo(arguments: argparse.Namespace) -> int:
    """Run the example and show the verdict."""
    return _guarded(lambda say: _run((EXAMPLE,), arguments.region, say))


def _run(processes: Sequence[str], region: str, say: Callable[[str], None]) -> int:
    began = time.monotonic()
    with emulator.embedded(region=region, say=say) as connection:
        deployed = emulator.bring_in(connection, say=say)
        earlier = restore(deployed, emulator.OUT)
        if earlier:
            say(f"archive: {earlier} earlier runs of out/ put back")
        say("the build runs the process's commands on this machine, in a scratch folder")
        with Progress() as progress:
            started = []
            for process in processes:
                progress.begin(process)
                started.append(executions.start(deployed, process))
            finished = executions.follow(deployed, started, out=emulator.OUT, progress=progress)
        inbox = connection.inbox
    show(finished)
    say(f"mail: {inbox}")
    say(f"total: {time.monotonic() - began:.1f} s (everything ran on an emulated AWS)")
    return 0 if all(one.succeeded for one in finished) else 1


def show(finished: Sequence[executions.Finished]) -> None:
    """The runs as a table, then where to read on."""
    console = Console()
    table = Table("process", "verdict", "policy", "findings", "changes", box=box.SIMPLE)
    for one in finished:
        verdict, *rest = (plain(cell) for cell in _cells(one))
        said = Text(verdict, _colour(verdict)) if one.succeeded else Text("failed", "red")
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
    path = one.dossier / "manifest.json" if one.dossier else None
    content = json.loads(path.read_text()) if path and path.exists() else {}
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
        return "first run"
    unapproved = summary["new"] and compared["standing"] == BaselineKind.APPROVED
    return "{new} new\n{gone} gone".format(**summary) + "\nUNAPPROVED" * bool(unapproved)


def _guarded(act: Callable[[Callable[[str], None]], int]) -> int:
    """Say what went wrong in words, not in a stack trace."""
    console = Console()

    def say(text: str) -> None:
        console.print(Text(plain(text)), soft_wrap=True)

    try:
        return act(say)
    except (SynthError, UndeployableError, DeployError, emulator.StartError) as error:
        Console(stderr=True).print(Text(plain(str(error)), "red"), soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        Console(stderr=True).print("stopped")
        return 130
