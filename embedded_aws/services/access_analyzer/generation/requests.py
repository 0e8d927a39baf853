"""What StartPolicyGeneration accepts.

https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_StartPolicyGeneration.html
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from embedded_aws.services.access_analyzer.errors import invalid
from embedded_aws.services.access_analyzer.generation.activity import coverage

PRINCIPAL = re.compile(r"arn:[^:]*:iam::[^:]*:(role|user)/.{1,576}")
ROLE = re.compile(r"arn:[^:]*:iam::[^:]*:role/.{1,576}")
TRAIL = re.compile(r"arn:[^:]*:cloudtrail:[^:]*:[^:]*:trail/.{1,576}")


def window_of(data: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """The window of a request, which the service accepts in all else too."""
    principal = (data.get("policyGenerationDetails") or {}).get("principalArn", "")
    if not PRINCIPAL.fullmatch(principal):
        raise invalid(f"Invalid principal ARN: {principal}")
    details = data.get("cloudTrailDetails") or {}
    if not ROLE.fullmatch(details.get("accessRole", "")):
        raise invalid(f"Invalid access role: {details.get('accessRole', '')}")
    _check_trails(details.get("trails") or [{}])
    try:
        start = _instant(details["startTime"])
        end = _instant(details["endTime"]) if "endTime" in details else datetime.now(UTC)
    except (KeyError, ValueError) as error:
        raise invalid(f"Invalid time: {error}") from error
    if start >= end:
        raise invalid("The start time must be before the end time")
    if end - start > timedelta(days=coverage()["quotas"]["days"]):
        raise invalid("The time range is at most 90 days")
    return start, end


def _check_trails(trails: list[Mapping[str, Any]]) -> None:
    for trail in trails:
        if not TRAIL.fullmatch(trail.get("cloudTrailArn", "")):
            raise invalid(f"Invalid trail ARN: {trail.get('cloudTrailArn', '')}")
        if bool(trail.get("regions")) == bool(trail.get("allRegions")):
            raise invalid("Specify either regions or allRegions for each trail")


def _instant(value: Any) -> datetime:
    if isinstance(value, (int, float)):
        return datetime.fromtimestamp(value, UTC)
    moment = datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
