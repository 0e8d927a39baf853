"""What a deployment may choose, by CDK context: `-c name=fencepost -c retentionDays=365 …`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from lambdas.model.archive.fleet import MOST_AT_ONCE
from stacks.places import (
    DEFAULT,
    InvalidSettingError,
    Sandbox,
    accounts_of,
    address,
    home_region,
    number,
    one_of,
    role_names,
    sandboxes_of,
    schedule,
    yes_or_no,
)

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

GENERATORS = ("access-analyzer", "trail")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The choices of one deployment.

    Attributes:
        account, sandbox_account: Fencepost's own and the one that cycles act in by default, when
            they are two; both empty when everything is in the account of the credentials.
        region: Fencepost's own; empty for that of the credentials, when every sandbox is there.
        further: sandboxes that processes name.
        name: of the deployment; everything that it makes is called `<name>-…`.
        settle_seconds: how long after a cycle's end AWS's published delivery allows its events to
            come: management events every fifteen minutes
            (https://docs.aws.amazon.com/AmazonS3/latest/userguide/logging-with-S3.html).
        few_files, few_megabytes: how many log files of a run are read by one call, in number and
            as they are packed; more are read in batches side by side.
        retention_days: Object Lock of the archive, governance mode.
        log_days: how long log files of the trail are kept.
        late_minutes: after how many minutes without the closing markers an alarm rings.
        stale_days: after how many days without a proved run of a process an alarm rings.
        operator: an e-mail address for alarms; without one they go to the processes' owners.
        mail_topics: among how many topics owners are shared out; each takes 200 of them.
        generator: of runs whose input names none: `access-analyzer`, or `trail` for the evidence
            alone, where Access Analyzer is not to be had or takes too few jobs a day.
        go_on: whether a run goes on without Access Analyzer when its generation fails (its day's
            quota, a region without it); it ends with the error otherwise.
        fleet_at_once: how many runs of a fleet one sandbox bears at a time.
        fleet_confirm_above: how many runs a fleet may have without its input confirming it.
        fleet_schedule: when a fleet starts by itself, of what has no proof or one older than
            `stale_days`; empty for never.
        bounded_roles: whether roles that a cycle makes must carry the cycle's own boundary.
        analyzer: whether to make an account analyzer, for its findings: no run needs one, and an
            account has one per region at most.
        project_limit: whether a process's project takes one build at a time, so that no two runs
            meet in the sandbox. CodeBuild refuses such a project where an account may run no build
            (https://docs.aws.amazon.com/codebuild/latest/userguide/create-project-console.html).
        data_events: resource types whose data events the trail records for the cycles.
        data_event_roles: how the names of the roles begin that the cycles assume or hand on, and
            whose data events are recorded too: the CDK's by default. `*` is every role, for a
            sandbox that holds nothing else.
    """

    name: str = "fencepost"
    account: str = ""
    sandbox_account: str = ""
    region: str = ""
    further: tuple[Sandbox, ...] = ()
    settle_seconds: int = 900
    few_files: int = 2_000
    few_megabytes: int = 256
    retention_days: int = 365
    log_days: int = 90
    late_minutes: int = 30
    stale_days: int = 30
    operator: str = ""
    mail_topics: int = 1
    generator: str = GENERATORS[0]
    go_on: bool = False
    fleet_at_once: int = 5
    fleet_confirm_above: int = 20
    fleet_schedule: str = ""
    bounded_roles: bool = False
    analyzer: bool = False
    project_limit: bool = True
    data_events: tuple[str, ...] = DATA_EVENTS
    data_event_roles: tuple[str, ...] = ("cdk-",)

    @property
    def default(self) -> Sandbox:
        """The sandbox of processes that name none."""
        return Sandbox(account=self.sandbox_account)

    @property
    def sandboxes(self) -> tuple[Sandbox, ...]:
        """All, the default one first."""
        return (self.default, *self.further)

    @property
    def guests(self) -> bool:
        """Whether some sandbox is another account: then the workflow is a guest in every one."""
        return any(one.apart for one in self.sandboxes)

    def sandbox(self, name: str) -> Sandbox:
        """The sandbox of that name, or the default one for an empty name.

        Raises:
            InvalidSettingError: there is none.
        """
        for one in self.sandboxes:
            if one.name == (name or DEFAULT):
                return one
        known = ", ".join(one.name for one in self.sandboxes)
        raise InvalidSettingError(
            f"there is no sandbox {name}; known are: {known}. Add it to the file of -c sandboxes=…"
        )

    @property
    def parameters(self) -> str:
        """Where the process definitions lie in the Parameter Store."""
        return f"/{self.name}/processes/"

    @property
    def sandbox_parameters(self) -> str:
        """Where in the Parameter Store it stands what each sandbox has."""
        return f"/{self.name}/sandboxes/"

    @property
    def policy_parameters(self) -> str:
        """Where parameters point to the approved policies."""
        return f"/{self.name}/policies"

    @property
    def run_roles(self) -> str:
        """What the names of the cycles' roles begin with, and no other role's."""
        return f"{self.name}-run-"

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
        further = sandboxes_of(value("sandboxes"))
        account, sandbox = accounts_of(value, further)
        return cls(
            name=name,
            account=account,
            sandbox_account=sandbox,
            region=home_region(value, further),
            further=further,
            settle_seconds=number(value, "settleSeconds", standard.settle_seconds),
            few_files=number(value, "fewFiles", standard.few_files),
            few_megabytes=number(value, "fewMegabytes", standard.few_megabytes),
            retention_days=number(value, "retentionDays", standard.retention_days),
            log_days=number(value, "logDays", standard.log_days),
            late_minutes=number(value, "lateMinutes", standard.late_minutes),
            stale_days=number(value, "staleDays", standard.stale_days),
            operator=address(value, "operator"),
            mail_topics=number(value, "mailTopics", standard.mail_topics),
            generator=one_of(value, "generator", GENERATORS),
            go_on=one_of(value, "withoutAnalyzer", ("fail", "go on")) == "go on",
            fleet_at_once=number(value, "fleetAtOnce", standard.fleet_at_once, MOST_AT_ONCE),
            fleet_confirm_above=number(value, "fleetConfirmAbove", standard.fleet_confirm_above),
            fleet_schedule=schedule(value, "fleetSchedule"),
            bounded_roles=yes_or_no(value, "boundedRoles", standard=standard.bounded_roles),
            analyzer=yes_or_no(value, "analyzer", standard=standard.analyzer),
            project_limit=yes_or_no(value, "projectLimit", standard=standard.project_limit),
            data_events=tuple(sorted(filter(None, types))) or standard.data_events,
            data_event_roles=role_names(value, standard.data_event_roles),
        )
