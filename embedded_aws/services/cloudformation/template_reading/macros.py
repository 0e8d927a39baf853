"""Macros of an account: a function of its own makes another template out of a template.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros-overview.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros-author.html
The function runs while everything else waits, so that it can call no AWS here.
"""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ministack.core.responses import get_account_id, get_region

from embedded_aws.ministack import services

KIND = "AWS::CloudFormation::Macro"
HOSTED = "AWS::"  # what the names of AWS's own begin with


class MacroError(ValueError):
    """A macro is not there, or its function failed; the text is CloudFormation's."""


def function_of(name: str) -> str:
    """The function behind a macro, as its template names it.

    Raises:
        MacroError: the account has no such macro.
    """
    for stack in services.service("cloudformation")._stacks.values():
        for resource in (stack.get("_resources") or {}).values():
            properties = resource.get("Properties") or {}
            if resource.get("ResourceType") == KIND and properties.get("Name") == name:
                return str(properties["FunctionName"])
    message = f"No transform named {_id(name)} found."
    raise MacroError(message)


def begun(
    template: Mapping[str, Any], values: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The template for AWS's own transforms, and the macros that follow them.

    What is inside comes first, then the template's own list in its order.

    Raises:
        MacroError: a macro is not there, or failed.
    """
    made = dict(template)
    declared = list(_listed(made.pop("Transform", None)))
    hosted = [one for one in declared if _name(one).startswith(HOSTED)]
    first = declared.index(hosted[0]) if hosted else len(declared)
    made = _inside(made, values)
    made = finished(made, [_name(one) for one in declared[:first]], values)
    later = [_name(one) for one in declared[first:] if one not in hosted]
    return {**made, **({"Transform": hosted} if hosted else {})}, tuple(later)


def finished(
    template: Mapping[str, Any], macros: Sequence[str], values: Mapping[str, Any]
) -> dict[str, Any]:
    """The template that macros make of a whole one, one after the other."""
    made: Any = dict(template)
    for name in macros:
        made = _called(name, made, {}, values)
    return dict(made)


def _listed(declared: Any) -> Iterator[Any]:
    yield from declared if isinstance(declared, list) else [declared] if declared else []


def _name(declared: Any) -> str:
    return str(declared.get("Name") if isinstance(declared, dict) else declared)


def _inside(node: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_inside(one, values) for one in node]
    if not isinstance(node, dict):
        return node
    made = {key: _inside(one, values) for key, one in node.items()}
    used = made.get("Fn::Transform")
    if not isinstance(used, dict) or _name(used).startswith(HOSTED):
        return made
    del made["Fn::Transform"]
    return _called(_name(used), made, used.get("Parameters") or {}, values)


def _called(
    name: str, fragment: Any, parameters: Mapping[str, Any], values: Mapping[str, Any]
) -> Any:
    functions = services.service("lambda_svc")
    record, config, _ = functions._get_func_record_for_ref(function_of(name))
    event = {
        "region": get_region(),
        "accountId": get_account_id(),
        "fragment": fragment,
        "transformId": _id(name),
        "params": parameters,
        "requestId": str(uuid.uuid4()),
        "templateParameterValues": values,
    }
    answer: Any = {}
    if record is not None:
        run = functions._execution_record_for_config(record, config)
        answer = functions._execute_function_with_config_scope(run, event).get("body")
    answer = json.loads(answer) if isinstance(answer, (str, bytes)) else answer
    if isinstance(answer, dict) and str(answer.get("status")).lower() == "success":
        return answer["fragment"]
    said = answer.get("errorMessage") if isinstance(answer, dict) else ""
    failed = f"failed with: {said}" if said else "failed without an error message."
    message = f"Transform {_id(name)} {failed}"
    raise MacroError(message)


def _id(name: str) -> str:
    return f"{get_account_id()}::{name}"
