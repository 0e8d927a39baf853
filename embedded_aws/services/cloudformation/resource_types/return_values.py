"""What a resource that exists on paper alone returns: ids and ARNs of the right form.

`Ref` and `Fn::GetAtt` reach other resources' properties and, as ids and ARNs, the policy.
"""

import uuid
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from embedded_aws.iam import service_reference
from embedded_aws.iam.resources import ec2_ids
from embedded_aws.iam.resources.parameters import VARIABLE, bare
from embedded_aws.services.cloudformation.forwarding.mapping.parameters import Resource
from embedded_aws.services.cloudformation.registry.handler_calls import own_prefix
from embedded_aws.services.cloudformation.registry.types import Registered, registered

# EC2's ids tell their type. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html
_PREFIXES = {
    "HostId": "h",
    "TransitGatewayVpcAttachment": "tgw-attach",
    "AllocationId": "eipalloc",
    "AssociationId": "assoc",
    "FlowLog": "fl",
    "Instance": "i",
    "LaunchTemplate": "lt",
    "NatGateway": "nat",
    "NetworkAcl": "acl",
    "NetworkInterface": "eni",
    "SecurityGroupEgress": "sgr",
    "SecurityGroupIngress": "sgr",
    "TransitGateway": "tgw",
    "VPCPeeringConnection": "pcx",
    "Volume": "vol",
}
# Resource types of IAM's reference that are called otherwise than the resource.
_CALLED = {
    "AWS::ElasticLoadBalancingV2::Listener": "listener/app",
    "AWS::ElasticLoadBalancingV2::ListenerRule": "listener-rule/app",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "loadbalancer/app/",
    "AWS::RDS::DBCluster": "cluster",
    "AWS::RDS::DBInstance": "db",
    "AWS::RDS::DBParameterGroup": "pg",
    "AWS::RDS::DBSubnetGroup": "subgrp",
}
_DIGITS = 17  # hexadecimal, of an id


def made_values(resource: Resource, name: str) -> dict[str, str]:
    """The values that the service would give, by the schema's property names, dotted."""
    known = registered(resource.type)
    values = {path: _value(path, resource, known, name) for path in known.made if "*" not in path}
    arn = _arn(resource, values, name)
    return values | {path: arn for path in values if _is_own_arn(path, resource.type)}


def found_value(resource: Resource, path: str, name: str) -> Any:
    """What is found of a resource that is there; nothing where no schema has such a property.

    What the template may give and does not, the service chooses: a zone, a default.
    """
    known = registered(resource.type)
    if path in known.made:
        return made_values(resource, name).get(path)
    schema = known.properties.get(path)
    if schema is None:
        return None
    if path == "AvailabilityZone":
        return f"{resource.region}a"
    return schema.get("default", _value(path, resource, known, name))


def reference_of(resource: Resource, name: str, values: Mapping[str, str]) -> str:
    """What `Ref` gives: the identifier, which is the name where the template may choose it."""
    return values.get(registered(resource.type).identifier) or name


def _value(path: str, resource: Resource, known: Registered, name: str) -> str:
    last = path.rsplit(".", 1)[-1]
    kind = (known.properties.get(path) or {}).get("type")
    if kind in ("integer", "number") or last.endswith(("Number", "Version")):
        return "1"
    if kind == "boolean":
        return "false"
    if not last.endswith(("Id", "ID")):
        return name
    if resource.type.startswith("AWS::EC2::"):
        noun = resource.type.rsplit("::", 1)[-1]
        prefix = _PREFIXES.get(last) or ec2_ids.prefix_of(last[:-2]) or _PREFIXES.get(noun)
        prefix = prefix or ec2_ids.prefix_of(noun) or last[:-2].lower() or noun.lower()
        return f"{prefix}-{uuid.uuid4().hex[:_DIGITS]}"
    return str(uuid.uuid4())


def _is_own_arn(path: str, kind: str) -> bool:
    noun, name = kind.rsplit("::", 1)[-1].lower(), path.lower()
    return "." not in path and name.endswith("arn") and (name == "arn" or name[:-3] in noun)


def _arn(resource: Resource, values: Mapping[str, str], name: str) -> str:
    service, noun = own_prefix(resource.type), resource.type.rsplit("::", 1)[-1].lower()
    template = _template(service, _CALLED.get(resource.type, noun)) or (
        f"arn:${{Partition}}:{service}:${{Region}}:${{Account}}:{noun}/${{Name}}"
    )
    known: dict[str, Any] = {
        "partition": resource.partition,
        "region": resource.region,
        "account": resource.account,
        **{key.lower(): value for key, value in values.items()},
        **{k.lower(): v for k, v in resource.properties.items() if isinstance(v, str)},
    }
    return VARIABLE.sub(
        lambda match: bare(str(_filling(match[1], known, name)), service, match[1]), template
    )


def _filling(variable: str, known: Mapping[str, Any], name: str) -> Any:
    if variable == "OidcProviderName":
        return str(known.get("url", name)).split("://")[-1]
    given = known.get(variable.lower())
    if given:
        return given
    if variable.lower().endswith("uuid"):
        return str(uuid.uuid4())
    if variable.endswith("Version"):
        return known.get("version", "1") if not variable.endswith("BuildVersion") else "1"
    return uuid.uuid4().hex[:_DIGITS] if variable.endswith("Id") else name


@lru_cache(maxsize=256)
def _template(service: str, called: str) -> str:
    """The ARN format of the service's resource type that is called like the resource."""
    formats = service_reference.arn_formats(service)
    same = [kind for kind in formats if called in (kind, _plain(kind))]
    return formats[same[0]] if same else ""


def _plain(kind: str) -> str:
    return "".join(filter(str.isalnum, kind.lower()))
