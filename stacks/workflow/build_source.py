"""A process's source as CodeBuild's own: what its project says, and what its role needs for it."""

from typing import Any

from aws_cdk import Stack, aws_iam
from constructs import Construct

from lambdas.model.definition.source import Source, SourceKind
from lambdas.model.iam.arn import Arn, arn_of


def project_source(source: Source, scope: Construct) -> dict[str, Any]:
    """The property `Source` of the project, without its buildspec."""
    if not source.codebuild_type:
        return {"Type": "NO_SOURCE"}
    location = source.location
    if source.kind is SourceKind.CODECOMMIT:
        stack = Stack.of(scope)
        host = f"git-codecommit.{stack.region}.{stack.url_suffix}"
        location = f"https://{host}/v1/repos/{source.location}"
    auth = {"Auth": {"Type": "CODECONNECTIONS", "Resource": source.connection}}
    return {
        "Type": source.codebuild_type,
        "Location": location,
        "GitCloneDepth": 0,  # all of it: a revision must be reached by a branch or a tag
        **(auth if source.connection else {}),
    }


def statements(source: Source, scope: Construct) -> list[aws_iam.PolicyStatement]:
    """What the build's role needs to fetch it."""
    stack = Stack.of(scope)
    if source.kind is SourceKind.CODECOMMIT:
        repository = stack.format_arn(service="codecommit", resource=source.location)
        return [_allow(["GitPull"], "codecommit", repository)]
    if source.kind is SourceKind.S3:
        key = arn_of("s3", source.location, partition=stack.partition)
        return [_allow(["GetObject", "GetObjectVersion"], "s3", key)]
    if source.connection:
        # https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html
        prefix = Arn.from_text(source.connection).service
        actions = ["GetConnection", "GetConnectionToken", "UseConnection"]
        return [_allow(actions, prefix, source.connection)]
    return []


def _allow(actions: list[str], service: str, resource: str) -> aws_iam.PolicyStatement:
    return aws_iam.PolicyStatement(
        actions=[f"{service}:{one}" for one in actions], resources=[resource]
    )
