"""Stacks that are gone: CloudFormation tells of their resources for ninety days, by the stack's id.

MiniStack forgets them with the stack.
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackResources.html
"""

from collections.abc import Callable
from typing import Any

from embedded_aws.ministack import services
from embedded_aws.services.cloudformation.engine import loading

Engine = Callable[..., Any]

_GONE = "DELETE_COMPLETE"
_resources: dict[str, dict[str, Any]] = {}  # by the stack's id


def install() -> None:
    """Keep what the engine forgets, once it is loaded."""
    loading.on_load(_hook)


def _hook() -> None:
    stacks = services.service("cloudformation.stacks")
    handlers = services.service("cloudformation.handlers")
    keeping = _keeping(stacks._delete_stack_async)
    for module in (stacks, handlers):
        module._delete_stack_async = keeping
    for action in ("ListStackResources", "DescribeStackResources"):
        handlers._ACTION_HANDLERS[action] = _telling(handlers._ACTION_HANDLERS[action])


def _keeping(delete: Engine) -> Engine:
    async def delete_stack(name: str, stack_id: str, *arguments: Any, **named: Any) -> Any:
        stack = services.service("cloudformation")._stacks.get(name) or {}
        held = dict(stack.get("_resources") or {})
        answer = await delete(name, stack_id, *arguments, **named)
        if stack.get("StackStatus") == _GONE:
            _resources[stack_id] = {
                logical_id: {**one, "ResourceStatus": _GONE} for logical_id, one in held.items()
            }
        return answer

    return delete_stack


def _telling(handler: Engine) -> Engine:
    def handle(parameters: dict[str, Any]) -> Any:
        name = parameters.get("StackName") or ""
        stack_id = str(name[0]) if isinstance(name, list) else str(name)
        held = _resources.get(stack_id)
        stack = services.service("cloudformation.handlers")._resolve_stack(stack_id)
        if held is None or stack is None:
            return handler(parameters)
        left, stack["_resources"] = stack["_resources"], held
        try:
            return handler(parameters)
        finally:
            stack["_resources"] = left

    return handle
