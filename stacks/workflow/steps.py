"""The states that need code: one function each, from one asset, with a role of its own."""

from collections.abc import Callable
from functools import partial

from aws_cdk import (
    Aws,
    Duration,
    RemovalPolicy,
    Size,
    Stack,
    aws_iam,
    aws_kms,
    aws_lambda,
    aws_logs,
    aws_sns,
)
from constructs import Construct

from lambdas.model.execution.setting import Setting
from lambdas.model.iam.arn import arn_of
from stacks.archive_stack import ArchiveStack
from stacks.permissions import two_accounts
from stacks.permissions.acknowledgements import acknowledge_wildcards, allow
from stacks.permissions.grants import (
    allow_boundaries,
    allow_installation,
    allow_listing_processes,
    allow_publication,
    allow_reading_failures,
    allow_reading_policies,
    allow_reading_stacks,
)
from stacks.places import Sandbox
from stacks.sandbox_stack import SandboxStack
from stacks.settings import Settings
from stacks.workflow.packaging import Package
from stacks.workflow.step_needs import FLEET_STEPS, STEPS, WATCH, Step


class Steps(Construct):
    """The functions, by the names of their states, and the one that watches them all."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        code: Package,
        own: SandboxStack | None,
        archive: ArchiveStack,
    ) -> None:
        super().__init__(scope, construct_id)
        self._code = aws_lambda.Code.from_asset(str(code.folder), asset_hash=code.digest)
        self._settings, self._own, self._archive = settings, own, archive
        self.marker = ""  # a guest of each sandbox
        self._roles: dict[str, aws_iam.Role] = {}
        self.functions = {step.state: self._function(step) for step in STEPS}
        self.of_fleets = {step.state: self._function(step) for step in FLEET_STEPS}
        self.watch = self._function(WATCH)

    def let_watch_write(self, operator: aws_sns.ITopic, key: aws_kms.IKey) -> None:
        """To the operator, of what has become stale."""
        self.watch.add_environment(Setting.OPERATOR_TOPIC, operator.topic_arn)
        role = self._roles[WATCH.state]
        allow(role, ["sns:Publish"], operator.topic_arn)
        allow(role, ["kms:Decrypt", "kms:GenerateDataKey"], key.key_arn)

    def _function(self, step: Step) -> aws_lambda.Function:
        log = aws_logs.LogGroup(
            self,
            f"{step.state}Log",
            retention=aws_logs.RetentionDays.THREE_MONTHS,
            removal_policy=RemovalPolicy.DESTROY,
        )
        role = self._roles[step.state] = self._role(step, log)
        return aws_lambda.Function(
            self,
            step.state,
            description=f"Fencepost: {step.state}",
            code=self._code,
            handler=f"lambdas.{step.package}.handler.handler",
            runtime=aws_lambda.Runtime.PYTHON_3_14,
            architecture=aws_lambda.Architecture.ARM_64,
            memory_size=step.memory,
            timeout=Duration.seconds(step.timeout),
            ephemeral_storage_size=Size.mebibytes(step.disk),
            environment=self._environment(step),
            log_group=log,
            tracing=aws_lambda.Tracing.ACTIVE,
            role=role,
        )

    def _environment(self, step: Step) -> dict[str, str]:
        environment = {
            "POWERTOOLS_SERVICE_NAME": step.package,
            "POWERTOOLS_METRICS_NAMESPACE": "Fencepost",
        }
        if step.settles:
            environment[Setting.SETTLE_SECONDS] = str(self._settings.settle_seconds)
        if step.collects:
            environment[Setting.FEW_FILES] = str(self._settings.few_files)
            environment[Setting.FEW_MEGABYTES] = str(self._settings.few_megabytes)
        if step.archive:
            environment[Setting.ARCHIVE_BUCKET] = self._archive.bucket.bucket_name
        environment |= self._parameters(step) | self._fleets(step)
        if step.candidates:
            environment[Setting.POLICY_PATH] = self._settings.policies
        return environment

    def _parameters(self, step: Step) -> dict[str, str]:
        """Where in the Parameter Store a function writes, or looks."""
        found: dict[str, str] = {}
        if step.publishes:
            found[Setting.POLICY_PARAMETERS] = self._settings.policy_parameters
        if step.lists:
            found[Setting.PROCESS_PARAMETERS] = self._settings.parameters
        return found

    def _fleets(self, step: Step) -> dict[str, str]:
        """What a deployment chooses for its fleets."""
        settings = self._settings
        found: dict[str, str] = {}
        if step.plans:
            found[Setting.GENERATOR] = settings.generator
            found[Setting.AT_ONCE] = str(settings.fleet_at_once)
            found[Setting.CONFIRM_ABOVE] = str(settings.fleet_confirm_above)
        if step.judges:
            found[Setting.STALE_DAYS] = str(settings.stale_days)
        return found

    def _marker_role(self, by: aws_iam.Role) -> str:
        """As whom markers are made: of the account that the trail records, and may do nothing."""
        role = aws_iam.Role(
            self,
            "MarkerRole",
            description="Fencepost: under whose sessions AwaitTrail makes its markers",
            assumed_by=aws_iam.ArnPrincipal(by.role_arn),
            max_session_duration=Duration.hours(1),
        )
        return role.role_arn

    def _role(self, step: Step, log: aws_logs.LogGroup) -> aws_iam.Role:
        role = aws_iam.Role(
            self,
            f"{step.state}Role",
            role_name=two_accounts.step_role(self._settings, step.package)
            if self._settings.guests
            else None,
            description=f"Fencepost: the function of {step.state}",
            assumed_by=aws_iam.ServicePrincipal("lambda.amazonaws.com"),
        )
        allow(role, ["logs:CreateLogStream", "logs:PutLogEvents"], log.log_group_arn)
        allow(
            role,
            ["xray:PutTelemetryRecords", "xray:PutTraceSegments", *step.actions],
            "*",
            because="X-Ray, the policy simulator, Access Analyzer's checks and lists of policies "
            "have no resources",
        )
        for sandbox in self._settings.sandboxes if step.trail else ():
            self._allow_reading(role, sandbox)
        if step.archive:
            self._allow_archive(role, step)
        self._allow_further(role, step)
        return role

    def _allow_archive(self, role: aws_iam.Role, step: Step) -> None:
        """To read it, and to write what the step may."""
        bucket, key = self._archive.bucket_arn, self._archive.key.key_arn
        _allow_bucket(role, bucket, ["s3:GetObject"])
        if not step.writes:
            allow(role, ["kms:Decrypt"], key)
            return
        _allow_objects(role, bucket, ["s3:PutObject"], *step.keys)
        allow(role, ["kms:Decrypt", "kms:GenerateDataKey"], key)

    def _allow_further(self, role: aws_iam.Role, step: Step) -> None:
        if step.candidates:
            self._allow_there(role, two_accounts.INSTALLER, self._allow_installing)
        for needed, grant in (
            (step.stacks, allow_reading_stacks),
            (step.policies, allow_reading_policies),
            (step.failures, allow_reading_failures),
        ):
            if needed:
                self._allow_there(role, two_accounts.READER, grant)
        if step.settles and self._settings.guests:
            self._allow_guests(role, two_accounts.MARKER)
        elif step.settles:
            self.marker = self._marker_role(role)
            allow(role, ["sts:AssumeRole"], self.marker)
        if step.publishes:
            allow_publication(role, self._settings)
        if step.lists:
            allow_listing_processes(role, self._settings)

    def _allow_installing(self, role: aws_iam.Role, account: str) -> None:
        allow_installation(role, self._settings, account)
        allow_boundaries(role, self._settings, account)

    def _allow_there(
        self, role: aws_iam.Role, guest: str, grant: Callable[[aws_iam.Role, str], None]
    ) -> None:
        """What a function does in the sandboxes: by itself in its own account, or as a guest."""
        if self._settings.guests:
            self._allow_guests(role, guest)
        else:
            grant(role, Stack.of(role).account)

    def _allow_guests(self, role: aws_iam.Role, guest: str) -> None:
        arn = partial(two_accounts.guest_arn, self._settings, name=guest)
        guests = [arn(sandbox=one) for one in self._settings.sandboxes]
        allow(role, ["sts:AssumeRole"], *guests)

    def _allow_reading(self, role: aws_iam.Role, sandbox: Sandbox) -> None:
        """A trail's files; of another account's key no name can be known here, but its account."""
        if self._own and not sandbox.apart:
            _allow_bucket(role, self._own.trail.bucket_arn, ["s3:GetObject"])
            allow(role, ["kms:Decrypt"], self._own.trail.key.key_arn)
            return
        bucket = two_accounts.bucket_name(self._settings, sandbox)
        _allow_bucket(role, arn_of("s3", bucket, partition=Aws.PARTITION), ["s3:GetObject"])
        keys = two_accounts.any_key(self._settings, sandbox)
        role.add_to_policy(
            aws_iam.PolicyStatement(
                actions=["kms:Decrypt"],
                resources=[keys],
                conditions=two_accounts.through_s3(self._settings, sandbox),
            )
        )
        acknowledge_wildcards(
            role, keys, because="the id of another account's key; its policy names who may use it"
        )


def _allow_bucket(role: aws_iam.Role, bucket: str, actions: list[str]) -> None:
    # Without ListBucket S3 answers AccessDenied for a key that is not there.
    allow(role, ["s3:ListBucket"], bucket)
    _allow_objects(role, bucket, actions, "*")


def _allow_objects(role: aws_iam.Role, bucket: str, actions: list[str], *keys: str) -> None:
    allow(
        role,
        actions,
        *(f"{bucket}/{key}" for key in keys),
        because="objects are named by processes, runs and times",
    )
