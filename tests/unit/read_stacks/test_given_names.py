"""Which names a template gives itself."""

import pytest

from lambdas.model.iam.arn import Arn
from lambdas.model.trail.stack import StackResource
from lambdas.read_stacks.given_names import with_given
from lambdas.read_stacks.scope import Scope
from lambdas.read_stacks.template_text import read_template

STACK = Arn.from_text("arn:aws:cloudformation:eu-west-1:123456789012:stack/flats-dev/0a1b")


@pytest.mark.parametrize(
    ("properties", "physical_id", "given"),
    [
        ("{QueueName: !Sub '${AWS::StackName}-Queue-subscription'}",
         "https://sqs.eu-west-1.amazonaws.com/123456789012/flats-dev-Queue-subscription", True),
        ("{TopicName: !Sub '${Stage}-notification'}",
         "arn:aws:sns:eu-west-1:123456789012:dev-notification", True),
        ("{FunctionName: !Sub '${Other.Name}-handler'}", "x1-handler", True),
        ("{Role: !GetAtt Role.Arn}", "flats-dev-One-AbCdEfGhIjKl", False),
        ("{DisplayName: flats}", "flats-dev-One-AbCdEfGhIjKl", False),
        ("{}", "", False),
        ("[]", "flats-dev-One-AbCdEfGhIjKl", False),
        ("{Name: 'a[b*'}", "a[bc", True),
    ],
)  # fmt: skip
def test_a_name_is_given_where_a_property_is_it(
    properties: str, physical_id: str, *, given: bool
) -> None:
    template = read_template(f"Resources: {{One: {{Type: AWS::X::Y, Properties: {properties}}}}}")
    resource = StackResource(logical_id="One", type="AWS::X::Y", physical_id=physical_id)
    scope = Scope(template, STACK, {"Stage": "dev"}, {"One": physical_id})

    (found,) = with_given([resource], template, scope)

    assert found.given is given


def test_a_name_of_what_the_template_does_not_write_is_made_up() -> None:
    resource = StackResource(logical_id="Role", type="AWS::IAM::Role", physical_id="r")
    assert with_given([resource], {}, Scope({}, STACK, {}, {})) == (resource,)
