"""Grants, each beside the reason for every wildcard in it; and other rules not kept on purpose."""

from collections.abc import Iterator, Sequence
from typing import Any

from aws_cdk import Acknowledgment, Stack, Validations, aws_iam
from constructs import IConstruct


def acknowledge(scope: IConstruct, *rules: str, because: str) -> None:
    """Accept findings of cdk-nag's AwsSolutions on one construct and all below it."""
    Validations.of(scope).acknowledge(
        *(Acknowledgment(id=f"AwsSolutions-{rule}", reason=because) for rule in rules)
    )


def allow(role: aws_iam.Role, actions: Sequence[str], *resources: str, because: str = "") -> None:
    """Grant; a wildcard without its reason fails the tests."""
    role.add_to_policy(aws_iam.PolicyStatement(actions=list(actions), resources=list(resources)))
    if because:
        acknowledge_wildcards(role, *resources, because=because)


def acknowledge_wildcards(scope: IConstruct, *resources: str, because: str) -> None:
    """Accept the wildcards in these resources, and no others, in policies below a construct."""
    stack = Stack.of(scope)
    for text in (_shown(stack.resolve(resource)) for resource in resources):
        if "*" in text:
            acknowledge(scope, f"IAM5[Resource::{text}]", because=because)


def _shown(resolved: object) -> str:
    """An ARN as cdk-nag spells it: `<Bucket.Arn>/*`."""
    return "".join(_parts(resolved))


def _parts(value: Any) -> Iterator[str]:  # noqa: ANN401 (CloudFormation's JSON)
    if isinstance(value, str):
        yield value
    elif "Ref" in value:
        yield f"<{value['Ref']}>"
    elif "Fn::GetAtt" in value:
        yield f"<{'.'.join(value['Fn::GetAtt'])}>"
    elif "Fn::ImportValue" in value:
        yield from _parts(value["Fn::ImportValue"])
    elif "Fn::Join" in value:
        for part in value["Fn::Join"][1]:
            yield from _parts(part)
