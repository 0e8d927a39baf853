"""The CloudFormation types of what a call makes."""

from lambdas.collect_evidence.call.call import Call
from lambdas.collect_evidence.implied.tagging import is_second_generation
from lambdas.reference.actions import types_made_by


def types_of(call: Call) -> tuple[str, ...]:
    """The CloudFormation types of what a call makes, of services that share operations one."""
    types = types_made_by(call.service, call.operation)
    if len(types) < 2:  # noqa: PLR2004 (nothing to choose)
        return types
    own = ""
    if call.service == "apigateway":
        own = "ApiGatewayV2" if is_second_generation(call) else "ApiGateway"
    elif call.service == "elasticloadbalancing":
        classic = "loadbalancername" in call.request.texts
        own = "ElasticLoadBalancing" if classic else "ElasticLoadBalancingV2"
    elif call.service == "rds":
        engine = call.request.first("engine")
        own = {"neptune": "Neptune", "docdb": "DocDB"}.get(engine, "RDS")
    chosen = tuple(one for one in types if one.split("::")[1] == own)
    return chosen or types
