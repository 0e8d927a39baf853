"""EventBridge Scheduler: schedules call targets as their roles, retry, and bury what failed."""

import contextvars
import logging
import os
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import scheduler as engine
from ministack.services import stepfunctions

from embedded_aws.iam.service_roles import RoleNotAssumableError, assume
from embedded_aws.services.scheduler import targets, times
from embedded_aws.services.scheduler.targets import Invocation
from embedded_aws.services.stepfunctions.integrations.integrations import TaskError
from embedded_aws.sessions import cancellation, role_session

logger = logging.getLogger("fencepost.scheduler")
Key = tuple[str, str, str]  # account, region, group/name
SERVICE = "scheduler.amazonaws.com"
# Retry policy's defaults (Scheduler API reference, RetryPolicy).
MOST_ATTEMPTS, OLDEST_SECONDS = 185, 86_400
LONGEST_PAUSE = 3600.0  # seconds between attempts

_fired: dict[Key, tuple[str, datetime]] = {}  # the schedule's last change, and when it was due
_stopped = cancellation.CancelScope()


def install() -> None:
    """Replace MiniStack's firing; it looks every FENCEPOST_SCHEDULER_TICK seconds."""
    engine._SCHEDULE_TICK_INTERVAL = float(os.environ.get("FENCEPOST_SCHEDULER_TICK", "1"))
    engine._tick_schedules = tick
    engine._create_schedule = _checking(engine._create_schedule)
    engine._update_schedule = _checking(engine._update_schedule)


def stop() -> None:
    """Let no invocation wait for its next attempt: the host stops."""
    _stopped.stop()


def tick(now: datetime | None = None) -> None:
    """Start what is due."""
    moment = now or datetime.now(UTC)
    for key, schedule in list(engine._schedules._data.items()):
        if schedule.get("State") != "ENABLED":
            continue
        changed = str(schedule.get("LastModificationDate"))
        version, last = _fired.get(key, (changed, None))
        after = last if version == changed else None
        due = times.due_at(schedule, after=after)
        if due is None:
            _complete(key, schedule)
        elif due <= moment:
            _fired[key] = (changed, due)
            _start(key, schedule, due)


def _complete(key: Key, schedule: Mapping[str, Any]) -> None:
    """A schedule that will not fire again is deleted when it asks for that."""
    if schedule.get("ActionAfterCompletion") == "DELETE":
        engine._schedules._data.pop(key, None)
        _fired.pop(key, None)


def _start(key: Key, schedule: Mapping[str, Any], due: datetime) -> None:
    account, region, _ = key
    invocation = Invocation(
        identifier=str(stepfunctions.new_uuid()), schedule=dict(schedule), scheduled=due
    )

    def run() -> None:
        with request_scope(account, region):
            deliver(invocation, region=region)

    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(run,), daemon=True).start()


def deliver(invocation: Invocation, *, region: str) -> None:
    """Call the target until it answers or the retry policy is exhausted."""
    policy = invocation.target.get("RetryPolicy") or {}
    attempts = int(policy.get("MaximumRetryAttempts", MOST_ATTEMPTS)) + 1
    oldest = float(policy.get("MaximumEventAgeInSeconds", OLDEST_SECONDS))
    begun, code, message = datetime.now(UTC), "", ""
    number, condition = 1, "MaximumRetryAttempts"
    for number in range(1, attempts + 1):
        current = replace(invocation, attempt=number)
        try:
            _as_role(current, region)
            targets.invoke(current)
        except TaskError as error:
            code, message = _code(error), error.cause
        except RoleNotAssumableError as error:
            code, message = "AccessDenied", str(error)
        else:
            return
        if (datetime.now(UTC) - begun).total_seconds() > oldest:
            condition = "MaximumEventAgeInSeconds"
            break
        if number < attempts and _pause(number):
            return
    _bury(invocation, number, code, message, condition, region)


def _as_role(invocation: Invocation, region: str) -> None:
    # Trust policies name the schedule's group (Scheduler guide, confused deputy prevention).
    group = invocation.schedule["Arn"].rsplit("/", 1)[0].replace(":schedule/", ":schedule-group/")
    credentials = assume(
        invocation.target["RoleArn"],
        SERVICE,
        invocation.identifier.replace("-", ""),
        region=region,
        source_arn=group,
    )
    role_session.acting.set(
        role_session.RoleSession(
            credentials=credentials, region=region, session_name=invocation.identifier
        )
    )


def _pause(attempt: int) -> bool:
    """Wait before the next attempt, scaled as waits are; true when the host stops."""
    seconds = min(2.0**attempt, LONGEST_PAUSE)
    return _stopped.wait(seconds * stepfunctions._SFN_WAIT_SCALE)


def _code(error: TaskError) -> str:
    """The service's own code of an error; a task's error has the SDK's name for it."""
    found = re.search(r"Error Code: (\S+)\)$", error.cause)
    return found[1] if found else str(error.error).rsplit(".", 1)[-1]


def _bury(
    invocation: Invocation, number: int, code: str, message: str, condition: str, region: str
) -> None:
    logger.warning("schedule %s: %s %s", invocation.schedule["Arn"], code, message)
    last = replace(invocation, attempt=number)
    try:
        _as_role(last, region)
        targets.bury(last, code, message, condition=condition)
    except (TaskError, RoleNotAssumableError) as error:
        logger.warning("schedule %s: no dead letter: %s", invocation.schedule["Arn"], error)


def _checking(api: Callable[[str, dict[str, Any]], Any]) -> Callable[[str, dict[str, Any]], Any]:
    """Refuse what Scheduler refuses: expressions that never fire and targets that only read."""

    def checked(name: str, body: dict[str, Any]) -> Any:
        if reason := _refusal(body):
            return engine._error(400, "ValidationException", reason)
        return api(name, body)

    return checked


def _refusal(body: Mapping[str, Any]) -> str | None:
    arn = str((body.get("Target") or {}).get("Arn", ""))
    if arn.startswith(targets.UNIVERSAL):
        action = arn.rsplit(":", 1)[-1]
        if targets.READS.match(action):
            return f"Provided Arn is not in correct format: {action} is not supported as a target."
    expression = body.get("ScheduleExpression")
    if expression:
        try:
            fires = times.due_at({**body, "StartDate": None, "EndDate": None}, after=None)
        except (ValueError, KeyError) as error:
            return f"Invalid Schedule Expression {expression}: {error}"
        if fires is None:
            return f"Invalid Schedule Expression {expression}."
    return None
