"""Custom resources whose code stands in the template answer by AWS's module, as on AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.embedded_aws.principals import allow, deploy, reasons, somebody
from tests.embedded_aws.stack_calls import a_function, a_role_resource

if TYPE_CHECKING:
    from local.connection import Connection

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


def asked(embedded: Connection, runtime: str, code: str) -> tuple[str, str]:
    function = a_function()
    function["Properties"] |= {"Runtime": runtime, "Code": {"ZipFile": code}}
    template: dict[str, Any] = {
        "Role": a_role_resource(),
        "Function": function,
        "Asked": {
            "Type": "Custom::Word",
            "Properties": {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}},
        },
        "Kept": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Type": "String", "Value": {"Fn::GetAtt": ["Asked", "Word"]}},
        },
    }
    return deploy(somebody(embedded, allow("*")), template)


@pytest.mark.parametrize(("runtime", "code"), [("nodejs22.x", NODE), ("python3.13", PYTHON)])
def test_code_of_a_template_finds_the_module(embedded: Connection, runtime: str, code: str) -> None:
    name, status = asked(embedded, runtime, code)

    assert (status, reasons(embedded, name)) == ("CREATE_COMPLETE", {})


def test_its_failure_is_the_resources_failure(embedded: Connection) -> None:
    name, status = asked(embedded, "python3.13", FAILING)

    assert status == "ROLLBACK_COMPLETE"
    assert "CloudWatch Log Stream" in reasons(embedded, name)["Asked"]
