"""Macros of an account: their functions make the template, in the name of whoever uses them."""

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.connection import Connection
from tests.embedded_aws.principals import allow, changed, deny, deploy, settled, somebody
from tests.embedded_aws.stack_calls import Ask, a_function, a_role_resource, names, recorded

pytestmark = pytest.mark.local

# As often as the template says; a part of a template gets the word that it asks for.
CODE = """
def handler(event, context):
    found = dict(event["fragment"])
    if "Resources" in found:
        one = found["Resources"].pop("Queue")
        times = int(event["templateParameterValues"]["Times"])
        found["Resources"] |= {f"Queue{number}": one for number in range(times)}
    else:
        found["DisplayName"] = event["params"]["Word"]
    return {"requestId": event["requestId"], "status": "success", "fragment": found}
"""
FAILING = """
def handler(event, context):
    return {"requestId": event["requestId"], "status": "failure", "errorMessage": "no such luck"}
"""


def a_macro(root: Connection, code: str = CODE) -> str:
    """A macro that is there, and its name."""
    name = f"Count{uuid.uuid4().hex[:6]}"
    function = a_function()
    function["Properties"]["Code"] = {"ZipFile": code}
    made = {
        "Role": a_role_resource(),
        "Function": function,
        "Macro": {
            "Type": "AWS::CloudFormation::Macro",
            "Properties": {"Name": name, "FunctionName": {"Fn::GetAtt": ["Function", "Arn"]}},
        },
    }
    _, status = deploy(root, made)
    assert status == "CREATE_COMPLETE"
    return name


def using(macro: str) -> dict[str, Any]:
    inside = {"Fn::Transform": {"Name": macro, "Parameters": {"Word": "hello"}}}
    return {
        "Transform": [macro],
        "Parameters": {"Times": {"Type": "Number", "Default": 2}},
        "Resources": {
            "Queue": {"Type": "AWS::SQS::Queue"},
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": inside},
        },
    }


def created(caller: Connection, template: dict[str, Any]) -> str:
    name = f"s-{uuid.uuid4().hex[:8]}"
    caller.client("cloudformation").create_stack(
        StackName=name,
        TemplateBody=json.dumps(template),
        Capabilities=["CAPABILITY_AUTO_EXPAND", "CAPABILITY_NAMED_IAM"],
    )
    assert settled(caller, name) == "CREATE_COMPLETE"
    return name


def test_the_function_makes_the_template_and_parts_of_it(embedded: Connection, ask: Ask) -> None:
    macro = a_macro(embedded)

    name = created(somebody(embedded, allow("*")), using(macro))

    cloudformation = embedded.client("cloudformation")
    held = cloudformation.list_stack_resources(StackName=name)["StackResourceSummaries"]
    places = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in held}
    topic = embedded.client("sns").get_topic_attributes(TopicArn=places["Topic"])
    assert places.keys() == {"Topic", "Queue0", "Queue1"}
    assert topic["Attributes"]["DisplayName"] == "hello"
    assert "CreateQueue" in names(recorded(ask, name))


@pytest.mark.parametrize("action", ["lambda:InvokeFunction", "cloudformation:CreateChangeSet"])
def test_who_uses_it_may_call_the_function_and_the_transform(
    embedded: Connection, action: str
) -> None:
    template = using(a_macro(embedded))
    on = "*" if action.startswith("lambda") else "arn:aws:cloudformation:*:*:transform/*"
    caller = somebody(embedded, allow("*"), deny(action, on))

    found = changed(caller, template)

    assert found["Status"] == "FAILED"
    assert action in found["StatusReason"]


def test_one_that_fails_fails_the_deployment_with_its_words(embedded: Connection) -> None:
    macro = a_macro(embedded, FAILING)

    found = changed(somebody(embedded, allow("*")), using(macro))

    assert found["Status"] == "FAILED"
    assert f"::{macro} failed with: no such luck" in found["StatusReason"]


def test_one_that_is_not_there_is_told(embedded: Connection) -> None:
    with pytest.raises(ClientError, match=r"No transform named \d+::Nobodys found"):
        created(somebody(embedded, allow("*")), using("Nobodys"))
