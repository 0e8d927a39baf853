"""What CloudFormation tells of a stack, also for ninety days after its removal.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplate.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackResources.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol, TypeVar

from lambdas.errors import ServiceUnavailableError, StackNotReadError
from lambdas.gateways.aws_errors import UNANSWERED, is_transient, reason
from lambdas.model.trail.stack import StackResource

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cloudformation.type_defs import GetTemplateOutputTypeDef

    ClientOf = Callable[[str], CloudFormationClient]

Answer = TypeVar("Answer")


class Stacks(Protocol):
    """What the step asks of CloudFormation, for a stack's id.

    Each raises `StackNotReadError` when CloudFormation does not tell.
    """

    def template(self, stack: str) -> str:
        """The template as it was sent, YAML or JSON."""

    def processed(self, stack: str) -> str:
        """The template as its transforms made it."""

    def parameters(self, stack: str) -> Mapping[str, str]:
        """Its parameters' values as they were sent; hidden ones as asterisks."""

    def resources(self, stack: str) -> tuple[StackResource, ...]:
        """What it made, sorted."""


class CloudFormationStacks:
    """The real one."""

    def __init__(self, client_of: ClientOf) -> None:
        """Take what gives a client for a region."""
        self._client_of = client_of

    def template(self, stack: str) -> str:
        """See `Stacks`."""
        return self._asked(_template, stack)

    def processed(self, stack: str) -> str:
        """See `Stacks`."""
        return self._asked(_processed, stack)

    def parameters(self, stack: str) -> Mapping[str, str]:
        """See `Stacks`."""
        return self._asked(_parameters, stack)

    def resources(self, stack: str) -> tuple[StackResource, ...]:
        """See `Stacks`."""
        return self._asked(_resources, stack)

    def _asked(self, ask: Callable[[CloudFormationClient, str], Answer], stack: str) -> Answer:
        try:
            return ask(self._client_of(stack.split(":")[3]), stack)
        except UNANSWERED as error:
            if is_transient(error):
                raise ServiceUnavailableError(f"cannot read {stack}: {reason(error)}") from error
            raise StackNotReadError(reason(error)) from error


def _template(cloudformation: CloudFormationClient, stack: str) -> str:
    return _text(cloudformation.get_template(StackName=stack, TemplateStage="Original"))


def _processed(cloudformation: CloudFormationClient, stack: str) -> str:
    return _text(cloudformation.get_template(StackName=stack, TemplateStage="Processed"))


def _text(answer: GetTemplateOutputTypeDef) -> str:
    """Botocore parses what is JSON, and its types say that everything were."""
    body: str | Mapping[str, object] = answer["TemplateBody"]
    return body if isinstance(body, str) else json.dumps(body)


def _parameters(cloudformation: CloudFormationClient, stack: str) -> Mapping[str, str]:
    return {
        one["ParameterKey"]: one.get("ParameterValue", "")
        for page in cloudformation.get_paginator("describe_stacks").paginate(StackName=stack)
        for described in page["Stacks"]
        for one in described.get("Parameters", ())
    }


def _resources(cloudformation: CloudFormationClient, stack: str) -> tuple[StackResource, ...]:
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    return tuple(
        sorted(
            StackResource(
                logical_id=one["LogicalResourceId"],
                type=one["ResourceType"],
                physical_id=one.get("PhysicalResourceId", ""),
            )
            for page in pages
            for one in page["StackResourceSummaries"]
        )
    )
