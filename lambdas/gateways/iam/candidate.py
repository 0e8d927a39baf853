"""The candidate role and the policies that are made for it: nothing else of IAM is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from botocore.exceptions import ClientError

from lambdas.errors import CandidateRefusedError
from lambdas.gateways import clients
from lambdas.gateways.aws_errors import refused
from lambdas.gateways.iam.managed_policies import ABSENT, THERE, forget_versions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from types_boto3_iam import IAMClient

MULTIVALUED = frozenset({"aws:CalledVia", "aws:TagKeys"})


class Candidate(Protocol):
    """What the proof asks of IAM, for one candidate role."""

    @property
    def name(self) -> str:
        """The role's name."""

    def attached(self) -> tuple[str, ...]:
        """ARNs of the managed policies that the role holds, sorted."""

    def inline(self) -> tuple[str, ...]:
        """Names of the role's inline policies, sorted."""

    def made(self, path: str) -> tuple[str, ...]:
        """ARNs of all policies under a path, attached or not, sorted."""

    def create(self, path: str, name: str, document: str, description: str) -> str:
        """Make a managed policy and answer with its ARN.

        Raises:
            CandidateRefusedError: IAM does not take it.
        """

    def attach(self, policy: str) -> None:
        """Give the role a policy; again changes nothing."""

    def detach(self, policy: str) -> None:
        """Take a policy from the role, if it holds it."""

    def delete(self, policy: str) -> None:
        """Delete a policy that nobody holds, if it is there."""

    def allows(self, action: str, resource: str, context: Mapping[str, str]) -> bool:
        """Whether IAM would allow the role this, as far as it knows by now."""


class IamCandidate:
    """The real one."""

    def __init__(self, role: str, client: IAMClient | None = None) -> None:
        self._arn = role
        self._iam: IAMClient = client or clients.client("iam")

    @property
    def name(self) -> str:
        """See `Candidate`."""
        return self._arn.rsplit("/", 1)[-1]

    def attached(self) -> tuple[str, ...]:
        """See `Candidate`."""
        pages = self._iam.get_paginator("list_attached_role_policies").paginate(RoleName=self.name)
        return tuple(sorted(one["PolicyArn"] for page in pages for one in page["AttachedPolicies"]))

    def inline(self) -> tuple[str, ...]:
        """See `Candidate`."""
        pages = self._iam.get_paginator("list_role_policies").paginate(RoleName=self.name)
        return tuple(sorted(name for page in pages for name in page["PolicyNames"]))

    def made(self, path: str) -> tuple[str, ...]:
        """See `Candidate`."""
        pages = self._iam.get_paginator("list_policies").paginate(Scope="Local", PathPrefix=path)
        return tuple(sorted(one["Arn"] for page in pages for one in page["Policies"]))

    def create(self, path: str, name: str, document: str, description: str) -> str:
        """See `Candidate`."""
        try:
            answer = self._iam.create_policy(
                PolicyName=name, Path=path, PolicyDocument=document, Description=description
            )
        except ClientError as error:
            # Names are of one round: it is this one, made by a call whose answer was lost.
            if error.response["Error"]["Code"] == THERE:
                return f"{self._arn.rpartition(':')[0]}:policy{path}{name}"
            raise refused("make", name, error, CandidateRefusedError) from error
        return answer["Policy"]["Arn"]

    def attach(self, policy: str) -> None:
        """See `Candidate`."""
        try:
            self._iam.attach_role_policy(RoleName=self.name, PolicyArn=policy)
        except ClientError as error:
            raise refused("attach", policy, error, CandidateRefusedError) from error

    def detach(self, policy: str) -> None:
        """See `Candidate`."""
        _if_there(lambda: self._iam.detach_role_policy(RoleName=self.name, PolicyArn=policy))

    def delete(self, policy: str) -> None:
        """See `Candidate`. A policy that a person edited has versions that go first."""
        _if_there(lambda: forget_versions(self._iam, policy))
        _if_there(lambda: self._iam.delete_policy(PolicyArn=policy))

    def allows(self, action: str, resource: str, context: Mapping[str, str]) -> bool:
        """See `Candidate`."""
        answer = self._iam.simulate_principal_policy(
            PolicySourceArn=self._arn,
            ActionNames=[action],
            ResourceArns=[resource],
            ContextEntries=[
                {
                    "ContextKeyName": key,
                    "ContextKeyValues": [value],
                    "ContextKeyType": "stringList" if key in MULTIVALUED else "string",
                }
                for key, value in sorted(context.items())
            ],
        )
        return all(one["EvalDecision"] == "allowed" for one in answer["EvaluationResults"])


def _if_there(act: Callable[[], object]) -> None:
    try:
        act()
    except ClientError as error:
        if error.response["Error"]["Code"] != ABSENT:
            raise
