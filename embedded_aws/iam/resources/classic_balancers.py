"""Classic load balancers: one IAM prefix with the newer ones, and ARNs without their kind and id.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancing.html
"""

from embedded_aws.iam.calls import Call
from embedded_aws.iam.service_reference import Action


def classic_balancers(action: Action, call: Call) -> list[str] | None:
    """The balancers that a call of the older API names; nothing where it names none."""
    named = call.params.get("LoadBalancerName") or call.params.get("LoadBalancerNames") or ()
    names = [named] if isinstance(named, str) else [one for one in named if isinstance(one, str)]
    if not names or not action.resources:
        return None
    place = f"{call.region}:{call.account}"
    return [
        f"arn:{call.partition}:elasticloadbalancing:{place}:loadbalancer/{one}" for one in names
    ]
