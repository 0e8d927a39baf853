"""`AWS::CloudTrail::Trail` in a stack: a trail that logs, with its selectors.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-cloudtrail-trail.html
"""

import json
from typing import Any

from ministack.services import cloudtrail
from ministack.services.cloudformation import provisioners

from embedded_aws.services.cloudformation.engine import physical_names

KIND = "AWS::CloudTrail::Trail"
Record = dict[str, Any]
# The template's names, and the API's where they differ.
FIELDS = {
    "S3BucketName": "S3BucketName",
    "S3KeyPrefix": "S3KeyPrefix",
    "SnsTopicName": "SnsTopicName",
    "IncludeGlobalServiceEvents": "IncludeGlobalServiceEvents",
    "IsMultiRegionTrail": "IsMultiRegionTrail",
    "EnableLogFileValidation": "EnableLogFileValidation",
    "IsOrganizationTrail": "IsOrganizationTrail",
    "CloudWatchLogsLogGroupArn": "CloudWatchLogsLogGroupArn",
    "CloudWatchLogsRoleArn": "CloudWatchLogsRoleArn",
    "KMSKeyId": "KmsKeyId",
}


def install() -> None:
    """Let stacks have trails."""
    provisioners._RESOURCE_HANDLERS[KIND] = {
        "create": _create,
        "update": _update,
        "delete": _delete,
    }


def _create(logical_id: str, properties: Record, stack: str) -> tuple[str, Record]:
    name = properties.get("TrailName") or physical_names.planned(KIND, stack, logical_id)
    _ask(cloudtrail._create_trail, {"Name": name, **_request(properties)})
    return _configure(name, properties)


def _update(name: str, _old: Record, new: Record, _stack: str) -> tuple[str, Record]:
    _ask(cloudtrail._update_trail, {"Name": name, **_request(new)})
    return _configure(name, new)


def _delete(name: str, _properties: Record) -> None:
    cloudtrail._delete_trail({"Name": name})


def _configure(name: str, properties: Record) -> tuple[str, Record]:
    """Selectors and logging, which CloudFormation sets by calls of their own."""
    for field in ("EventSelectors", "AdvancedEventSelectors"):
        if properties.get(field):
            selectors = [_plain(selector) for selector in properties[field]]
            _ask(cloudtrail._put_event_selectors, {"TrailName": name, field: selectors})
    logging = _boolean(properties.get("IsLogging", True))
    _ask(cloudtrail._start_logging if logging else cloudtrail._stop_logging, {"Name": name})
    return name, {"Arn": cloudtrail._trail_arn(name)}


def _request(properties: Record) -> Record:
    return {there: _plain(properties[here]) for here, there in FIELDS.items() if here in properties}


def _plain(value: Any) -> Any:
    """CloudFormation may hand on booleans as text."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return _boolean(value) if value in ("true", "false") else value


def _boolean(value: Any) -> Any:
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _ask(call: Any, body: Record) -> None:
    status, _, answer = call(body)
    if status >= 400:  # noqa: PLR2004 - HTTP
        raise ValueError(json.loads(answer)["message"])
