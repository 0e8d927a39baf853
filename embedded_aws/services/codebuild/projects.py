"""CodeBuild projects: the properties that MiniStack's records and stacks leave out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ministack.core.responses import error_response_json, get_account_id, get_region
from ministack.services import codebuild as engine
from ministack.services.cloudformation import provisioners

from embedded_aws.services.codebuild.knobs import Turned

Record = dict[str, Any]
KIND = "AWS::CodeBuild::Project"
# API name and CloudFormation property of what a project keeps besides.
ALSO = {
    "logsConfig": "LogsConfig",
    "cache": "Cache",
    "queuedTimeoutInMinutes": "QueuedTimeoutInMinutes",
    "concurrentBuildLimit": "ConcurrentBuildLimit",
    "autoRetryLimit": "AutoRetryLimit",
}
NUMBERS = frozenset({"queuedTimeoutInMinutes", "concurrentBuildLimit", "autoRetryLimit"})


def install() -> None:
    """Let projects keep all their properties, whoever sets them."""
    engine._create_project = _keeping(engine._create_project)
    engine._update_project = _keeping(engine._update_project)
    engine._project_shape = _showing(engine._project_shape)
    handlers = provisioners._RESOURCE_HANDLERS[KIND]
    create, update = handlers["create"], handlers["update"]

    def create_from_stack(logical_id: str, props: Record, stack: str) -> tuple[str, Record]:
        reason = _above(props.get("ConcurrentBuildLimit"))
        if reason:
            raise ValueError(reason)
        name, attributes = create(logical_id, props, stack)
        engine._projects[name].update(_from_template(props))
        return name, attributes

    def update_from_stack(
        physical_id: str, old: Record, new: Record, stack: str
    ) -> tuple[str, Record]:
        name, attributes = update(physical_id, old, new, stack)
        project = engine._projects[name]
        for key in ALSO:
            project.pop(key, None)
        project.update(_from_template(new))
        return name, attributes

    provisioners._RESOURCE_HANDLERS[KIND] = {
        **handlers,
        "create": create_from_stack,
        "update": update_from_stack,
    }


def name_of(identifier: str) -> str:
    """A project's name, from its name or its ARN."""
    return identifier.rsplit(":project/", 1)[-1]


def logs_of(project: Mapping[str, Any], build_id: str) -> Record:
    """Where a build's log goes, as the build's record says it.

    https://docs.aws.amazon.com/codebuild/latest/APIReference/API_LogsLocation.html
    """
    config = (project.get("logsConfig") or {}).get("cloudWatchLogs") or {"status": "ENABLED"}
    if config.get("status") == "DISABLED":
        return {"cloudWatchLogs": dict(config)}
    identifier = build_id.split(":", 1)[1]
    group = config.get("groupName") or f"/aws/codebuild/{project['name']}"
    prefix = config.get("streamName")
    stream = f"{prefix}/{identifier}" if prefix else identifier
    where = f"{get_region()}:{get_account_id()}"
    shown = [part.replace("/", "$252F") for part in (group, stream)]  # the console's own escapes
    link = f"#logsV2:log-groups/log-group/{shown[0]}/log-events/{shown[1]}"
    return {
        "deepLink": f"https://console.aws.amazon.com/cloudwatch/home?region={get_region()}{link}",
        "groupName": group,
        "streamName": stream,
        "cloudWatchLogs": dict(config),
        "cloudWatchLogsArn": f"arn:aws:logs:{where}:log-group:{group}:log-stream:{stream}",
    }


def _keeping(api: Callable[[Record], Any]) -> Callable[[Record], Any]:
    def keep(data: Record) -> Any:
        reason = _above(data.get("concurrentBuildLimit"))
        if reason:
            return error_response_json("InvalidInputException", reason, 400)
        answer = api(data)
        project = engine._projects.get(data.get("name", ""))
        if answer[0] < 400 and project is not None:  # noqa: PLR2004 (HTTP: no error)
            project.update({key: data[key] for key in ALSO if key in data})
        return answer

    return keep


def full(project: Record, running: Sequence[Record]) -> tuple[str, str] | None:
    """Why no build may start now: more than the account, or the project, may run at once.

    Gives the error and its words; https://docs.aws.amazon.com/codebuild/latest/userguide/builds-working.html
    """
    limit = Turned.now.account_limit
    # Where it is, its ARN says: arn:aws:codebuild:REGION:ACCOUNT:…
    here = [one for one in running if one["arn"].split(":")[3:5] == project["arn"].split(":")[3:5]]
    if len(here) >= limit:
        message = f"Cannot have more than {limit} builds in queue for the account"
        return "AccountLimitExceededException", message
    own = project.get("concurrentBuildLimit")
    if own and sum(one["projectName"] == project["name"] for one in here) >= int(own):
        return Turned.now.project_error, f"Project-level concurrent build limit of {own} is reached"
    return None


def _above(own: Any) -> str:
    """Why a project may not have this limit of its own; empty when it may.

    The words: https://github.com/hashicorp/terraform-provider-aws/issues/37748
    """
    limit = Turned.now.account_limit
    if own is None or int(own) <= limit:
        return ""
    return (
        "Project-level concurrent build limit cannot exceed the account-level concurrent build "
        f"limit of {limit}"
    )


def _showing(shape: Callable[[Record], Record]) -> Callable[[Record], Record]:
    def shown(project: Record) -> Record:
        return shape(project) | {key: project[key] for key in ALSO if key in project}

    return shown


def _from_template(props: Mapping[str, Any]) -> Record:
    given = {
        key: provisioners._codebuild_cfn_to_api(props[name])
        for key, name in ALSO.items()
        if name in props
    }
    return {key: int(value) if key in NUMBERS else value for key, value in given.items()}
