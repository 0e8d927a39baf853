"""Where a security rule is not kept on purpose, with the reason, beside the resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Acknowledgment, Validations

if TYPE_CHECKING:
    from constructs import IConstruct


def acknowledge(scope: IConstruct, *rules: str, because: str) -> None:
    """Accept findings of cdk-nag on one construct and all below it."""
    Validations.of(scope).acknowledge(
        *(Acknowledgment(id=f"AwsSolutions-{rule}", reason=because) for rule in rules)
    )
