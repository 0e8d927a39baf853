"""Calls from one account into another: the identity's policies and the resource's must both allow.

MiniStack answers for one account at a time: it lets identity policies alone decide about another
account's resource, and asks a bucket's policy about the caller's account where S3 asks about the
caller. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
"""

import os
from collections.abc import Callable
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.iam_evaluator import AuthError
from ministack.core.responses import get_account_id
from ministack.services import kms, s3

from embedded_aws.sessions import caller

ACCOUNTS = "FENCEPOST_ACCOUNTS"  # those that this process serves, by commas
ARN_PARTS = 6
Found = tuple[Any, str] | None


def install() -> None:
    """Ask both sides."""
    iam_evaluator._resource_policy = _with_owner(iam_evaluator._resource_policy)
    kms.key_policy_for_arn = _of_key(kms.key_policy_for_arn)
    s3.bucket_policy_for_arn = _of_owner(s3.bucket_policy_for_arn)
    s3._foreign_bucket_allows = _decided(s3._foreign_bucket_allows)


def _with_owner(original: Callable[[str, str], Found]) -> Callable[[str, str], Found]:
    """A resource of another account here that has no policy of its own is not for strangers."""

    def found(service: str, arn: str) -> Found:
        policy = original(service, arn)
        parts = arn.split(":", ARN_PARTS - 1)
        if policy is not None or len(parts) < ARN_PARTS:
            return policy
        others = set(os.environ.get(ACCOUNTS, "").split(",")) - {get_account_id()}
        return ("", parts[4]) if parts[4] in others else None

    return found


def _of_key(original: Callable[[str], Found]) -> Callable[[str], Found]:
    def policy(arn: str) -> Found:
        own = original(arn)
        parts = arn.split(":", ARN_PARTS - 1)
        if own is not None or len(parts) < ARN_PARTS:
            return own
        region, account, resource = parts[3:]
        key = kms._keys.get_scoped(account, region, resource.removeprefix("key/"))
        return (key.get("Policy") or "", account) if key else None

    return policy


def _of_owner(original: Callable[[str], Found]) -> Callable[[str], Found]:
    def policy(arn: str) -> Found:
        own = original(arn)
        _, _, resource = arn.partition(":s3:::")
        bucket = resource.partition("/")[0]
        owner = s3._bucket_owner_account(bucket) if bucket and own is None else None
        return (s3._bucket_policies.get_scoped(owner, None, bucket) or "", owner) if owner else own

    return policy


def _decided(original: Callable[..., bool]) -> Callable[..., bool]:
    """Users and roles have been asked about by now, with the bucket's policy; a root has not."""

    def allows(*arguments: Any, **named: Any) -> bool:
        current = caller.current.get()
        if current is None:
            return original(*arguments, **named)
        principal = iam_evaluator.resolve_principal(current.access_key, current.account)
        if isinstance(principal, AuthError) or principal.policies is None:
            return original(*arguments, **named)
        return True

    return allows
