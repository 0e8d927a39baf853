"""What a deployment is made of: three stacks, from what must survive to what may be replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacks.archive_stack import ArchiveStack
from stacks.sandbox_stack import SandboxStack
from stacks.two_accounts import environment
from stacks.workflow_stack import WorkflowStack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from stacks.packaging import Package
    from stacks.processes import ProcessFolder
    from stacks.settings import Settings


def add_stacks(
    scope: Construct, *, settings: Settings, folders: Sequence[ProcessFolder], code: Package
) -> None:
    """Add the stacks to an app; what each process needs is in the last two."""
    home, there = environment(settings.account), environment(settings.sandbox_account)
    archive = ArchiveStack(scope, f"{settings.name}-archive", settings=settings, env=home)
    sandbox = SandboxStack(
        scope,
        f"{settings.name}-sandbox",
        settings=settings,
        processes=[one.process for one in folders],
        env=there,
    )
    WorkflowStack(
        scope,
        f"{settings.name}-workflow",
        settings=settings,
        folders=folders,
        code=code,
        archive=archive,
        sandbox=sandbox,
        env=home,
    )
