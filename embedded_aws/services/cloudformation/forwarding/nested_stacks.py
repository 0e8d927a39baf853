"""Nested stacks: each is created, updated and deleted as a stack of its own, in its parent's name.

MiniStack builds what is in a nested stack past its own operations: without transforms and dynamic
references, without a rollback, and a resource that could not be deleted is forgotten. Here the
operations themselves are done, while the thread that the engine gives to a nested stack waits.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html
Words: https://github.com/aws-ia/taskcat/issues/414, https://github.com/serverless/serverless/issues/7593
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from typing import Any

from ministack.core.responses import get_account_id, get_region

from embedded_aws.ministack import services
from embedded_aws.services.cloudformation.engine import physical_names
from embedded_aws.services.cloudformation.forwarding import rollback, stack_roles

KIND = "AWS::CloudFormation::Stack"
Made = tuple[str, dict[str, Any]]

_ID = re.compile(r"<StackId>([^<]+)</StackId>")
_MESSAGE = re.compile(r"<Message>([^<]*)</Message>")
# The host's: stacks live there alone, while a nested one's parent waits in a thread of its own.
_loop: list[asyncio.AbstractEventLoop] = []
_NO_LISTS = "Value of property Parameters must be an object with String (or simple type) properties"
_NOTHING_TO_DO = "No updates are to be performed"


def install() -> None:
    """Put the operations in the place of MiniStack's own building."""
    _loop[:] = [asyncio.get_running_loop()]
    handlers: dict[str, Any] = services.service("cloudformation.provisioners")._RESOURCE_HANDLERS
    handlers[KIND] = {"create": _create, "update": update, "delete": _delete}


def is_nested(name: str) -> bool:
    """Whether a stack has a parent."""
    return bool((services.service("cloudformation")._stacks.get(name) or {}).get("ParentId"))


def _create(logical_id: str, properties: dict[str, Any], parent: str) -> Made:
    name = physical_names.planned(KIND, parent, logical_id)
    record = services.service("cloudformation")._stacks[parent]
    role = stack_roles.role_of(get_account_id(), get_region(), parent)
    asked = {
        **_asked(name, properties, record),
        **({"RoleARN": role} if role else {}),
        "DisableRollback": str(bool(record.get("DisableRollback"))).lower(),
    }

    def adopted() -> None:
        child = services.service("cloudformation")._stacks[name]
        child["_parent_stack_name"] = parent
        child["ParentId"] = record["StackId"]
        child["RootId"] = record.get("RootId") or record["StackId"]

    _through("CreateStack", asked, adopted)
    child = services.service("cloudformation")._stacks[name]
    if child["StackStatus"] != "CREATE_COMPLETE":
        raise rollback.HalfMadeError(
            f"Embedded stack {child['StackId']} was not successfully created: {_why(child)}",
            physical_id=str(child["StackId"]),
        )
    return str(child["StackId"]), _outputs(child)


def update(physical_id: str, _old: dict[str, Any], new: dict[str, Any], parent: str) -> Made:
    """Done with every update of the parent, because the address of a template does not tell of it.

    https://github.com/aws/aws-cli/issues/6949
    """
    child = _stack(physical_id)
    record = services.service("cloudformation")._stacks[parent]
    try:
        _through("UpdateStack", _asked(str(child["StackName"]), new, record))
    except ValueError as error:
        if _NOTHING_TO_DO not in str(error):
            raise
        return physical_id, _outputs(child)
    if child["StackStatus"] != "UPDATE_COMPLETE":
        message = (
            f"Embedded stack {physical_id} was not successfully updated. Currently in "
            f"UPDATE_ROLLBACK_IN_PROGRESS with reason: {_why(child)}"
        )
        raise ValueError(message)
    return physical_id, _outputs(child)


def _delete(physical_id: str, _properties: dict[str, Any]) -> None:
    child = _stack(physical_id)
    if not child or child["StackStatus"] == "DELETE_COMPLETE":
        return
    _through("DeleteStack", {"StackName": physical_id})
    if child["StackStatus"] != "DELETE_COMPLETE":
        message = f"Embedded stack {physical_id} was not successfully deleted: {_why(child)}"
        raise ValueError(message)


def _through(action: str, asked: Mapping[str, Any], begun: Callable[[], object] = bool) -> None:
    """Do an operation of CloudFormation and wait for its end.

    Raises:
        ValueError: it was refused; the text is its message.
    """
    handle = services.service("cloudformation.handlers")._ACTION_HANDLERS[action]

    async def act() -> None:
        before = asyncio.all_tasks()
        status, _, body = handle(asked)
        text = body.decode() if isinstance(body, bytes) else str(body)
        if status >= 400:  # noqa: PLR2004 - HTTP's errors
            found = _MESSAGE.search(text)
            raise ValueError(found[1] if found else text)
        begun()
        await asyncio.gather(*(asyncio.all_tasks() - before))

    asyncio.run_coroutine_threadsafe(act(), _loop[0]).result()


def _asked(name: str, properties: Mapping[str, Any], parent: Mapping[str, Any]) -> dict[str, Any]:
    """The request, flat as the query protocol has it."""
    asked: dict[str, Any] = {"StackName": name, "TemplateURL": properties.get("TemplateURL") or ""}
    given = properties.get("Parameters") or {}
    if any(isinstance(value, (list, dict)) for value in given.values()):
        raise ValueError(_NO_LISTS)
    for number, (key, value) in enumerate(given.items(), 1):
        asked[f"Parameters.member.{number}.ParameterKey"] = key
        asked[f"Parameters.member.{number}.ParameterValue"] = _text(value)
    tags = [one for one in properties.get("Tags") or () if not one["Key"].startswith("aws:")]
    asked |= {} if tags else {"Tags": ""}
    for number, one in enumerate(tags, 1):
        asked[f"Tags.member.{number}.Key"] = one["Key"]
        asked[f"Tags.member.{number}.Value"] = _text(one.get("Value"))
    # What the parent acknowledged holds for all that it nests.
    for number, capability in enumerate(parent.get("Capabilities") or (), 1):
        asked[f"Capabilities.member.{number}"] = capability
    return asked


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _stack(physical_id: str) -> dict[str, Any]:
    found: dict[str, Any] | None = services.service("cloudformation")._stacks.get(
        physical_id.split("/")[1]
    )
    return found or {}


def _outputs(child: Mapping[str, Any]) -> dict[str, Any]:
    return {f"Outputs.{one['OutputKey']}": one["OutputValue"] for one in child.get("Outputs") or ()}


def _why(child: Mapping[str, Any]) -> str:
    """The reason of the failure, as the stack's events tell it."""
    events = services.service("cloudformation")._stack_events.get(child["StackId"]) or ()
    failed = [one for one in events if str(one["ResourceStatus"]).endswith("_FAILED")]
    own = [one for one in failed if one["PhysicalResourceId"] == child["StackId"]]
    if own:
        return str(own[-1]["ResourceStatusReason"])
    if not failed:
        return str(child.get("StackStatusReason") or "")
    last = failed[-1]
    verb = str(last["ResourceStatus"]).removesuffix("_FAILED").lower()
    return f"The following resource(s) failed to {verb}: [{last['LogicalResourceId']}]. "
