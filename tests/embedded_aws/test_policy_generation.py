"""Access Analyzer's generation: from records to policies, with what it leaves out."""

import json
import re
from typing import Any

import pytest

from embedded_aws.iam import service_reference
from embedded_aws.services.access_analyzer.generation.activity import (
    Activity,
    activity_of,
    coverage,
    is_covered,
    policies_of,
)

PRINCIPAL = "arn:aws:iam::123456789012:role/team/subject"
START, END = "2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z"


def a_record(source: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "eventTime": "2026-11-23T10:30:00Z",
        "eventCategory": "Management",
        "managementEvent": True,
        "userIdentity": {
            "type": "AssumedRole",
            "arn": "arn:aws:sts::123456789012:assumed-role/subject/run-1.deploy",
            "sessionContext": {"sessionIssuer": {"type": "Role", "arn": PRINCIPAL}},
        },
        **more,
    }


def actions_of(*records: dict[str, Any]) -> set[str]:
    return set(activity_of(records, PRINCIPAL, start=START, end=END).actions)


@pytest.mark.parametrize(
    ("source", "event", "action"),
    [
        ("lambda", "CreateFunction20150331", "lambda:CreateFunction"),
        ("lambda", "GetFunction20150331v2", "lambda:GetFunction"),
        ("s3", "PutBucketEncryption", "s3:PutEncryptionConfiguration"),
        ("s3", "ListBuckets", "s3:ListAllMyBuckets"),
        ("s3", "PutBucketCors", "s3:PutBucketCORS"),
        ("monitoring", "PutMetricAlarm", "cloudwatch:PutMetricAlarm"),
        ("cloudformation", "CreateChangeSet", "cloudformation:CreateChangeSet"),
    ],
)
def test_an_event_counts_as_the_action_that_it_needed(source: str, event: str, action: str) -> None:
    assert actions_of(a_record(source, event)) == {action}


@pytest.mark.parametrize(
    ("source", "event"),
    [
        ("lambda", "TagResource20170331v2"),
        ("lambda", "ListTags20170331"),
        ("iam", "TagRole"),
        ("s3", "PutBucketTagging"),
        ("logs", "TagLogGroup"),
        ("cloudformation", "ListStacks"),
        ("kms", "PutKeyPolicy"),
        ("sns", "CreateTopic"),
        ("apigateway", "CreateRestApi"),
        ("scheduler", "CreateSchedule"),
    ],
)
def test_what_the_service_does_not_list_is_not_generated(source: str, event: str) -> None:
    assert actions_of(a_record(source, event)) == set()


def test_pass_role_and_object_actions_are_never_covered() -> None:
    assert not is_covered("iam:PassRole")
    assert not is_covered("s3:GetObject")
    assert not is_covered("lambda:InvokeFunction")


def test_a_denied_call_counts_like_any_other() -> None:
    denied = a_record("ec2", "DescribeVpcs", errorCode="Client.UnauthorizedOperation")

    assert actions_of(denied) == {"ec2:DescribeVpcs"}


def test_data_events_do_not_count() -> None:
    data = a_record("dynamodb", "PutItem", eventCategory="Data", managementEvent=False)

    assert actions_of(data) == set()


def test_every_session_of_the_principal_counts_and_no_other_principal() -> None:
    other_session = a_record("access-analyzer", "ListAnalyzers")
    other_session["userIdentity"]["arn"] += "-by-somebody"
    stranger = a_record("ec2", "DescribeVpcs")
    stranger["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] += "-2"

    assert actions_of(other_session, stranger) == {"access-analyzer:ListAnalyzers"}


def test_a_session_without_its_issuer_counts_for_the_role_in_its_arn() -> None:
    record = a_record("ec2", "DescribeVpcs")
    record["userIdentity"]["sessionContext"] = {}

    role = "arn:aws:iam::123456789012:role/subject"
    assert activity_of([record], role, start=START, end=END).actions == {"ec2:DescribeVpcs"}


@pytest.mark.parametrize("time", ["2026-11-23T09:59:59Z", "2026-11-23T11:00:01Z"])
def test_what_happened_outside_the_window_does_not_count(time: str) -> None:
    assert actions_of(a_record("ec2", "DescribeVpcs", eventTime=time)) == set()


def test_statements_name_resources_by_placeholders_and_repeat_actions_for_each_type() -> None:
    found = activity_of(
        [
            a_record("iam", "CreateRole"),
            a_record("ec2", "RunInstances"),
            a_record("ec2", "DescribeVpcs"),
            a_record("sns", "Publish"),
        ],
        PRINCIPAL,
        start=START,
        end=END,
    )

    (with_placeholders,) = policies_of(found, placeholders=True, service_level=True)
    (plain,) = policies_of(found, placeholders=False, service_level=False)

    statements = json.loads(with_placeholders)["Statement"]
    by_resource = {statement["Resource"]: statement["Action"] for statement in statements[:-1]}
    assert statements[0] == {
        "Effect": "Allow",
        "Action": "ec2:DescribeVpcs",
        "Resource": "*",
    }
    assert by_resource["arn:aws:iam::${Account}:role/${RoleNameWithPath}"] == "iam:CreateRole"
    assert by_resource["arn:aws:ec2:${Region}:${Account}:subnet/${SubnetId}"] == "ec2:RunInstances"
    assert by_resource["arn:aws:ec2:${Region}::image/${ImageId}"] == "ec2:RunInstances"
    assert statements[-1]["Action"] == "sns:*"
    assert json.loads(plain)["Statement"] == [
        {
            "Effect": "Allow",
            "Action": ["ec2:DescribeVpcs", "ec2:RunInstances", "iam:CreateRole"],
            "Resource": "*",
        }
    ]
    assert not found.complete


def test_what_does_not_fit_one_policy_fills_several_without_losing_an_action() -> None:
    every = {
        f"ec2:{name}" for name in service_reference.actions_of("ec2") if is_covered(f"ec2:{name}")
    }
    activity = Activity(actions=frozenset(every), services_only=frozenset())

    policies = policies_of(activity, placeholders=True, service_level=False)

    granted = {
        action
        for text in policies
        for statement in json.loads(text)["Statement"]
        for action in (
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        )
    }
    assert granted == every
    assert len(policies) > 1
    assert all(len(re.sub(r"\s", "", text)) <= 6144 for text in policies)


def test_nothing_found_is_no_policy() -> None:
    nothing = activity_of([], PRINCIPAL, start=START, end=END)

    assert policies_of(nothing, placeholders=True, service_level=True) == []


def test_the_coverage_names_only_services_that_exist_and_where_it_was_read() -> None:
    table = coverage()

    assert len(table["services"]) == 202
    assert table["source"].startswith("https://docs.aws.amazon.com/")
    for action in table["event_names"]["actions"].values():
        prefix, name = action.split(":")
        assert service_reference.action_named(prefix, name) == action
