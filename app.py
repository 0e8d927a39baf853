"""Synthesises the deployment: `cdk synth`, or `python app.py` into CDK_OUTDIR or cdk.out.

Everything that comes from outside is read here: the context, the folders of processes.
"""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from aws_cdk import App

from lambdas.errors import InvalidProcessError
from stacks import places
from stacks.monitoring.notices import refuse_crowded
from stacks.places import InvalidSettingError
from stacks.processes.folders import (
    ProcessFolder,
    load_processes,
    process_folders,
    read_processes,
    refuse_local_sources,
)
from stacks.settings import Settings
from stacks.stages import add_one_sandbox, add_stacks, refuse_unknown_regions
from stacks.workflow.packaging import package_lambdas

OWN = "own"  # the stacks of the workflow's account alone: make deploy OWN=1
LEAVE_OUT = "leaveOutUnreadable"  # local/deploy/synthesis.py sets it, and says what it was


def on_a_laptop(folder: ProcessFolder, settings: Settings) -> ProcessFolder:
    """The same process, its secrets where local/deploy/secrets.py puts them.

    A sandbox that the laptop does not have is its own account.
    """
    process = folder.process
    secrets = tuple(one.on_a_laptop(process.name) for one in process.secrets)
    there = {one.name for one in settings.sandboxes}
    sandbox = process.sandbox if process.sandbox in there else ""
    return replace(folder, process=replace(process, secrets=secrets, sandbox=sandbox))


def readable(roots: Sequence[Path], alone: str) -> tuple[ProcessFolder, ...]:
    """Every process; where one is deployed alone, what is wrong with others is only said.

    Raises:
        InvalidProcessError: a definition that would be deployed is wrong.
    """
    if not alone:
        return load_processes(roots)
    found, wrong = read_processes(roots)
    if alone in wrong:
        raise wrong[alone]
    for error in wrong.values():
        sys.stderr.write(f"fencepost: note: left as it is deployed: {error}\n")
    return found


def choose(
    folders: Sequence[ProcessFolder], context: Callable[[str], object]
) -> tuple[tuple[ProcessFolder, ...], frozenset[str]]:
    """The processes whose stacks are wanted (`-c process=…`, `-c removed=…`), and owners who stay.

    What is there once is the same whatever is chosen.

    Raises:
        InvalidSettingError: there is no such process.
    """
    name = str(context("process") or context("removed") or "")
    if not name:
        return tuple(folders), frozenset()
    chosen = tuple(one for one in folders if one.process.name == name)
    if not chosen:
        known = ", ".join(one.process.name for one in folders) or "none"
        told = f"there is no process {name}; known are: {known}"
        if context("removed"):
            stack = places.process(str(context("name") or "fencepost"), name)
            told += (
                ". If its folder was deleted first, its stack is still there: aws cloudformation "
                f"delete-stack --stack-name {stack}"
            )
        raise InvalidSettingError(told)
    others = {one.process.owner for one in folders if one not in chosen}
    return chosen, frozenset(others if context("removed") else ())


def _add(app: App, settings: Settings, folders: Sequence[ProcessFolder]) -> None:
    chosen, staying = choose(folders, app.node.try_get_context)
    refuse_unknown_regions(settings, () if app.node.try_get_context(LEAVE_OUT) else chosen)
    sandbox = app.node.try_get_context("sandbox")
    if sandbox:
        if app.node.try_get_context("process") or app.node.try_get_context("removed"):
            (one,) = chosen
            own = settings.sandbox(one.process.sandbox).name
            if own != sandbox:
                raise InvalidSettingError(
                    f"the process {one.process.name} acts in the sandbox {own}, not in {sandbox}"
                )
        add_one_sandbox(app, settings=settings, folders=chosen, name=str(sandbox))
        return
    if not app.node.try_get_context("removed"):
        # All of them: the owner that is one too many may come with the one process that is chosen.
        refuse_crowded((one.process.owner for one in folders), settings)
    add_stacks(
        app,
        settings=settings,
        folders=chosen,
        code=package_lambdas(),
        staying=staying,
        elsewhere=not app.node.try_get_context(OWN),
    )


def main() -> None:
    """Build the cloud assembly, or say in one line why it cannot be built."""
    app = App(
        outdir=os.environ.get("CDK_OUTDIR", "cdk.out"),
        analytics_reporting=False,
        # Takes half of the time; the tests validate the same templates, by cfn-lint and cdk-nag.
        builtin_cloud_formation_validation=False,
        stack_traces=False,
    )
    further = (os.environ.get("FENCEPOST_PROCESSES", ""), app.node.try_get_context("processes"))
    try:
        settings = Settings.from_context(app.node.try_get_context)
        roots = process_folders(*(str(one or "") for one in further))
        # On a laptop one team's unfinished definition keeps nobody from a run of another; left out
        # of a deployment, the process with its roles and its schedule would be removed.
        laptop = app.node.try_get_context(LEAVE_OUT)
        alone = str(app.node.try_get_context("process") or "")
        folders = read_processes(roots)[0] if laptop else readable(roots, alone)
        if laptop:
            folders = tuple(on_a_laptop(one, settings) for one in folders)
        else:
            refuse_local_sources([one for one in folders if alone in ("", one.process.name)])
            for one in folders:
                if one.note:
                    sys.stderr.write(f"fencepost: note: {one.process.name}: {one.note}\n")
        _add(app, settings, folders)
    except (InvalidProcessError, InvalidSettingError) as error:
        sys.exit(f"fencepost: {error}")
    app.synth()


if __name__ == "__main__":
    main()
