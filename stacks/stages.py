"""What a deployment is made of: what is there once, and small stacks for each process and owner.

Nothing that is there once changes when a process comes or goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacks import names
from stacks.archive_stack import ArchiveStack
from stacks.monitoring.notices import refuse_crowded
from stacks.permissions.two_accounts import environment
from stacks.process_stacks import OwnerStack, ProcessStack, RolesStack
from stacks.sandbox_stack import SandboxStack
from stacks.workflow_stack import WorkflowStack

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from constructs import Construct

    from stacks.processes import ProcessFolder
    from stacks.settings import Settings
    from stacks.workflow.packaging import Package


def add_stacks(
    scope: Construct,
    *,
    settings: Settings,
    folders: Sequence[ProcessFolder],
    code: Package,
    staying: Collection[str] = (),
) -> None:
    """Add the stacks to an app, from what must survive to what may be replaced.

    `staying` are owners whose stack is left out: when a process is removed, and they have others.

    Raises:
        InvalidSettingError: there are more owners than the topics take.
    """
    refuse_crowded((one.process.owner for one in folders), settings)
    home, there = environment(settings.account), environment(settings.sandbox_account)
    archive = ArchiveStack(scope, names.archive(settings.name), settings=settings, env=home)
    sandbox = SandboxStack(scope, names.sandbox(settings.name), settings=settings, env=there)
    workflow = WorkflowStack(
        scope,
        names.workflow(settings.name),
        settings=settings,
        code=code,
        archive=archive,
        sandbox=sandbox,
        env=home,
    )
    for folder in folders:
        process = folder.process
        if settings.apart:
            name = names.roles(settings.name, process.name)
            roles = RolesStack(scope, name, settings=settings, process=process, env=there)
            roles.add_stack_dependency(sandbox)
        name = names.process(settings.name, process.name)
        own = ProcessStack(
            scope, name, settings=settings, folder=folder, workflow=workflow, env=home
        )
        own.add_stack_dependency(workflow)
    for owner in sorted({one.process.owner for one in folders}.difference(staying)):
        name = names.owner(settings.name, owner)
        OwnerStack(scope, name, settings=settings, owner=owner, workflow=workflow, env=home)
