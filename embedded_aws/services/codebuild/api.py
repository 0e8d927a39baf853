"""CodeBuild: StartBuild and StopBuild run a project's buildspec as processes of this machine.

The commands get the service role through a container credentials endpoint and an environment made
from nothing. Everything that they started ends with the build, or with the host.
"""

import atexit
import contextvars
import copy
import os
import shutil
import threading
import time
from collections.abc import Mapping
from typing import Any

from botocore.config import Config
from ministack.core.responses import (
    error_response_json,
    get_account_id,
    get_region,
    json_response,
)
from ministack.services import codebuild as engine

from embedded_aws.iam.service_roles import RoleNotAssumableError, assume
from embedded_aws.services.codebuild import credentials as build_credentials
from embedded_aws.services.codebuild import knobs, projects, shell
from embedded_aws.services.codebuild.build import Build
from embedded_aws.services.codebuild.logs import BuildLog, NoLog
from embedded_aws.sessions import caller, role_session
from embedded_aws.sessions.role_session import RoleSession

Record = dict[str, Any]
Response = tuple[int, dict[str, str], bytes]
SERVICE = "codebuild.amazonaws.com"
OWN_SECONDS = 48 * 3600  # more than the longest build
OVERRIDES = {  # StartBuild's parameter to the project's property
    "timeoutInMinutesOverride": ("timeoutInMinutes",),
    "serviceRoleOverride": ("serviceRole",),
    "logsConfigOverride": ("logsConfig",),
    "artifactsOverride": ("artifacts",),
    "encryptionKeyOverride": ("encryptionKey",),
    "buildspecOverride": ("source", "buildspec"),
    "sourceTypeOverride": ("source", "type"),
    "sourceLocationOverride": ("source", "location"),
    "imageOverride": ("environment", "image"),
    "computeTypeOverride": ("environment", "computeType"),
    "environmentTypeOverride": ("environment", "type"),
    "privilegedModeOverride": ("environment", "privilegedMode"),
}

TOKEN_SECONDS = 300  # an idempotency token is valid for five minutes

_running: dict[str, Build] = {}
_tokens: dict[tuple[str, ...], tuple[str, float, Record]] = {}


def install() -> None:
    """Replace MiniStack's builds, complete its projects, end all with the host."""
    engine._start_build = _start_build
    engine._stop_build = _stop_build
    projects.install()
    knobs.install()
    build_credentials.install()
    atexit.register(stop)


def stop() -> None:
    """End every build: the host stops."""
    for build in list(_running.values()):
        build.end("STOPPED")
    shell.end_all()
    for build in list(_running.values()):
        if build.work:
            shutil.rmtree(build.work, ignore_errors=True)


def _start_build(data: Record) -> Response:
    name = projects.name_of(data.get("projectName", ""))
    found = engine._projects.get(name)
    if found is None:
        return _refusal("ResourceNotFoundException", f"Project cannot be found: {name}")
    known = _known(data, name)
    if known is not None:
        return known
    full = projects.full(found, [one.record for one in _running.values()])
    if full is not None:
        return _refusal(*full)
    project = with_overrides(found, data)
    record = _record(project, data)
    session = "AWSCodeBuild-" + record["id"].split(":", 1)[1]

    def renew() -> caller.Credentials:
        return assume(
            project["serviceRole"],
            SERVICE,
            session,
            region=get_region(),
            source_arn=project["arn"],
        )

    inside = contextvars.copy_context()
    try:
        grant, variables = build_credentials.grant(
            project["serviceRole"], lambda: inside.copy().run(renew)
        )
    except RoleNotAssumableError as error:
        message = f"CodeBuild is not authorized to perform: sts:AssumeRole on service role. {error}"
        return _refusal("InvalidInputException", message)
    build = _build(project, record, variables, session)
    engine._builds[record["id"]] = record
    _running[record["id"]] = build
    answer = copy.deepcopy(record)
    if "idempotencyToken" in data:
        _tokens[_scope(data, name)] = (record["id"], record["startTime"], copy.deepcopy(data))
    threading.Thread(target=inside.run, args=(_run, build, grant), daemon=True).start()
    return _answer({"build": answer})


def _known(data: Record, project: str) -> Response | None:
    """The build that a token has started before, or the refusal of another use of it.

    https://docs.aws.amazon.com/codebuild/latest/APIReference/API_StartBuild.html
    """
    build_id, started, first = _tokens.get(_scope(data, project), ("", 0.0, {}))
    if "idempotencyToken" not in data or time.time() - started > TOKEN_SECONDS:
        return None
    if first != data:
        return _refusal("InvalidInputException", "The idempotency token was used with other values")
    return _answer({"build": copy.deepcopy(engine._builds[build_id])})


def _scope(data: Record, project: str) -> tuple[str, ...]:
    return get_account_id(), get_region(), project, str(data.get("idempotencyToken"))


def _run(build: Build, grant: str) -> None:
    try:
        build.run()
    finally:
        build_credentials.revoke(grant)
        _running.pop(build.record["id"], None)


def _build(project: Record, record: Record, variables: Mapping[str, str], session: str) -> Build:
    role = RoleSession(
        # CodeBuild's own use of the role, for source and log, lasts as long as the build may.
        credentials=caller.role_session(project["serviceRole"], session, seconds=OWN_SECONDS),
        region=get_region(),
        session_name=session,
        config=role_session.CALL.merge(Config(user_agent=SERVICE)),
    )
    logs = record["logs"]
    log = (
        BuildLog(role, group=logs["groupName"], stream=logs["streamName"])
        if "groupName" in logs
        else NoLog()
    )
    return Build(
        record=record,
        project=project,
        acting=role,
        log=log,
        credentials=variables,
        outside=dict(os.environ),
    )


def with_overrides(project: Mapping[str, Any], data: Mapping[str, Any]) -> Record:
    """A project as one build sees it."""
    own = copy.deepcopy(dict(project))
    for parameter, path in OVERRIDES.items():
        if parameter in data:
            target = own
            for step in path[:-1]:
                target = target.setdefault(step, {})
            target[path[-1]] = data[parameter]
    environment = own.setdefault("environment", {})
    variables = {item["name"]: item for item in environment.get("environmentVariables") or []}
    variables |= {item["name"]: item for item in data.get("environmentVariablesOverride") or []}
    environment["environmentVariables"] = list(variables.values())
    return own


def _record(project: Record, data: Record) -> Record:
    name, now = project["name"], time.time()
    build_id = engine._build_id(name)
    record: Record = engine._make_build_record(project, build_id, data.get("sourceVersion"))
    numbers = [b["buildNumber"] for b in engine._builds.values() if b["projectName"] == name]
    record.pop("endTime", None)
    record.update(
        buildNumber=max(numbers, default=0) + 1,
        buildStatus="IN_PROGRESS",
        buildComplete=False,
        currentPhase="QUEUED",
        startTime=now,
        serviceRole=project["serviceRole"],
        initiator=_initiator(),
        timeoutInMinutes=int(project.get("timeoutInMinutes") or 60),
        queuedTimeoutInMinutes=int(project.get("queuedTimeoutInMinutes") or 480),
        encryptionKey=project.get("encryptionKey") or record["encryptionKey"],
        logs=projects.logs_of(project, build_id),
        phases=[
            {
                "phaseType": "SUBMITTED",
                "phaseStatus": "SUCCEEDED",
                "startTime": now,
                "endTime": now,
                "durationInSeconds": 0,
            },
            {"phaseType": "QUEUED", "startTime": now},
        ],
    )
    return record


def _initiator() -> str:
    """Who started the build: `role/session`, a user's name, or the root."""
    signer = caller.current.get()
    if signer is None:
        return "root"
    arn = str(caller.identity(signer.access_key, get_account_id()).get("arn", "root"))
    return arn.rsplit(":", maxsplit=1)[-1].removeprefix("assumed-role/").removeprefix("user/")


def _stop_build(data: Record) -> Response:
    build_id = data.get("id", "").rsplit(":build/", 1)[-1]
    record = engine._builds.get(build_id)
    if record is None:
        return _refusal("ResourceNotFoundException", f"Build {build_id} does not exist")
    running = _running.get(build_id)
    if running is not None:
        running.end("STOPPED")
    return _answer({"build": copy.deepcopy(record)})


def _answer(body: Record) -> Response:
    answer: Response = json_response(body)
    return answer


def _refusal(code: str, message: str) -> Response:
    answer: Response = error_response_json(code, message, 400)
    return answer
