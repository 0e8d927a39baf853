"""The build that runs a process's cycle."""

from aws_cdk import (
    Duration,
    RemovalPolicy,
    aws_codebuild,
    aws_iam,
    aws_kms,
    aws_logs,
    aws_s3_assets,
)
from constructs import Construct

from lambdas.cycle import buildspec
from lambdas.model.definition.process import Process
from stacks.permissions.acknowledgements import acknowledge_wildcards
from stacks.processes.folders import ProcessFolder
from stacks.sandbox.roles import CycleRoles
from stacks.settings import Settings
from stacks.workflow import build_environment
from stacks.workflow.build_source import project_source, statements

NOT_SOURCE = ["node_modules", ".git", ".serverless", ".venv", "__pycache__", ".DS_Store"]


class CycleBuild(Construct):
    """A CodeBuild project for one process. Its name is given: the sandbox's fence names it."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        folder: ProcessFolder,
        roles: CycleRoles,
        role: aws_iam.Role,
        key: aws_kms.IKey,
    ) -> None:
        super().__init__(scope, construct_id)
        process = folder.process
        source = self._packed(folder)
        log = aws_logs.LogGroup(
            self,
            "Log",
            retention=aws_logs.RetentionDays.THREE_MONTHS,
            removal_policy=RemovalPolicy.DESTROY,
        )
        policy = self._policy(role, source, log, folder)
        self.project = aws_codebuild.Project(
            self,
            "Project",
            project_name=f"{settings.name}-{process.name}",
            description=f"The cycle of {process.name}: {process.description}"[:255],
            source=aws_codebuild.Source.s3(bucket=source.bucket, path=source.s3_object_key)
            if source
            else None,
            build_spec=aws_codebuild.BuildSpec.from_object_to_yaml(
                # Of one that its source defines, LoadDefinition writes each run's own.
                buildspec.reading(process)
                if process.defined_by_source
                else buildspec.buildspec(process)
            ),
            environment=aws_codebuild.BuildEnvironment(
                build_image=aws_codebuild.LinuxBuildImage.STANDARD_7_0,
                compute_type=aws_codebuild.ComputeType.MEDIUM,
            ),
            environment_variables={
                "FENCEPOST_SANDBOX_ROLE": _plain(roles.sandbox),
                "FENCEPOST_CANDIDATE_ROLE": _plain(roles.candidate),
                "FENCEPOST_BOUNDARY": _plain(roles.boundary),
                **_laptop(process),
            },
            # Two cycles at once would meet in the sandbox; the state machine waits its turn.
            concurrent_build_limit=1 if settings.project_limit else None,
            timeout=Duration.minutes(process.build.timeout),
            queued_timeout=Duration.minutes(buildspec.QUEUE_TIMEOUT),
            encryption_key=key,
            logging=aws_codebuild.LoggingOptions(
                cloud_watch=aws_codebuild.CloudWatchLoggingOptions(log_group=log)
            ),
            # What the construct would grant is wider than what a build needs.
            role=role.without_policy_updates(),
        )
        self.project.node.add_dependency(policy)
        chosen = build_environment.properties(process.build)
        if source is None:
            fetched = project_source(process.source, self)
            chosen |= {f"Source.{name}": value for name, value in fetched.items()}
        resource = self.project.node.default_child
        if isinstance(resource, aws_codebuild.CfnProject):
            for name, value in chosen.items():
                resource.add_property_override(name, value)

    def _packed(self, folder: ProcessFolder) -> aws_s3_assets.Asset | None:
        if folder.source is None:
            return None
        return aws_s3_assets.Asset(
            self,
            "Source",
            path=str(folder.source),
            exclude=[*NOT_SOURCE, *(f"**/{one}" for one in NOT_SOURCE)],
        )

    def _policy(
        self,
        role: aws_iam.Role,
        source: aws_s3_assets.Asset | None,
        log: aws_logs.LogGroup,
        folder: ProcessFolder,
    ) -> aws_iam.Policy:
        process = folder.process
        further = [
            *build_environment.statements(process.build, self),
            *build_environment.secret_statements(process.secrets, self),
        ]
        acknowledge_wildcards(
            self,
            *(one for statement in further for one in statement.resources),
            because="a login, a network interface and a cached object have no name beforehand; "
            "a key decrypts the process's own secrets alone",
        )
        return aws_iam.Policy(
            self,
            "SourceAndLog",
            roles=[aws_iam.Role.from_role_name(self, "Build", role.role_name)],
            statements=[
                *(_reading(source) if source else statements(folder.process.source, self)),
                *further,
                aws_iam.PolicyStatement(
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                    resources=[log.log_group_arn],
                ),
            ],
        )


def _reading(source: aws_s3_assets.Asset) -> list[aws_iam.PolicyStatement]:
    return [
        aws_iam.PolicyStatement(
            actions=["s3:GetObject", "s3:GetObjectVersion"],
            resources=[source.bucket.arn_for_objects(source.s3_object_key)],
        ),
        aws_iam.PolicyStatement(
            actions=["s3:GetBucketAcl", "s3:GetBucketLocation"],
            resources=[source.bucket.bucket_arn],
        ),
    ]


def _laptop(process: Process) -> dict[str, aws_codebuild.BuildEnvironmentVariable]:
    """Where an embedded AWS keeps the secrets of the process; nothing for an account."""
    kept = next((one.laptop for one in process.secrets if one.laptop), "")
    return {"FENCEPOST_SECRETS": _plain(kept.rpartition("/")[0])} if kept else {}


def _plain(value: str) -> aws_codebuild.BuildEnvironmentVariable:
    return aws_codebuild.BuildEnvironmentVariable(value=value)
