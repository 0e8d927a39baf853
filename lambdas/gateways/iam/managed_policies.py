"""Managed policies of IAM as documents: those that roles are given, and boundaries."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from lambdas.gateways.aws_errors import refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_iam import IAMClient

ABSENT, THERE = "NoSuchEntity", "EntityAlreadyExists"
DESCRIPTION = "Fencepost: what the roles that a process creates may do at most"


class ManagedPolicies(Protocol):
    """What the steps ask of IAM.

    Each raises `ServiceRefusedError` when IAM refuses the call.
    """

    def document(self, arn: str) -> Mapping[str, Any] | None:
        """The default version of a managed policy; None when there is none of that ARN."""

    def put(self, arn: str, document: Mapping[str, Any]) -> bool:
        """Make that the policy's only version; tells whether anything changed."""


class IamManagedPolicies:
    """The real one."""

    def __init__(self, iam: IAMClient) -> None:
        """Act as the client does."""
        self._iam = iam

    def document(self, arn: str) -> Mapping[str, Any] | None:
        """See `ManagedPolicies`."""
        try:
            policy = self._iam.get_policy(PolicyArn=arn)["Policy"]
            version = self._iam.get_policy_version(
                PolicyArn=arn, VersionId=policy["DefaultVersionId"]
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == ABSENT:
                return None
            raise refused("read", f"the managed policy {arn}", error) from error
        # botocore decodes it, though its types say that it were text.
        found: Any = version["PolicyVersion"]["Document"]
        document: Mapping[str, Any] = json.loads(found) if isinstance(found, str) else found
        return document

    def put(self, arn: str, document: Mapping[str, Any]) -> bool:
        """See `ManagedPolicies`."""
        known = self.document(arn)
        if known == document:
            return False
        text = json.dumps(document, separators=(",", ":"))
        try:
            if known is None:
                path, _, name = arn.partition(":policy")[2].rpartition("/")
                self._iam.create_policy(
                    PolicyName=name,
                    Path=f"{path}/",
                    PolicyDocument=text,
                    Description=DESCRIPTION,
                )
            else:
                forget_versions(self._iam, arn)
                self._iam.create_policy_version(
                    PolicyArn=arn, PolicyDocument=text, SetAsDefault=True
                )
                forget_versions(self._iam, arn)
        except ClientError as error:
            # Made by a call whose answer was lost, and asked for again.
            made = known is None and error.response["Error"]["Code"] == THERE
            if not made or self.document(arn) != document:
                raise refused("write", f"the managed policy {arn}", error) from error
        return True


def forget_versions(iam: IAMClient, arn: str) -> None:
    """Delete the versions of a policy that are not in force: IAM keeps five."""
    pages = iam.get_paginator("list_policy_versions").paginate(PolicyArn=arn)
    for version in [one for page in pages for one in page["Versions"]]:
        if not version["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
