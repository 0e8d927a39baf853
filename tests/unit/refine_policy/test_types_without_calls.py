"""What stands in a stack and was made by no call that anybody knows."""

import pytest

from lambdas.model.findings.finding import Finding
from lambdas.model.trail.evidence import Evidence
from lambdas.model.trail.stack import Stack, StackResource
from tests.unit.refine_policy.builders import ACCOUNT, REGION, forwarded, refined, seen

STACK = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/orders-dev/1"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders-dev"
MADE_QUEUE = forwarded("sqs:CreateQueue", QUEUE, types=("AWS::SQS::Queue",))


def told(evidence: list[Evidence], *kinds: str) -> list[Finding]:
    resources = [StackResource(logical_id=kind, type=kind, physical_id="it") for kind in kinds]
    stack = Stack(id=STACK, reads=(), resources=tuple(sorted(resources)))
    found = refined(evidence, stacks=(stack,)).findings
    return [one for one in found if one.kind == "types-without-calls"]


def test_a_type_of_which_no_call_was_seen_is_noted() -> None:
    (finding,) = told([MADE_QUEUE], "AWS::SQS::Queue", "AWS::WAFRegional::IPSet", "AWS::EMR::Step")

    assert finding.severity == "note"
    assert finding.subject == "2 types"
    assert "AWS::EMR::Step, AWS::WAFRegional::IPSet" in finding.detail
    assert "AWS::SQS::Queue" not in finding.detail


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("ec2:AssociateRouteTable", "AWS::EC2::SubnetRouteTableAssociation"),
        ("ec2:CreateVpc", "AWS::EC2::VPC"),
        ("waf-regional:CreateIPSet", "AWS::WAFRegional::IPSet"),
    ],
)
def test_a_call_of_the_handlers_tells_also_where_the_record_names_no_type(
    action: str, kind: str
) -> None:
    assert told([forwarded(action, "*", types=())], kind) == []


def test_a_read_or_a_call_of_the_cycle_itself_makes_nothing() -> None:
    looked = forwarded("waf-regional:GetIPSet", "*", types=())
    itself = seen("waf-regional:CreateIPSet", "*")

    assert len(told([looked, itself], "AWS::WAFRegional::IPSet")) == 1


@pytest.mark.parametrize(
    "kind", ["AWS::CloudFormation::WaitConditionHandle", "Custom::Word", "Alexa::ASK::Skill"]
)
def test_what_calls_no_service_in_the_callers_name_is_not_noted(kind: str) -> None:
    assert told([MADE_QUEUE], "AWS::SQS::Queue", kind) == []
