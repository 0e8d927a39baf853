"""What CloudFormation asks for, as the caller, while it reads a template.

Parameters of Systems Manager's types, dynamic references, includes and
`Fn::GetAZs` are calls in the caller's name, or in that of the stack's service role.

https://github.com/aws/aws-cdk/issues/20959 (Systems Manager's parameters)
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getavailabilityzones.html
"""

import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from ministack.core.responses import get_account_id, get_region

from embedded_aws.iam.calls import Call
from embedded_aws.ministack import services
from embedded_aws.services.cloudformation.engine import loading
from embedded_aws.services.cloudformation.forwarding.stack_session import (
    ForwardedDenialError,
    session_of,
)
from embedded_aws.services.cloudformation.template_reading import macros, transforms

Engine = Callable[..., Any]

_ZONES = ("DescribeAvailabilityZones", "DescribeAccountAttributes", "DescribeSubnets")
_DYNAMIC = re.compile(r"\{\{resolve:([a-z-]+):([^}]*)\}\}")
_LISTS = ("CommaDelimitedList", "List<")
_NO_PARAMETERS = "AccessDenied. User doesn't have permission to call ssm:GetParameters"

# The stack whose template is read for an operation; reading one for a look asks for nothing.
_stack: ContextVar[str] = ContextVar("stack_of_template", default="")
# Whether parameters of the template are being resolved.
_resolving: ContextVar[bool] = ContextVar("resolving_parameters", default=False)


def install() -> None:
    """Ask where the engine reads, once it is loaded."""
    loading.on_load(_hook)


def _hook() -> None:
    engine = services.service("cloudformation.engine")
    handlers = services.service("cloudformation.handlers")
    changesets = services.service("cloudformation.changesets")
    for name, wrap in (
        ("_apply_transforms", _transforming),
        ("_resolve_parameters", _resolving_parameters),
    ):
        wrapped = wrap(getattr(engine, name))
        for module in (engine, handlers, changesets):
            setattr(module, name, wrapped)
    stacks = services.service("cloudformation.stacks")
    deploying = _deploying(stacks._deploy_stack_async)
    for module in (stacks, handlers, changesets):
        module._deploy_stack_async = deploying
    engine._resolve_dynamic_reference = _resolving_reference(engine._resolve_dynamic_reference)
    engine._fetch_include_snippet = _including(engine._fetch_include_snippet)
    ssm = services.service("ssm")
    ssm.resolve_parameter_value = _reading_parameter(ssm.resolve_parameter_value)
    actions = handlers._ACTION_HANDLERS
    for action in ("CreateStack", "UpdateStack"):
        actions[action] = _for_stack(actions[action])
    actions["CreateChangeSet"] = _for_stack(transforms.failing(actions["CreateChangeSet"]))
    actions["DescribeStacks"] = _as_sent(actions["DescribeStacks"])


def _for_stack(handler: Engine) -> Engine:
    def handle(parameters: dict[str, Any]) -> Any:
        name = parameters.get("StackName") or ""
        token = _stack.set(str(name[0]) if isinstance(name, list) else str(name))
        try:
            return handler(parameters)
        finally:
            _stack.reset(token)

    return handle


def _as_sent(handler: Engine) -> Engine:
    """A parameter of Systems Manager's types is told by its name, not by what was found there.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Parameter.html
    """

    def handle(parameters: dict[str, Any]) -> Any:
        for stack in services.service("cloudformation")._stacks.values():
            names = {
                key: one["SsmName"]
                for key, one in (stack.get("_resolved_params") or {}).items()
                if isinstance(one, dict) and "SsmName" in one
            }
            for one in stack.get("Parameters") or () if names else ():
                key = one.get("ParameterKey") or one.get("Key")
                if key in names:
                    one["ParameterValue" if "ParameterValue" in one else "Value"] = names[key]
        return handler(parameters)

    return handle


def _deploying(deploy: Engine) -> Engine:
    async def deploy_stack(name: str, *arguments: Any, **named: Any) -> Any:
        _stack.set(name)  # of this task alone
        return await deploy(name, *arguments, **named)

    return deploy_stack


def _transforming(apply: Engine) -> Engine:
    def transform(template: dict[str, Any], *arguments: Any) -> Any:
        if not _stack.get():
            return apply(template, *arguments)
        transforms.require(template)
        transforms.refuse_repository(template)
        applied = _made_by_macros(apply, template, *arguments)
        if _holds(applied, "Fn::GetAZs"):
            for name in _ZONES:
                _call("ec2", name, {})
        return applied

    return transform


def _made_by_macros(apply: Engine, template: dict[str, Any], *arguments: Any) -> Any:
    """AWS's own transforms between the account's macros, each called as the caller.

    "CloudFormation prevents potential escalation of permissions by impersonating the user":
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros-overview.html
    """
    own = [one for one in transforms.names_in(template) if not one.startswith(macros.HOSTED)]
    if not own:
        return apply(template, *arguments)
    given = dict(zip(("provided", "previous"), arguments, strict=False))
    values = _values(template, given.get("provided"), given.get("previous"))
    try:
        for name in own:
            _call("lambda", "Invoke", {"FunctionName": macros.function_of(name)})
        begun, later = macros.begun(template, values)
        return macros.finished(apply(begun, *arguments), later, values)
    except (ForwardedDenialError, macros.MacroError) as error:
        transforms.refuse(str(error))
        return {**template, "Transform": []}


def _values(template: dict[str, Any], provided: Any, previous: Any) -> dict[str, Any]:
    """Parameters as a macro's function gets them: a list is a list."""
    engine = services.service("cloudformation.engine")
    kinds = {name: one.get("Type") for name, one in (template.get("Parameters") or {}).items()}
    return {
        name: text.split(",") if str(kinds.get(name)).startswith(_LISTS) else text
        for name, text in engine._transform_parameters(template, provided, previous).items()
    }


def _resolving_parameters(resolve: Engine) -> Engine:
    def resolve_parameters(*arguments: Any) -> Any:
        token = _resolving.set(True)
        try:
            return resolve(*arguments)
        finally:
            _resolving.reset(token)

    return resolve_parameters


def _reading_parameter(read: Engine) -> Engine:
    def read_parameter(name: str, *arguments: Any, **named: Any) -> Any:
        if _resolving.get():
            try:
                _call("ssm", "GetParameters", {"Names": [name]})
            except ForwardedDenialError as error:
                raise ValueError(_NO_PARAMETERS) from error
        return read(name, *arguments, **named)

    return read_parameter


def _resolving_reference(resolve: Engine) -> Engine:
    def resolve_reference(literal: str) -> Any:
        found = _DYNAMIC.fullmatch(literal)
        service, reference = found.groups() if found else ("", "")
        if service == "secretsmanager":
            arn = ":".join(reference.split(":")[:7]) if reference.startswith("arn:") else ""
            secret = arn or reference.partition(":")[0]
            _call("secretsmanager", "GetSecretValue", {"SecretId": secret})
        elif service:
            name = {"Names": [reference], "WithDecryption": service == "ssm-secure"}
            _call("ssm", "GetParameters", name)
        return resolve(literal)

    return resolve_reference


def _including(fetch: Engine) -> Engine:
    def fetch_snippet(location: Any) -> Any:
        bucket, _, key = str(location).removeprefix("s3://").partition("/")
        if key:
            try:
                _call("s3", "GetObject", {"Bucket": bucket, "Key": key})
            except ForwardedDenialError as error:
                engine = services.service("cloudformation.engine")
                raise engine._IncludeError(str(error)) from error
        return fetch(location)

    return fetch_snippet


def _call(service: str, operation: str, params: dict[str, Any]) -> None:
    """A call of whoever makes the stack's calls: authorised, and recorded."""
    session = session_of(_stack.get()) if _stack.get() else None
    if session is None:
        return
    call = Call(
        service=service,
        operation=operation,
        params=params,
        account=get_account_id(),
        region=get_region(),
    )
    session.authorise(call)
    session.record(call, {})


def _holds(value: Any, name: str) -> bool:
    if isinstance(value, dict):
        return name in value or any(_holds(one, name) for one in value.values())
    return isinstance(value, list) and any(_holds(one, name) for one in value)
