"""CloudFormation's forwarded calls: what its engine does, as the API calls that AWS would make.

MiniStack's engine builds resources inside the process. Here each of its operations becomes calls
in the caller's name (forward access sessions), or in that of the stack's service role: first
authorised with those permissions, then recorded. A denial fails the resource with CloudFormation's
own words; the rollback's calls are forwarded as well.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
"""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

from ministack.core.responses import get_account_id, get_region

from embedded_aws.iam import resource_tags
from embedded_aws.ministack import services
from embedded_aws.services.cloudformation.engine import loading, physical_names
from embedded_aws.services.cloudformation.forwarding import (
    made_resources,
    nested_stacks,
    rollback,
    stack_roles,
)
from embedded_aws.services.cloudformation.forwarding.mapping.parameters import Resource
from embedded_aws.services.cloudformation.forwarding.resource_operations import Flow
from embedded_aws.services.cloudformation.forwarding.stack_session import session_of
from embedded_aws.services.cloudformation.registry.stack_tags import without_system_tags

Engine = Callable[..., Any]

# The stack and the resource in it that is updated: where that has no handler of its own, MiniStack
# runs the create again. A nested stack's update creates resources meanwhile.
_updating: ContextVar[tuple[str, str] | None] = ContextVar("updating_by_create", default=None)


# The name of the last snapshot of what is removed next, by type and id.
_snapshots: dict[tuple[str, str], str] = {}


def install() -> None:
    """Hook into the engine when it is loaded."""
    loading.on_load(hook)
    resource_tags.providers.append(made_resources.tags_of)


def hook() -> None:
    """Put the forwarded calls around the engine's three operations."""
    provisioners = services.service("cloudformation.provisioners")
    stacks = services.service("cloudformation.stacks")
    for name, wrap in (
        ("_provision_resource", _creating),
        ("_update_resource", _changing),
        ("_delete_resource", _deleting),
    ):
        wrapped = wrap(getattr(provisioners, name))
        setattr(provisioners, name, wrapped)
        setattr(stacks, name, wrapped)
    snapshot = _snapshotting(provisioners._snapshot_resource, provisioners._snapshot_id)
    provisioners._snapshot_resource = stacks._snapshot_resource = snapshot
    stacks._roll_back_operation = rollback.keeping_rest(stacks._roll_back_operation)
    stack_roles.install()
    physical_names.install()
    nested_stacks.install()


def _creating(create: Engine) -> Engine:
    def provision(kind: str, logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        def work() -> Any:
            return create(kind, logical_id, properties, stack)

        again = _updating.get() == (stack, logical_id)
        with physical_names.holding(kind, stack, logical_id, properties, created=not again):
            flow = None if again else _flow(stack)
            resource = _resource(kind, logical_id, properties, stack)
            return flow.create(resource, work) if flow else work()

    return provision


def _changing(update: Engine) -> Engine:
    def change(  # noqa: PLR0913, PLR0917 - the engine's signature
        kind: str,
        physical_id: str,
        old: dict[str, Any],
        new: dict[str, Any],
        stack: str,
        logical_id: str | None = None,
        attributes: dict[str, Any] | None = None,
    ) -> Any:
        def work() -> Any:
            changed, made = update(kind, physical_id, old, new, stack, logical_id, attributes)
            return changed, made or attributes or {}

        resource = replace(
            _resource(kind, logical_id or physical_id, new, stack),
            physical_id=physical_id,
            attributes=attributes or {},
            previous=without_system_tags(old),
        )
        replacing = services.service("cloudformation.provisioners")._replacing_change
        flow = _flow(stack)
        with physical_names.holding(kind, stack, resource.logical_id, new, created=False):
            if kind == nested_stacks.KIND and flow is not None:
                return flow.update(
                    resource, lambda: nested_stacks.update(physical_id, old, new, stack)
                )
            if flow is None or old == new or replacing(kind, old, new):
                return work()  # a replacement is a create and a delete, forwarded as such
            token = _updating.set((stack, resource.logical_id))
            try:
                return flow.update(resource, work)
            finally:
                _updating.reset(token)

    return change


def _snapshotting(snapshot: Engine, name_of: Engine) -> Engine:
    """Where its policy says so, or says nothing for a database, a last snapshot is taken."""

    def take(kind: str, physical_id: str, properties: dict[str, Any]) -> None:
        _snapshots[kind, physical_id] = str(name_of(physical_id))
        snapshot(kind, physical_id, properties)

    return take


def _deleting(delete: Engine) -> Engine:
    def remove(
        kind: str,
        physical_id: str,
        properties: dict[str, Any],
        stack: str | None = None,
        logical_id: str | None = None,
    ) -> None:
        def work() -> None:
            delete(kind, physical_id, properties, stack, logical_id)

        flow = _flow(stack or "")
        if flow is None:
            work()
            return
        resource = replace(
            _resource(kind, logical_id or physical_id, properties, stack or ""),
            physical_id=physical_id,
            snapshot=_snapshots.pop((kind, physical_id), ""),
        )
        flow.delete(resource, work)

    return remove


def _flow(stack: str) -> Flow | None:
    session = session_of(stack)
    return Flow(session) if session else None


def _resource(kind: str, logical_id: str, properties: Mapping[str, Any], stack: str) -> Resource:
    return Resource(
        type=kind,
        logical_id=logical_id,
        stack=stack.split("/")[1] if stack.startswith("arn:") else stack,
        properties=without_system_tags(properties),
        account=get_account_id(),
        region=get_region(),
    )
