"""Which roles a call hands to a service: each needs `iam:PassRole` by the caller.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

import re
from collections.abc import Iterator

from ministack.services import iam

from embedded_aws.iam.calls import ROLE_ARN, Call, Check
from embedded_aws.iam.requirements import authorized_actions
from embedded_aws.protocol.service_models import at_path, leaves, service_model

# These name roles to work on them, to assume them or to let them in, not to pass them on.
_NOT_PASSING = {"iam", "sts", "s3control", "organizations", "kms", "ram"}
_ROLE_MEMBER = re.compile(r"role|credentials|snscallerarn", re.IGNORECASE)
# What applications keep to themselves: a role's ARN in there is only text.
_OPAQUE = {"environment", "tags", "variables", "parameters", "defaultarguments"}

# Below what another role passes: a pipeline's own role assumes those of its actions.
# https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-cross-account.html
_PASSED_BY_OTHERS = {"codepipeline": {"actions", "configuration"}}

# botocore service -> who assumes the role, where it is not `<service>.amazonaws.com`
_RECEIVERS = {
    "accessanalyzer": "access-analyzer",
    "apigatewayv2": "apigateway",
    "autoscaling": "autoscaling",
    "cloudwatch": "monitoring",
    "efs": "elasticfilesystem",
    "emr": "elasticmapreduce",
    "firehose": "firehose",
    "iot": "iot",
    "logs": "logs",
    "mwaa": "airflow",
    "opensearch": "es",
    "rds": "monitoring.rds",
    "sesv2": "ses",
    "stepfunctions": "states",
    "ssm": "ssm",
}
_RECEIVERS_BY_OPERATION = {
    "ecs:CreateService": "ecs",
    "ecs:RegisterTaskDefinition": "ecs-tasks",
    "ecs:RunTask": "ecs-tasks",
    "ecs:StartTask": "ecs-tasks",
    "eks:CreateNodegroup": "ec2",
    "iot:CreateRoleAlias": "credentials.iot",
    "iot:UpdateRoleAlias": "credentials.iot",
}


def passed_roles(call: Call, resource: str) -> Iterator[Check]:
    """The PassRole questions of a call."""
    if call.key == "iam:AddRoleToInstanceProfile":
        # https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html
        role = iam._roles.get(str(call.params.get("RoleName", ""))) or {}
        name = f"arn:{call.partition}:iam::{call.account}:role/{call.params.get('RoleName')}"
        yield _check(str(role.get("Arn", name)), "ec2.amazonaws.com", "")
    elif call.service == "ec2":
        yield from _instance_profile_roles(call)
    elif call.service == "states":
        return
    if call.service in _NOT_PASSING or call.operation.startswith("Assume"):
        return
    receivers = authorized_actions.receivers(call)
    receiver = receivers[0] if len(receivers) == 1 else _receiver(call)
    seen: set[str] = set()
    for path, text in leaves(call.params):
        others = _PASSED_BY_OTHERS.get(call.service, set()) & {name.lower() for name in path}
        if not ROLE_ARN.fullmatch(text) or text in seen or others or not _passes(path):
            continue
        seen.add(text)
        yield _check(text, receiver, resource)


def _passes(path: tuple[str, ...]) -> bool:
    if _OPAQUE & {name.lower() for name in path}:
        return False
    # API Gateway's updates are patches: {op, path: "/cloudwatchRoleArn", value: "arn…"}.
    return any(_ROLE_MEMBER.search(name) for name in path) or "patchOperations" in path


def _receiver(call: Call) -> str:
    named = _RECEIVERS_BY_OPERATION.get(call.key) or _RECEIVERS.get(call.service)
    if named:
        return f"{named}.amazonaws.com"
    metadata = service_model(call.service).metadata
    return f"{metadata.get('signingName') or metadata['endpointPrefix']}.amazonaws.com"


def _instance_profile_roles(call: Call) -> Iterator[Check]:
    for path in ("IamInstanceProfile", "LaunchTemplateData.IamInstanceProfile"):
        for given in at_path(call.params, path):
            name = str(given.get("Name") or str(given.get("Arn", "")).rsplit("/", 1)[-1])
            profile = iam._instance_profiles.get(name) or {}
            for role in profile.get("Roles", []):
                known = role if isinstance(role, dict) else iam._roles.get(role) or {}
                if known.get("Arn"):
                    yield _check(str(known["Arn"]), "ec2.amazonaws.com", "")


def _check(role_arn: str, receiver: str, resource: str) -> Check:
    context = {"iam:PassedToService": receiver}
    if resource.startswith("arn:") and "*" not in resource:
        context["iam:AssociatedResourceArn"] = resource
    return Check(action="iam:PassRole", resource=role_arn, context=context)
