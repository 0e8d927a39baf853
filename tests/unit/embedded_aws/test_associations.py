"""EC2 asks about what is associated, not about the association."""

import pytest
from ministack.services import ec2

from embedded_aws.iam.calls import Call
from embedded_aws.iam.requirements.checks import checks_of

HERE = "arn:aws:ec2:eu-west-1:123456789012"


def asked(operation: str, association: str) -> list[str]:
    call = Call(
        service="ec2",
        operation=operation,
        params={"AssociationId": association},
        account="123456789012",
        region="eu-west-1",
    )
    return [one.resource for one in checks_of(call)]


def test_a_table_and_the_subnet_that_it_is_of_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = {"RouteTableAssociationId": "rtbassoc-1", "SubnetId": "subnet-1", "Main": False}
    table = {"RouteTableId": "rtb-1", "Associations": [made]}
    monkeypatch.setattr(ec2, "_route_tables", {"rtb-1": table})

    assert asked("DisassociateRouteTable", "rtbassoc-1") == [
        f"{HERE}:route-table/rtb-1",
        f"{HERE}:subnet/subnet-1",
    ]


def test_an_address_and_the_interface_that_it_is_of_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address = {"AssociationId": "eipassoc-1", "NetworkInterfaceId": "eni-1"}
    monkeypatch.setattr(ec2, "_addresses", {"eipalloc-1": address})

    assert asked("DisassociateAddress", "eipassoc-1") == [
        f"{HERE}:elastic-ip/eipalloc-1",
        f"{HERE}:network-interface/eni-1",
    ]
