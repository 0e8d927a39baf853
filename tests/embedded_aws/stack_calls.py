"""Stacks to deploy, and the calls that CloudFormation made for them."""

import json
from collections.abc import Callable
from typing import Any

Ask = Callable[..., Any]

LAMBDA_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def a_role_resource(**more: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": LAMBDA_TRUST, **more},
    }


def a_function(role: str = "Role") -> dict[str, Any]:
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.12",
            "Handler": "index.handler",
            "Role": {"Fn::GetAtt": [role, "Arn"]},
            "Code": {"ZipFile": "def handler(event, context): return 1"},
        },
    }


# Of a refused call the message alone tells what it was about.
WHERE_NAMES_STAND = ("requestParameters", "responseElements", "errorMessage")


def recorded(ask: Ask, stack: str) -> list[dict[str, Any]]:
    """The forwarded calls that name a stack or what it made."""
    records = ask("/_fencepost/records")["records"]
    return [
        record
        for record in records
        if record["userIdentity"].get("invokedBy") == "cloudformation.amazonaws.com"
        and stack in json.dumps([record.get(one) for one in WHERE_NAMES_STAND])
    ]


def names(records: list[dict[str, Any]]) -> list[str]:
    return [record["eventName"] for record in records]
