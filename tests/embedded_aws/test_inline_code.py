"""Custom resources whose code stands in the template answer by AWS's module, as on AWS."""

from typing import Any

import pytest

from local.connection import Connection
from tests.embedded_aws.principals import allow, deploy, reasons, somebody
from tests.embedded_aws.stack_calls import a_function, a_role_resource

pytestmark = pytest.mark.local

NODE = """
const response = require("cfn-response");
exports.handler = (event, context) =>
  response.send(event, context, response.SUCCESS, { Word: "hello" }, "kept");
"""
PYTHON = """
import cfnresponse
def handler(event, context):
    cfnresponse.send(event, context, cfnresponse.SUCCESS, {"Word": "hello"}, "kept")
"""
FAILING = PYTHON.replace("cfnresponse.SUCCESS", "cfnresponse.FAILED")


def asked(
    embedded: Connection, runtime: str, code: str, changes: str = "", **said: Any
) -> tuple[str, str]:
    """Deploy a custom resource that says something; `changes` names the stack that is changed."""
    function = a_function()
    function["Properties"] |= {"Runtime": runtime, "Code": {"ZipFile": code}}
    template: dict[str, Any] = {
        "Role": a_role_resource(),
        "Function": function,
        "Asked": {
            "Type": "Custom::Word",
            "Properties": {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}, **said},
        },
        "Kept": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Type": "String", "Value": {"Fn::GetAtt": ["Asked", "Word"]}},
        },
    }
    caller = somebody(embedded, allow("*"))
    return deploy(caller, template, name=changes, update=bool(changes))


@pytest.mark.parametrize(("runtime", "code"), [("nodejs22.x", NODE), ("python3.13", PYTHON)])
def test_code_of_a_template_finds_the_module(embedded: Connection, runtime: str, code: str) -> None:
    name, status = asked(embedded, runtime, code)

    assert (status, reasons(embedded, name)) == ("CREATE_COMPLETE", {})


def test_a_custom_resource_is_changed_by_its_own_function(embedded: Connection) -> None:
    tags = [{"Key": "a", "Value": "b"}]
    name, status = asked(embedded, "python3.13", PYTHON, Text="one")
    changed, after = asked(embedded, "python3.13", PYTHON, name, Text="two", Tags=tags)

    assert (status, after) == ("CREATE_COMPLETE", "UPDATE_COMPLETE")
    assert reasons(embedded, changed) == {}


def test_its_failure_is_the_resources_failure(embedded: Connection) -> None:
    name, status = asked(embedded, "python3.13", FAILING)

    assert status == "ROLLBACK_COMPLETE"
    assert "CloudWatch Log Stream" in reasons(embedded, name)["Asked"]
