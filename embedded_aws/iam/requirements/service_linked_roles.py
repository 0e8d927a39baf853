"""Service-linked roles that a call makes the first time it is used in an account."""

from collections.abc import Iterator

from ministack.services import iam

from embedded_aws.iam.calls import Call, Check

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
# and each service's page on its service-linked roles.
_ROLES: dict[str, tuple[str, str]] = {  # call -> service, role
    "apigatewayv2:CreateVpcLink": ("ops.apigateway.amazonaws.com", "AWSServiceRoleForAPIGateway"),
    "apigateway:CreateDomainName": ("ops.apigateway.amazonaws.com", "AWSServiceRoleForAPIGateway"),
    "apigatewayv2:CreateDomainName": (
        "ops.apigateway.amazonaws.com",
        "AWSServiceRoleForAPIGateway",
    ),
    "ecs:CreateCluster": ("ecs.amazonaws.com", "AWSServiceRoleForECS"),
    "ecs:CreateService": ("ecs.amazonaws.com", "AWSServiceRoleForECS"),
    "elbv2:CreateLoadBalancer": (
        "elasticloadbalancing.amazonaws.com",
        "AWSServiceRoleForElasticLoadBalancing",
    ),
    "autoscaling:CreateAutoScalingGroup": (
        "autoscaling.amazonaws.com",
        "AWSServiceRoleForAutoScaling",
    ),
    "elasticache:CreateReplicationGroup": (
        "elasticache.amazonaws.com",
        "AWSServiceRoleForElastiCache",
    ),
    "rds:CreateDBInstance": ("rds.amazonaws.com", "AWSServiceRoleForRDS"),
    "rds:CreateDBCluster": ("rds.amazonaws.com", "AWSServiceRoleForRDS"),
}

_made: set[tuple[str, str]] = set()  # account and service


def needed_by(call: Call) -> Iterator[Check]:
    """The role that a call would have to make, unless the account has it."""
    row = _ROLES.get(call.key)
    if row is None:
        return
    service, name = row
    if (call.account, service) in _made or iam._roles.get(name):
        return
    arn = f"arn:{call.partition}:iam::{call.account}:role/aws-service-role/{service}/{name}"
    yield Check(
        action="iam:CreateServiceLinkedRole",
        resource=arn,
        context={"iam:AWSServiceName": service},
    )


def remember(account: str, check: Check) -> None:
    """A service-linked role is made once."""
    _made.add((account, str(check.context["iam:AWSServiceName"])))
