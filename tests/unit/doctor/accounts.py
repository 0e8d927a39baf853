"""Accounts as the doctor finds them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from lambdas.model.execution.quotas import BUILDS
from local.doctor import laptop
from local.doctor.account import Deployment
from local.doctor.check import Check
from local.doctor.command import of_account
from tests.stacks.samples import write_process

ACCOUNT = "123456789012"
NEW = Deployment("fencepost", {})
DEPLOYED = Deployment(
    "fencepost",
    dict.fromkeys(
        ("fencepost-archive", "fencepost-sandbox", "fencepost-workflow"), "CREATE_COMPLETE"
    ),
)
ALL = {**DEPLOYED.states, "fencepost-process-orders": "CREATE_COMPLETE"}
TOPIC = {"ResourceType": "AWS::SNS::Topic", "PhysicalResourceId": "arn:aws:sns:::t"}
SUMMARY = {
    "Roles": 20,
    "RolesQuota": 1000,
    "Policies": 5,
    "PoliciesQuota": 1500,
    "AttachedPoliciesPerRoleQuota": 10,
}


def error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Operation")


class FakeClient:
    """Answers by operation, in one page; an exception is raised."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self._answers = answers

    def __getattr__(self, operation: str) -> Any:
        return lambda **_: self._answer(operation)

    def get_paginator(self, operation: str) -> Any:
        return _Pages(lambda: self._answer(operation))

    def _answer(self, operation: str) -> Any:
        answer = self._answers[operation]
        if isinstance(answer, Exception):
            raise answer
        return answer


class _Pages:
    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def paginate(self, **_: Any) -> list[Any]:
        return [self._answer()]


class FakeAws:
    """An account as a test describes it: operations by service."""

    def __init__(
        self, services: Mapping[str, Mapping[str, Any]], region: str | None = "eu-west-1"
    ) -> None:
        self.region = region
        self._services = services

    def client(self, service: str) -> Any:
        return FakeClient(self._services[service.replace("-", "_")])


def ready(**changes: Mapping[str, Any]) -> FakeAws:
    """An account with everything, but what a test changes."""
    found: dict[str, Mapping[str, Any]] = {
        "sts": {
            "get_caller_identity": {
                "Account": ACCOUNT,
                "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/admin/me",
            }
        },
        "ssm": {"get_parameter": {"Parameter": {"Value": "30"}}},
        "cloudformation": {
            "describe_stacks": {
                "Stacks": [{"StackName": name, "StackStatus": state} for name, state in ALL.items()]
            },
            "list_stack_resources": {"StackResourceSummaries": [TOPIC]},
        },
        "accessanalyzer": {"list_analyzers": {"analyzers": []}},
        "cloudtrail": {"describe_trails": {"trailList": [{"Name": "fencepost"}]}},
        "sns": {
            "list_subscriptions_by_topic": {
                "Subscriptions": [
                    {"SubscriptionArn": "arn:aws:sns:::t:1", "Endpoint": "team@example.com"}
                ]
            }
        },
        "iam": {"get_account_summary": {"SummaryMap": SUMMARY}},
        "service_quotas": {
            "list_service_quotas": {"Quotas": [{"QuotaCode": BUILDS.code, "Value": 1.0}]}
        },
        "lambda": {"get_account_settings": {"AccountLimit": {"ConcurrentExecutions": 1000}}},
    }
    return FakeAws({**found, **changes})


def examined(aws: FakeAws, tmp_path: Path) -> dict[str, Check]:
    write_process(tmp_path, "orders")
    _, folders = laptop.processes([tmp_path])
    return {one.name: one for one in of_account(aws, "fencepost", folders)}
