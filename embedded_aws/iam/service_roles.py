"""How an AWS service takes on a role: only one that trusts it, and with a trace in the trail."""

import json
from collections.abc import Mapping
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import iam

from embedded_aws.cloudtrail.records import ApiCall, emit
from embedded_aws.sessions.caller import Credentials, role_session

SESSION_NAME_LIMIT = 64  # characters, AssumeRole's RoleSessionName


class RoleNotAssumableError(Exception):
    """The role does not exist or does not trust the service."""


def assume(
    role_arn: str,
    service: str,
    session_name: str,
    *,
    region: str,
    source_arn: str = "",
    seconds: int = 3600,
) -> Credentials:
    """Open a session of a role for a service, as its trust policy allows."""
    account, role_name = role_arn.split(":")[4], role_arn.rsplit("/", 1)[-1]
    role = iam._roles.get_scoped(account, None, role_name)
    if role is None or role["Arn"] != role_arn:
        raise RoleNotAssumableError(f"The role {role_arn} does not exist")
    if not _trusts(role, service, account=account, region=region, source_arn=source_arn):
        raise RoleNotAssumableError(
            f"The role {role_arn} is not authorized to be assumed by {service}"
        )
    name = session_name[:SESSION_NAME_LIMIT]
    credentials = role_session(role_arn, name, seconds=seconds)
    emit(
        ApiCall(
            source="sts.amazonaws.com",
            name="AssumeRole",
            identity={"type": "AWSService", "invokedBy": service},
            account=account,
            region=region,
            request={"roleArn": role_arn, "roleSessionName": name},
            response={"credentials": {"accessKeyId": credentials.access_key}},
            read_only=True,
            resources=({"ARN": role_arn, "accountId": account, "type": "AWS::IAM::Role"},),
            invoked_by=service,
        )
    )
    return credentials


def _trusts(
    role: Mapping[str, Any], service: str, *, account: str, region: str, source_arn: str
) -> bool:
    document = role.get("AssumeRolePolicyDocument") or "{}"
    policy = json.loads(document) if isinstance(document, str) else document
    context = iam_evaluator.EvalContext(
        principal_arn="",
        principal_type="AWSService",
        principal_account=account,
        action="sts:AssumeRole",
        resource_arn=role["Arn"],
        region=region,
        service_context={"aws:sourceaccount": account, "aws:sourcearn": source_arn},
    )
    matching = {
        statement.get("Effect")
        for statement in _listed(policy.get("Statement"))
        if _names(statement, service)
        and iam_evaluator._conditions_met(statement.get("Condition", {}), context)
    }
    return "Allow" in matching and "Deny" not in matching


def _names(statement: Mapping[str, Any], service: str) -> bool:
    principal = statement.get("Principal", {})
    services = _listed(principal.get("Service")) if isinstance(principal, dict) else [principal]
    actions = {str(action).lower() for action in _listed(statement.get("Action"))}
    return bool({service, "*"} & set(services)) and bool(actions & {"sts:assumerole", "sts:*", "*"})


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
