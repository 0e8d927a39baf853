"""What a deployment is made of: what is there once, and small stacks for each process and owner.

Nothing that is there once changes when a process comes or goes.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches

from aws_cdk import Environment
from aws_cdk.region_info import RegionInfo
from constructs import Construct

from lambdas.model.definition.process import Process
from stacks import places
from stacks.archive_stack import ArchiveStack
from stacks.permissions.two_accounts import environment
from stacks.places import InvalidSettingError, Sandbox
from stacks.process_stacks import OwnerStack, ProcessStack, RolesStack
from stacks.processes.folders import ProcessFolder
from stacks.sandbox_stack import SandboxStack
from stacks.settings import Settings
from stacks.workflow.packaging import Package
from stacks.workflow_stack import WorkflowStack


def add_stacks(
    scope: Construct,
    *,
    settings: Settings,
    folders: Sequence[ProcessFolder],
    code: Package,
    staying: Collection[str] = (),
    elsewhere: bool = True,
) -> None:
    """Add the stacks to an app, from what must survive to what may be replaced.

    `staying` are owners whose stack is left out: when a process is removed, and they have others.
    Without `elsewhere` the stacks of sandboxes in other accounts are left to their administrators.
    """
    home = environment(settings.account, settings.region)
    bases = {
        one.name: add_sandbox(scope, settings=settings, sandbox=one)
        for one in settings.sandboxes
        if elsewhere or not one.apart
    }
    archive = ArchiveStack(scope, places.archive(settings.name), settings=settings, env=home)
    workflow = WorkflowStack(
        scope,
        places.workflow(settings.name),
        settings=settings,
        code=code,
        archive=archive,
        own=None if settings.default.apart else bases[settings.default.name],
        env=home,
    )
    for folder in (placed(one, settings) for one in folders):
        process, sandbox = folder.process, settings.sandbox(folder.process.sandbox)
        if sandbox.apart and elsewhere:
            add_roles(scope, process, settings=settings, base=bases[sandbox.name])
        name = places.process(settings.name, process.name)
        own = ProcessStack(
            scope,
            name,
            settings=settings,
            folder=folder,
            sandbox=sandbox,
            workflow=workflow,
            env=home,
        )
        own.add_stack_dependency(workflow)
    for owner in sorted({one.process.owner for one in folders}.difference(staying)):
        name = places.owner(settings.name, owner)
        OwnerStack(scope, name, settings=settings, owner=owner, workflow=workflow, env=home)


def placed(folder: ProcessFolder, settings: Settings) -> ProcessFolder:
    """The same process, which acts in its sandbox's region where it names none itself."""
    process, region = folder.process, settings.sandbox(folder.process.sandbox).region
    if not region or process.regions:
        return folder
    return replace(folder, process=replace(process, regions=(region,)))


def add_sandbox(scope: Construct, *, settings: Settings, sandbox: Sandbox) -> SandboxStack:
    """Add what a sandbox holds once."""
    return SandboxStack(
        scope,
        places.sandbox(settings.name, sandbox.name),
        settings=settings,
        sandbox=sandbox,
        env=_there(settings, sandbox),
    )


def add_roles(
    scope: Construct, process: Process, *, settings: Settings, base: SandboxStack
) -> None:
    """Add what a process has in a sandbox of another account."""
    roles = RolesStack(
        scope,
        places.roles(settings.name, process.name),
        settings=settings,
        process=process,
        env=_there(settings, settings.sandbox(process.sandbox)),
    )
    roles.add_stack_dependency(base)


def add_one_sandbox(
    scope: Construct, *, settings: Settings, folders: Sequence[ProcessFolder], name: str
) -> None:
    """Add the stacks of one sandbox alone, for its account's own administrator.

    Raises:
        InvalidSettingError: there is none of that name, or it is the workflow's own account.
    """
    sandbox = settings.sandbox(name)
    if not sandbox.apart:
        raise InvalidSettingError(f"the sandbox {name} is the workflow's own account: make deploy")
    base = add_sandbox(scope, settings=settings, sandbox=sandbox)
    for folder in (placed(one, settings) for one in folders):
        if settings.sandbox(folder.process.sandbox) == sandbox:
            add_roles(scope, folder.process, settings=settings, base=base)


def _there(settings: Settings, sandbox: Sandbox) -> Environment | None:
    if not sandbox.apart:
        return environment(settings.account, settings.region)
    return environment(sandbox.account, sandbox.region or settings.region)


def refuse_unknown_regions(settings: Settings, folders: Sequence[ProcessFolder]) -> None:
    """Refuse a region that the CDK does not know: a run of an hour would end at its marker there.

    Raises:
        InvalidSettingError: says who names it, and which was perhaps meant.
    """
    known = {one.name for one in RegionInfo.regions}
    unknown = [one for one in _named(settings, folders) if one[1] not in known]
    if unknown:
        raise InvalidSettingError("\n".join(_unknown(who, one, known) for who, one in unknown))


def _unknown(who: str, region: str, known: Collection[str]) -> str:
    close = get_close_matches(region, known, n=1)
    meant = f"did you mean {close[0]}? " if close else ""
    return (
        f"{who}: the CDK here knows no region {region}; {meant}A newer one needs a newer CDK "
        "(make lock UPGRADE=1)"
    )


def _named(settings: Settings, folders: Sequence[ProcessFolder]) -> Iterator[tuple[str, str]]:
    """Who names which."""
    if settings.region:
        yield "-c region", settings.region
    for sandbox in settings.further:
        if sandbox.region:
            yield f"the sandbox {sandbox.name}", sandbox.region
    for folder in folders:
        for region in folder.process.regions:
            yield f"the process {folder.process.name}", region
