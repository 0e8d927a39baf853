"""What EC2 asks about where a call names an association alone: what is associated.

Seen as: ec2:DisassociateRouteTable on resource arn:aws:ec2:…:subnet/subnet-…
https://github.com/ministryofjustice/modernisation-platform/pull/8419
"""

from collections.abc import Iterator

from embedded_aws.iam.calls import Call
from embedded_aws.iam.resources.arns import with_gaps, with_id
from embedded_aws.iam.service_reference import Action
from embedded_aws.ministack import services


def associated(action: Action, call: Call) -> list[str] | None:
    """What the association is of; of one that nobody made, any of what may take part."""
    find = _FINDERS.get(call.operation)
    if find is None or not action.resources:
        return None
    kinds = {kind.name: kind for kind in action.resources}
    found = [with_id(kinds[kind], name, call) for kind, name in find(call) if kind in kinds]
    return found or [with_gaps(kind, call) for kind in action.resources]


def _of_route_table(call: Call) -> Iterator[tuple[str, str]]:
    for table in services.service("ec2")._route_tables.values():
        for one in table.get("Associations", ()):
            if one["RouteTableAssociationId"] == call.params.get("AssociationId"):
                yield "route-table", str(table["RouteTableId"])
                if one.get("SubnetId"):
                    yield "subnet", str(one["SubnetId"])


def _of_address(call: Call) -> Iterator[tuple[str, str]]:
    sent = {name: call.params.get(name) for name in ("AssociationId", "PublicIp")}
    for identifier, one in services.service("ec2")._addresses.items():
        if any(value and one.get(name) == value for name, value in sent.items()):
            yield "elastic-ip", str(one.get("AllocationId") or identifier)
            if one.get("NetworkInterfaceId"):
                yield "network-interface", str(one["NetworkInterfaceId"])


_FINDERS = {
    "DisassociateAddress": _of_address,
    "DisassociateRouteTable": _of_route_table,
}
