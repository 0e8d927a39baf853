"""Classic load balancers: one IAM prefix with the newer ones, and ARNs without their kind and id.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancing.html
"""

from embedded_aws.iam.calls import Call
from embedded_aws.iam.resources.arns import place_of
from embedded_aws.iam.service_reference import Action


def classic_balancers(action: Action, call: Call) -> list[str] | None:
    """The balancer that a call of the older API names; nothing where it names none."""
    name = place_of(call.params, "LoadBalancerName") or place_of(call.params, "LoadBalancerNames")
    if not name or not action.resources:
        return None
    place = f"{call.region}:{call.account}"
    return [f"arn:{call.partition}:elasticloadbalancing:{place}:loadbalancer/{name}"]
