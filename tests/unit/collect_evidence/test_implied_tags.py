"""Tags that a call sets while it makes or updates something are authorised by an action of their own."""

from typing import Any

import pytest

from tests.unit.collect_evidence.implied_calls import implied
from tests.unit.collect_evidence.trails import ACCOUNT, REGION


@pytest.mark.parametrize(
    ("source", "name", "request_", "action", "resource"),
    [
        ("lambda", "CreateFunction20150331", {"functionName": "f", "tags": {"a": "b"}},
         "lambda:TagResource", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"),
        # Tags that a record does not show, which 96 operations call sensitive, are tags all the same.
        ("backup", "CreateBackupVault",
         {"backupVaultName": "v", "backupVaultTags": "HIDDEN_DUE_TO_SECURITY_REASONS"},
         "backup:TagResource", f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:v"),
        ("iam", "CreateRole", {"roleName": "r", "path": "/p/", "tags": [{"key": "a", "value": "b"}]},
         "iam:TagRole", f"arn:aws:iam::{ACCOUNT}:role/p/r"),
        ("sqs", "CreateQueue", {"queueName": "q", "tags": {"a": "b"}},
         "sqs:TagQueue", f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"),
        ("apigateway", "CreateRestApi", {"createRestApiInput": {"name": "n", "tags": {"a": "b"}}},
         "apigateway:PUT", f"arn:aws:apigateway:{REGION}::/tags/*"),
    ],
)  # fmt: skip
def test_tags_sent_while_making_are_authorised_by_an_action_of_their_own(
    source: str, name: str, request_: dict[str, Any], action: str, resource: str
) -> None:
    assert ("tag-on-create", action, resource) in implied(source, name, request_)


def test_ec2_tags_what_the_request_says_and_names_the_action_that_made_it() -> None:
    found = implied(
        "ec2", "RunInstances",
        {"instancesSet": {"items": [{"imageId": "ami-1"}]}, "subnetId": "subnet-1",
         "tagSpecificationSet": {"items": [{"resourceType": "instance", "tags": [{"key": "a"}]}]}},
        response={"instancesSet": {"items": [{"instanceId": "i-1"}]}},
    )  # fmt: skip
    tagged = [one for one in found if one[0] == "tag-on-create"]
    assert tagged == [
        (
            "tag-on-create",
            "ec2:CreateTags",
            f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/*",  # it has no id yet
            "RunInstances",
        )
    ]


PAIRS = [{"key": "cost", "value": "4711"}]


@pytest.mark.parametrize(
    ("source", "name", "request_", "action", "resource"),
    [
        ("cognito-idp", "UpdateUserPool", {"userPoolId": "eu-west-1_A", "userPoolTags": {"cost": "1"}},
         "cognito-idp:TagResource", f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/eu-west-1_A"),
        ("cognito-identity", "UpdateIdentityPool",
         {"identityPoolId": "eu-west-1:a", "identityPoolTags": {"cost": "1"}},
         "cognito-identity:TagResource",
         f"arn:aws:cognito-identity:{REGION}:{ACCOUNT}:identitypool/eu-west-1:a"),
        ("servicecatalog", "UpdateProduct", {"id": "prod-1", "addTags": PAIRS},
         "servicecatalog:TagResource", f"arn:aws:catalog:{REGION}:{ACCOUNT}:product/prod-1"),
        ("rds", "ModifyDBInstance",
         {"dBInstanceIdentifier": "d", "tagSpecifications": [{"resourceType": "db", "tags": PAIRS}]},
         "rds:AddTagsToResource", f"arn:aws:rds:{REGION}:{ACCOUNT}:db:d"),
    ],
)  # fmt: skip
def test_tags_set_by_an_update_are_authorised_by_an_action_of_their_own(
    source: str, name: str, request_: dict[str, Any], action: str, resource: str
) -> None:
    assert implied(source, name, request_) == [("tag-on-update", action, resource)]


@pytest.mark.parametrize(
    ("source", "name", "request_", "action"),
    [
        ("batch", "SubmitJob", {"jobName": "j", "tags": {"a": "b"}}, "batch:TagResource"),
        ("iam", "UploadServerCertificate", {"serverCertificateName": "c", "tags": PAIRS},
         "iam:TagServerCertificate"),
        ("eks", "AssociateIdentityProviderConfig", {"clusterName": "c", "tags": {"a": "b"}},
         "eks:TagResource"),
        ("ec2", "AuthorizeSecurityGroupIngress",
         {"groupId": "sg-1", "tagSpecificationSet": {"items": [
             {"resourceType": "security-group-rule", "tags": PAIRS}]}}, "ec2:CreateTags"),
        ("kms", "CreateKey", {"tags": [{"tagKey": "a", "tagValue": "b"}]}, "kms:TagResource"),
    ],
)  # fmt: skip
def test_tags_are_authorised_whatever_makes_what_they_are_for(
    source: str, name: str, request_: dict[str, Any], action: str
) -> None:
    found = [one[1] for one in implied(source, name, request_) if one[0] == "tag-on-create"]
    assert found == [action]


@pytest.mark.parametrize(
    ("source", "name", "request_"),
    [
        ("cognito-idp", "UpdateUserPool", {"userPoolId": "eu-west-1_A", "userPoolTags": {}}),
        ("codebuild", "UpdateProject", {"name": "p", "tags": PAIRS}),  # CodeBuild has no such action
        ("drs", "UpdateReplicationConfiguration", {"stagingAreaTags": {"a": "b"}}),
        ("ses", "SendEmail", {"emailTags": PAIRS}),
        ("ssm", "AddTagsToResource", {"resourceType": "Parameter", "resourceId": "/x", "tags": PAIRS}),
    ],
)  # fmt: skip
def test_what_sets_no_tags_on_a_resource_implies_no_tagging(
    source: str, name: str, request_: dict[str, Any]
) -> None:
    assert not [one for one in implied(source, name, request_) if one[0].startswith("tag-on-")]


def test_no_tags_imply_no_tagging() -> None:
    assert implied("sqs", "CreateQueue", {"queueName": "q", "tags": {}}) == []


@pytest.mark.parametrize(
    ("source", "name", "request_", "action"),
    [
        ("kinesis", "CreateStream", {"streamName": "s", "tags": {"a": "b"}}, "AddTagsToStream"),
        (
            "acm",
            "RequestCertificate",
            {"domainName": "x.example", "tags": [{"key": "a", "value": "b"}]},
            "AddTagsToCertificate",
        ),
        ("iot", "CreateTopicRule", {"ruleName": "r", "tags": "a=b"}, "TagResource"),
    ],
)
def test_services_with_two_tagging_actions_ask_for_the_one_that_they_document(
    source: str, name: str, request_: dict[str, Any], action: str
) -> None:
    found = [one[1] for one in implied(source, name, request_) if one[0] == "tag-on-create"]
    assert found == [f"{source}:{action}"]
