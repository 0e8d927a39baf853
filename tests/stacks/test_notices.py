"""Who gets the alarms."""

from __future__ import annotations

import aws_cdk as cdk
import pytest
from aws_cdk import aws_kms
from aws_cdk.assertions import Template

from lambdas.model.process import Process
from stacks.monitoring.notices import Notices
from stacks.settings import Settings
from tests.stacks.samples import definition

pytestmark = pytest.mark.stacks


def subscribers_of_alarms(operator: str) -> set[str]:
    stack = cdk.Stack(cdk.App(), "Stack")
    owners = ("shop@example.com", "search@example.com")
    Notices(
        stack,
        "Notices",
        settings=Settings(operator=operator),
        processes=[
            Process.from_mapping(f"process-{number}", definition(owner=owner))
            for number, owner in enumerate(owners)
        ],
        key=aws_kms.Key(stack, "Key"),
    )
    found = Template.from_stack(stack).find_resources("AWS::SNS::Subscription")
    about = [one["Properties"] for one in found.values()]
    return {one["Endpoint"] for one in about if "FilterPolicy" not in one}


def test_the_operator_gets_the_alarms_alone() -> None:
    assert subscribers_of_alarms("operator@example.com") == {"operator@example.com"}


def test_without_an_operator_the_owners_get_them() -> None:
    assert subscribers_of_alarms("") == {"shop@example.com", "search@example.com"}
