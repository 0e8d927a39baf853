"""Records as real trails hold them, and what of each was wrong once: each with the right value."""

from __future__ import annotations

from typing import Any

import pytest

from lambdas.collect_evidence.translation.translate import translate
from tests.unit.collect_evidence.trails import ACCOUNT, REGION, ROLE, record

HERE = f"{REGION}:{ACCOUNT}"
K1, K2 = (f"arn:aws:kms:{HERE}:key/{one}" for one in ("1234abcd", "0987dcba"))
Json = dict[str, Any]


def asked(
    source: str, name: str, request: Json | None, answer: Json | None = None, **more: Any
) -> list[str]:
    proofs = translate(record(source, name, request, answer, **more), ROLE).proofs
    return [f"{one.action} {one.resource}" for one in proofs]


def implied(
    source: str, name: str, request: Json, kind: str, answer: Json | None = None
) -> list[str]:
    proofs = translate(record(source, name, request, answer), ROLE).proofs
    found = [one for proof in proofs for one in proof.implies if one.kind == kind]
    return [f"{one.action} {one.resource}" for one in found]


PAIR = [{"key": "a", "value": "b"}]


@pytest.mark.parametrize(
    ("source", "name", "request_", "tagged"),
    [
        ("batch", "RegisterJobDefinition", {"jobDefinitionName": "jd", "tags": {"a": "b"}}, f"batch:TagResource arn:aws:batch:{HERE}:job-definition/jd"),
        ("cloudhsm", "CreateCluster", {"hsmType": "h", "tagList": PAIR}, f"cloudhsm:TagResource arn:aws:cloudhsm:{HERE}:cluster/*"),
        ("ssm", "PutParameter", {"name": "/a/b", "tags": PAIR}, f"ssm:AddTagsToResource arn:aws:ssm:{HERE}:parameter/a/b"),
        ("eks", "CreateCluster", {"name": "c", "tags": {"a": "b"}}, f"eks:TagResource arn:aws:eks:{HERE}:cluster/c"),
        ("eks", "CreateNodegroup", {"name": "c", "nodegroupName": "n", "tags": {"a": "b"}}, f"eks:TagResource arn:aws:eks:{HERE}:nodegroup/c/n/*"),
        ("appsync", "CreateGraphqlApi", {"name": "c", "tags": {"a": "b"}}, f"appsync:TagResource arn:aws:appsync:{HERE}:apis/*"),
        ("elasticfilesystem", "CreateFileSystem", {"tags": PAIR}, f"elasticfilesystem:TagResource arn:aws:elasticfilesystem:{HERE}:file-system/*"),
        ("amplify", "CreateApp", {"name": "c", "tags": {"a": "b"}}, f"amplify:TagResource arn:aws:amplify:{HERE}:apps/*"),
        ("lambda", "CreateEventSourceMapping20150331", {"functionName": "f", "tags": {"a": "b"}}, f"lambda:TagResource arn:aws:lambda:{HERE}:event-source-mapping:*"),
        ("organizations", "CreateAccount", {"accountName": "n", "tags": PAIR}, f"organizations:TagResource arn:aws:organizations::{ACCOUNT}:account/o-*/*"),
        ("transfer", "CreateUser", {"serverId": "s-1", "userName": "u", "tags": PAIR}, f"transfer:TagResource arn:aws:transfer:{HERE}:user/s-1/u"),
        ("datasync", "CreateTask", {"sourceLocationArn": f"arn:aws:datasync:{HERE}:location/loc-1", "tags": PAIR}, f"datasync:TagResource arn:aws:datasync:{HERE}:task/*"),
        ("fsx", "CreateFileSystemFromBackup", {"backupId": "backup-1", "tags": PAIR}, f"fsx:TagResource arn:aws:fsx:{HERE}:file-system/*"),
        ("redshift-serverless", "CreateNamespace", {"namespaceName": "n", "tags": PAIR}, f"redshift-serverless:TagResource arn:aws:redshift-serverless:{HERE}:namespace/*"),
        ("cloudformation", "CreateChangeSet", {"stackName": "s", "changeSetName": "c", "tags": PAIR}, f"cloudformation:TagResource arn:aws:cloudformation:{HERE}:stack/s/*"),
        ("ec2", "CreateFlowLogs",
         {"CreateFlowLogsRequest": {"ResourceId": {"tag": 1, "content": "vpc-1"}, "ResourceType": "VPC",
                                    "TagSpecification": {"ResourceType": "vpc-flow-log", "tag": 1, "Tag": {"Key": "a"}}}},
         f"ec2:CreateTags arn:aws:ec2:{HERE}:vpc-flow-log/*"),
    ],
)  # fmt: skip
def test_tags_are_set_by_the_service_s_own_action_on_the_type_that_is_made(
    source: str, name: str, request_: Json, tagged: str
) -> None:
    assert implied(source, name, request_, "tag-on-create") == [tagged]


@pytest.mark.parametrize(
    ("source", "name", "request_"),
    [
        ("batch", "CreateComputeEnvironment", {"computeEnvironmentName": "c", "computeResources": {"tags": {"a": "b"}}}),
        ("ec2", "CreateLaunchTemplate",
         {"CreateLaunchTemplateRequest": {"LaunchTemplateName": "t", "LaunchTemplateData": {
             "TagSpecification": {"ResourceType": "instance", "tag": 1, "Tag": {"Key": "a", "Value": "b"}}}}}),
        ("scheduler", "CreateSchedule", {"name": "s", "target": {"ecsParameters": {"tags": [{"key": "a"}]}}}),
        ("s3", "PutBucketLifecycle", {"bucketName": "b", "LifecycleConfiguration": {"Rule": {"Filter": {"And": {"Tag": [{"Key": "a"}]}}}}}),
    ],
)  # fmt: skip
def test_tags_of_what_comes_later_tag_nothing_now(source: str, name: str, request_: Json) -> None:
    assert implied(source, name, request_, "tag-on-create") == []


@pytest.mark.parametrize(
    ("request_", "named", "source", "destination"),
    [
        ({"destinationKeyId": "alias/to", "sourceKeyId": "alias/from"}, [K1, K2], K1, K2),
        ({"destinationKeyId": "0987dcba"}, [K1, K2], K1, K2),
        ({"destinationKeyId": "0987dcba", "sourceKeyId": K1}, [], K1, K2),
        ({"destinationKeyId": "alias/to"}, [], "*", "*"),
    ],
)
def test_re_encrypting_is_from_the_source_s_key_to_the_destination_s(
    request_: Json, named: list[str], source: str, destination: str
) -> None:
    resources = [{"ARN": arn} for arn in named]
    assert asked("kms", "ReEncrypt", request_, resources=resources) == [
        f"kms:ReEncryptFrom {source}",
        f"kms:ReEncryptTo {destination}",
    ]
