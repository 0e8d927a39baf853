"""Step Functions tasks: each one a call over HTTP to ourselves with a session of a role.

So IAM authorises it and the trail records it. Optimised integrations have their own contracts:
https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from botocore.parsers import ResponseParserError
from ministack.services import stepfunctions

from embedded_aws.protocol import service_models
from embedded_aws.services.lambda_functions import errors
from embedded_aws.services.stepfunctions.integrations import put_events, sdk_names, sdk_values
from embedded_aws.services.stepfunctions.integrations.optimised import OPTIMISED, Optimised
from embedded_aws.sessions import cancellation, role_session

PAYLOAD_LIMIT = 262_144  # bytes of input, output or result; Step Functions quotas
POLL_SECONDS = 0.2

TaskError = stepfunctions._ExecutionError


SERVICE_INTEGRATION = re.compile(
    r"arn:(?P<partition>[\w-]+):states:::(?P<sdk>aws-sdk:)?(?P<service>[\w-]+):(?P<action>\w+)"
    r"(?P<pattern>\.sync(:2)?|\.waitForTaskToken)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """A task's resource, taken apart."""

    resource: str
    kind: str  # Step Functions' `resourceType`: "codebuild", "aws-sdk:s3"
    service: str  # as botocore names it
    action: str  # "startBuild"
    pattern: str  # "", ".sync", ".sync:2", ".waitForTaskToken"
    optimised: Optimised | None


def install() -> None:
    """Let a function's exception name its task's error."""
    errors.install()


def integration_of(resource: str) -> Integration:
    """Take a task's resource apart, or fail the task as Step Functions does."""
    if ":function:" in resource:
        return Integration(
            resource=resource,
            kind="lambda",
            service="lambda",
            action="invoke",
            pattern="",
            optimised=OPTIMISED["lambda"],
        )
    match = SERVICE_INTEGRATION.fullmatch(resource)
    if match is None:
        raise unrecognised(resource)
    optimised = None if match["sdk"] else OPTIMISED.get(match["service"])
    service = optimised.service if optimised else sdk_names.service_of(match["service"])
    if service is None or (not match["sdk"] and optimised is None):
        raise unrecognised(resource)
    if optimised and match["action"] not in optimised.actions:
        raise unrecognised(resource)
    return Integration(
        resource=resource,
        kind=(match["sdk"] or "") + match["service"],
        service=service,
        action=match["action"],
        pattern=match["pattern"] or "",
        optimised=optimised,
    )


def unrecognised(resource: str) -> Exception:
    """The error of a resource that names no integration."""
    error: Exception = TaskError(
        "States.Runtime", f"The resource provided {resource} is not recognized."
    )
    return error


def invoke(resource: str, arguments: Any) -> Any:
    """Run a task as the role that `acting` names and return its result."""
    within_limit(arguments, f"The input of the task {resource}")
    integration = integration_of(resource)
    special = SPECIAL.get((integration.kind, integration.action)) if integration.optimised else None
    if ":function:" in resource:
        result = _invoke_by_name(integration, arguments)
    elif special:
        result = special(integration, arguments)
    else:
        result = call(integration, arguments)
    within_limit(result, f"The result of the task {resource}")
    return result


def call(integration: Integration, arguments: Any) -> Any:
    """Make one API call and translate its result or its error."""
    current = role_session.acting.get()
    if current is None:
        raise TaskError("States.Runtime", "The execution has no role")
    operation = integration.action[:1].upper() + integration.action[1:]
    model = service_models.service_model(integration.service)
    if operation not in model.operation_names or not integration.action[:1].islower():
        raise unrecognised(integration.resource)
    shapes = model.operation_model(operation)
    try:
        request = sdk_values.request_of(shapes.input_shape, arguments or {}) or {}
        answer = getattr(current.client(integration.service), xform_name(operation))(**request)
        return sdk_values.result_of(shapes.output_shape, answer)
    except ClientError as error:
        raise _service_error(integration, error) from error
    except (sdk_values.UnsupportedFieldError, ParamValidationError, ValueError) as error:
        raise TaskError("States.Runtime", f"{integration.resource}: {error}") from error
    except (BotoCoreError, ResponseParserError) as error:
        name = f"{_prefix(integration)}.SdkClientException"
        raise TaskError(name, str(error)) from error


def _prefix(integration: Integration) -> str:
    optimised = integration.optimised
    return optimised.prefix if optimised else sdk_names.prefix(integration.service)


def _service_error(integration: Integration, error: ClientError) -> Exception:
    """An error as Step Functions names it: the modelled exception, else the service's own."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    message = str(error.response.get("Error", {}).get("Message", ""))
    modelled = next(
        (
            shape.name
            for shape in service_models.service_model(integration.service).error_shapes
            if code in (shape.name, shape.metadata.get("error", {}).get("code"))
        ),
        None,
    )
    prefix, optimised = _prefix(integration), integration.optimised
    own = optimised.unmodelled if optimised else f"{prefix}Exception"
    name = sdk_names.exception(modelled) if modelled else own
    meta = error.response.get("ResponseMetadata", {})
    cause = (
        f"{message} (Service: {prefix}, Status Code: {meta.get('HTTPStatusCode')}, "
        f"Request ID: {meta.get('RequestId', '')})"
    )
    if not modelled and code:  # the Java SDK shows the code that it has no class for
        cause = f"{cause[:-1]}, Error Code: {code})"
    failure: Exception = TaskError(f"{prefix}.{name}", cause)
    return failure


def within_limit(value: Any, what: str) -> None:
    """Refuse what is larger than a state may pass on."""
    if len(json.dumps(value, ensure_ascii=False, default=str).encode()) > PAYLOAD_LIMIT:
        raise TaskError(
            "States.DataLimitExceeded",
            f"{what} exceeds the maximum number of bytes service limit ({PAYLOAD_LIMIT}).",
        )


def _invoke_by_name(integration: Integration, arguments: Any) -> Any:
    request = {"FunctionName": integration.resource, "Payload": arguments}
    return _invoke_function(integration, request)["Payload"]


def _invoke_function(integration: Integration, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """`lambda:invoke`: the payload is JSON both ways, and a raised exception names the error."""
    payload = json.dumps(arguments["Payload"]) if "Payload" in arguments else None
    result = dict(call(integration, {**arguments, **({"Payload": payload} if payload else {})}))
    text = result.get("Payload") or "null"
    try:
        result["Payload"] = json.loads(text)
    except ValueError:
        result["Payload"] = text
    if result.pop("FunctionError", None):
        failure = result["Payload"] if isinstance(result["Payload"], dict) else {}
        raise TaskError(failure.get("errorType") or "Lambda.Unknown", json.dumps(result["Payload"]))
    return result


def _start_build(integration: Integration, arguments: Any) -> Any:
    """`codebuild:startBuild.sync`: wait for the build; stopping the task stops the build."""
    started = call(integration, arguments)
    if not integration.pattern:
        return started
    build_id = started["Build"]["Id"]
    poll = _sibling(integration, "batchGetBuilds")
    build = started["Build"]
    while not build.get("BuildComplete"):
        if cancellation.scope.get().wait(POLL_SECONDS):
            call(_sibling(integration, "stopBuild"), {"Id": build_id})
            raise cancellation.StoppedError
        build = call(poll, {"Ids": [build_id]})["Builds"][0]
    if build["BuildStatus"] != "SUCCEEDED":
        raise TaskError("States.TaskFailed", json.dumps({"Build": build}))
    return {"Build": build}


def _start_execution(integration: Integration, arguments: Any) -> Any:
    """`states:startExecution.sync`: wait for the child; `.sync:2` returns its output as JSON."""
    request = {**arguments}
    if "Input" in request and not isinstance(request["Input"], str):
        request["Input"] = json.dumps(request["Input"])
    started = call(integration, request)
    if not integration.pattern:
        return started
    child = {"ExecutionArn": started["ExecutionArn"]}
    poll = _sibling(integration, "describeExecution")
    execution = call(poll, child)
    while execution["Status"] in ("RUNNING", "PENDING_REDRIVE"):
        if cancellation.scope.get().wait(POLL_SECONDS):
            call(_sibling(integration, "stopExecution"), child)
            raise cancellation.StoppedError
        execution = call(poll, child)
    if execution["Status"] != "SUCCEEDED":
        raise TaskError("States.TaskFailed", json.dumps(execution))
    if integration.pattern == ".sync:2":
        execution["Output"] = json.loads(execution.get("Output") or "null")
    return execution


def _put_events(integration: Integration, arguments: Any) -> Any:
    return put_events.put_events(partial(call, integration), arguments)


def _sibling(integration: Integration, action: str) -> Integration:
    return replace(integration, action=action, pattern="")


SPECIAL: Mapping[tuple[str, str], Callable[[Integration, Any], Any]] = {
    ("lambda", "invoke"): _invoke_function,
    ("codebuild", "startBuild"): _start_build,
    ("events", "putEvents"): _put_events,
    ("states", "startExecution"): _start_execution,
}
