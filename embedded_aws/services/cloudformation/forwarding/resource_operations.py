"""The calls of one resource operation, in order, around MiniStack's own work."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from embedded_aws.cloudtrail import event_names
from embedded_aws.iam.calls import Call, Check
from embedded_aws.services.cloudformation.forwarding import made_resources, rollback
from embedded_aws.services.cloudformation.forwarding.mapping import inferred_calls
from embedded_aws.services.cloudformation.forwarding.mapping.applicable_rows import Step, steps_of
from embedded_aws.services.cloudformation.forwarding.mapping.call_table import TypeTable, table_of
from embedded_aws.services.cloudformation.forwarding.mapping.parameters import (
    Resource,
    filled,
    request_of,
    response_of,
)
from embedded_aws.services.cloudformation.forwarding.mapping.tag_calls import tag_rows
from embedded_aws.services.cloudformation.forwarding.stack_session import (
    ForwardedDenialError,
    Session,
)
from embedded_aws.services.cloudformation.registry import system_tags

Made = tuple[str, dict[str, Any]]  # physical id and attributes


class Flow:
    """Makes the forwarded calls of resource operations as one principal."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def create(self, resource: Resource, work: Callable[[], Made]) -> Made:
        """Calls up to the one that makes the resource, the work, then the rest."""
        table, steps = _plan(resource, "create")
        position = _main(steps)
        for step in steps[:position]:
            self._call(step, table, resource)
        main = steps[position] if position < len(steps) else None
        if main:
            self._authorise(main, table, resource, tagging=system_tags.asked_for(resource.type))
        try:
            physical_id, attributes = work()
        except Exception as error:
            if main:
                self._record_failed(main, table, resource, error)
            raise
        made = replace(resource, physical_id=str(physical_id), attributes=attributes or {})
        made_resources.made(made)
        if main:
            self._record(main, table, made)
        try:
            for step in steps[position + 1 :]:
                self._call(step, table, made)
        except ForwardedDenialError:
            # The resource is half made: the stack's rollback must delete it.
            rollback.half_made(made)
            raise
        return physical_id, attributes

    def _record_failed(
        self, step: Step, table: TypeTable, resource: Resource, error: Exception
    ) -> None:
        """The call that should have made it; one that made what then failed did not fail itself."""
        if isinstance(error, rollback.HalfMadeError):
            begun = replace(resource, physical_id=error.physical_id)
            rollback.half_made(begun)
            self._record(step, table, begun)
        elif not isinstance(error, ForwardedDenialError):
            self._record(step, table, resource, error=_error_of(error))

    def update(self, resource: Resource, work: Callable[[], Any]) -> Any:
        """All calls of the change, then the work."""
        table, steps = _plan(resource, "update")
        for step in steps:
            self._call(step, table, resource)
        return work()

    def delete(self, resource: Resource, work: Callable[[], None]) -> None:
        """All calls of the removal; the last one fails when the work does."""
        table, steps = _plan(resource, "delete")
        position = max(0, len(steps) - 1)
        try:
            for step in steps[:position]:
                self._call(step, table, resource)
            for step in steps[position:]:
                self._authorise(step, table, resource)
        except ForwardedDenialError:
            rollback.not_deleted(resource)
            raise
        error: tuple[str, str] | None = None
        try:
            work()
            made_resources.gone(resource)
        except Exception as failure:
            error = _error_of(failure)
            rollback.not_deleted(resource)
            raise
        finally:
            for step in steps[position:]:
                self._record(step, table, resource, error=error)

    def _call(self, step: Step, table: TypeTable, resource: Resource) -> None:
        try:
            self._authorise(step, table, resource)
        except ForwardedDenialError:
            if step.row.tolerated:
                return
            raise
        self._record(step, table, resource)

    def _authorise(
        self, step: Step, table: TypeTable, resource: Resource, tagging: str = ""
    ) -> None:
        extra = tuple(
            Check(
                action=also["action"],
                resource=str(filled(also.get("resource", "*"), table, resource, step.item)),
            )
            for also in step.row.authorise
        )
        self._session.authorise(call_of(step, table, resource), extra, tagging)

    def _record(
        self,
        step: Step,
        table: TypeTable,
        resource: Resource,
        error: tuple[str, str] | None = None,
    ) -> None:
        if step.row.logged:
            answer = {} if error else response_of(step.row, table, resource)
            self._session.record(call_of(step, table, resource), answer, error)


def call_of(step: Step, table: TypeTable, resource: Resource) -> Call:
    """The call of a step."""
    service, _, operation = step.row.call.partition(":")
    return Call(
        service=service,
        operation=operation,
        params=request_of(step.row, table, resource, step.item),
        account=resource.account,
        region=resource.region,
        partition=resource.partition,
    )


def _plan(resource: Resource, operation: str) -> tuple[TypeTable, list[Step]]:
    """The type's rows, curated or guessed from its registry schema, as far as they apply."""
    table = table_of(resource.type) or inferred_calls.table_of(resource, operation)
    rows = table.operations.get(operation, ())
    steps = [step for row in rows for step in steps_of(row, resource, operation)]
    if operation == "update":
        planned = {step.row.call for step in steps}
        steps += [Step(row=row) for row in tag_rows(resource, planned)]
    return table, steps


def _main(steps: list[Step]) -> int:
    """Where the resource itself is made: the row that says so, else the first write."""
    for position, step in enumerate(steps):
        if step.row.main:
            return position
    for position, step in enumerate(steps):
        if not event_names.is_read(*step.row.call.split(":")):
            return position
    return len(steps)


_CODE = re.compile(
    r"^\(?([A-Z]\w+(?:Exception|Exists|Fault|NotEmpty|NotFound|Error))\b[):]?\s*(.*)"
)


def _error_of(error: Exception) -> tuple[str, str]:
    found = _CODE.match(str(error))
    return (found[1], found[2] or str(error)) if found else ("ValidationException", str(error))
