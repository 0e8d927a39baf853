"""What a deployment may choose, by CDK context: `-c name=fencepost -c retentionDays=365 …`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = re.compile(r"[a-z][a-z0-9]{0,11}")  # role names hold it with a process's 32, in 64
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
# Partitions other than aws know fewer: name those of yours with -c dataEvents=a,b.
DATA_EVENTS = (
    "AWS::CloudWatch::Metric",
    "AWS::Cognito::IdentityPool",
    "AWS::DynamoDB::Stream",
    "AWS::DynamoDB::Table",
    "AWS::Kinesis::Stream",
    "AWS::Lambda::Function",
    "AWS::RDS::DBCluster",
    "AWS::S3::AccessPoint",
    "AWS::S3::Object",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::StepFunctions::StateMachine",
    "AWS::XRay::Trace",
)


class InvalidSettingError(Exception):
    """A context value cannot be meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The choices of one deployment.

    Attributes:
        name: of the deployment; everything that it makes is called `<name>-…`.
        settle_seconds: how long after the last closing marker the trail counts as complete:
            files hold records of any time before, and CloudTrail publishes every five minutes
            (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html).
        few_files, few_megabytes: how many log files of a run are read by one call, in number and
            as they are packed; more are read in batches side by side.
        retention_days: Object Lock of the archive, governance mode.
        log_days: how long log files of the trail are kept.
        late_minutes: after how many minutes without the trail's last files an alarm rings.
        stale_days: after how many days without a proved run of a process an alarm rings.
        operator: an e-mail address for alarms; without one they go to the processes' owners.
        analyzer: whether to make an account analyzer; an account has one per region at most.
        data_events: resource types whose data events the trail records for the cycles.
    """

    name: str = "fencepost"
    settle_seconds: int = 300
    few_files: int = 2_000
    few_megabytes: int = 256
    retention_days: int = 365
    log_days: int = 90
    late_minutes: int = 30
    stale_days: int = 30
    operator: str = ""
    analyzer: bool = True
    data_events: tuple[str, ...] = DATA_EVENTS

    @property
    def parameters(self) -> str:
        """Where the process definitions lie in the Parameter Store."""
        return f"/{self.name}/processes/"

    @property
    def policies(self) -> str:
        """The path of the policies that a proof makes for the candidate roles."""
        return f"/{self.name}/"

    @classmethod
    def from_context(cls, value: Callable[[str], object]) -> Self:
        """Read the context; a value from the command line is always a text.

        Raises:
            InvalidSettingError: names the key and what to write.
        """
        standard = cls()
        name = str(value("name") or standard.name)
        if not NAME.fullmatch(name):
            raise InvalidSettingError(f"-c name={name}: write [a-z][a-z0-9]{{0,11}}")
        types = str(value("dataEvents") or "").split(",")
        return cls(
            name=name,
            settle_seconds=_number(value, "settleSeconds", standard.settle_seconds),
            few_files=_number(value, "fewFiles", standard.few_files),
            few_megabytes=_number(value, "fewMegabytes", standard.few_megabytes),
            retention_days=_number(value, "retentionDays", standard.retention_days),
            log_days=_number(value, "logDays", standard.log_days),
            late_minutes=_number(value, "lateMinutes", standard.late_minutes),
            stale_days=_number(value, "staleDays", standard.stale_days),
            operator=str(value("operator") or ""),
            analyzer=str(value("analyzer")).lower() not in {"false", "no", "0"},
            data_events=tuple(sorted(filter(None, types))) or standard.data_events,
        )


def _number(value: Callable[[str], object], key: str, standard: int) -> int:
    given = value(key)
    if given is None:
        return standard
    if not str(given).isdecimal() or int(str(given)) < 1:
        raise InvalidSettingError(f"-c {key}={given}: write a whole number above 0")
    return int(str(given))
