"""What a call implies besides its own action: roles passed, objects read, keys used, roles of services."""

from typing import Any

import pytest

from lambdas.collect_evidence.translation.translate import translate
from tests.unit.collect_evidence.implied_calls import KEY, PASSED, implied
from tests.unit.collect_evidence.trails import ACCOUNT, REGION, ROLE, record


@pytest.mark.parametrize(
    ("source", "name", "request_", "receiver"),
    [
        ("lambda", "CreateFunction20150331", {"functionName": "f", "role": PASSED}, "lambda.amazonaws.com"),
        ("states", "CreateStateMachine", {"name": "m", "roleArn": PASSED}, "states.amazonaws.com"),
        ("events", "PutTargets", {"rule": "r", "targets": [{"roleArn": PASSED}]}, "events.amazonaws.com"),
        ("scheduler", "CreateSchedule", {"name": "s", "target": {"roleArn": PASSED}}, "scheduler.amazonaws.com"),
        ("ecs", "RegisterTaskDefinition", {"family": "t", "taskRoleArn": PASSED}, "ecs-tasks.amazonaws.com"),
        ("cloudformation", "CreateStack", {"stackName": "s", "roleARN": PASSED}, "cloudformation.amazonaws.com"),
        ("apigateway", "UpdateAccount",
         {"updateAccountInput": {"patchOperations": [{"value": PASSED}]}}, "apigateway.amazonaws.com"),
        ("ec2", "CreateFlowLogs", {"CreateFlowLogsRequest": {"DeliverLogsPermissionArn": PASSED}},
         "vpc-flow-logs.amazonaws.com"),
        ("iam", "AddRoleToInstanceProfile", {"roleName": "worker", "instanceProfileName": "p"},
         "ec2.amazonaws.com"),
        ("glue", "CreateJob", {"name": "j", "role": "worker"}, "glue.amazonaws.com"),
    ],
)  # fmt: skip
def test_roles_in_requests_are_passed_to_the_service_that_receives_them(
    source: str, name: str, request_: dict[str, Any], receiver: str
) -> None:
    passed = [one for one in implied(source, name, request_) if one[0] == "pass-role"]
    assert passed == [("pass-role", "iam:PassRole", PASSED, receiver)]


@pytest.mark.parametrize(
    ("source", "name", "request_"),
    [
        ("sts", "AssumeRole", {"roleArn": PASSED, "roleSessionName": "s"}),
        ("iam", "GetRole", {"roleName": "worker"}),
        ("kms", "CreateGrant", {"keyId": KEY, "granteePrincipal": PASSED}),
        ("lambda", "AddPermission20150331v2", {"functionName": "f", "principal": PASSED}),
        ("cloudformation", "CreateStack",
         {"stackName": "s", "parameters": [{"parameterKey": "R", "parameterValue": PASSED}]}),
        ("ecs", "CreateService", {"serviceName": "s", "role":
         f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"}),
        ("tagging", "TagResources", {"resourceARNList": [PASSED], "tags": {"a": "b"}}),
    ],
)  # fmt: skip
def test_roles_that_are_only_named_are_not_passed(
    source: str, name: str, request_: dict[str, Any]
) -> None:
    assert [one for one in implied(source, name, request_) if one[0] == "pass-role"] == []


@pytest.mark.parametrize(
    "url",
    [
        "https://s3.amazonaws.com/b/a/t.json",
        "https://s3.eu-west-1.amazonaws.com/b/a/t.json",
        "https://s3-eu-west-1.amazonaws.com/b/a/t.json",
        "https://b.s3.amazonaws.com/a/t.json",
        "https://b.s3.eu-west-1.amazonaws.com/a%2Ft.json",
        "https://b.s3.cn-north-1.amazonaws.com.cn/a/t.json",
        "s3://b/a/t.json",
    ],
)
def test_templates_are_read_from_their_buckets_as_the_caller(url: str) -> None:
    found = implied("cloudformation", "CreateChangeSet", {"stackName": "s", "templateURL": url})
    assert found == [("template-read", "s3:GetObject", "arn:aws:s3:::b/a/t.json")]


@pytest.mark.parametrize(
    "url", ["https://example.com/t.json", "http://[", "", "https://s3.amazonaws.com/"]
)
def test_other_addresses_imply_nothing(url: str) -> None:
    assert implied("cloudformation", "ValidateTemplate", {"templateURL": url}) == []


def test_code_is_read_from_its_bucket_as_the_caller() -> None:
    code = {"functionName": "f", "code": {"s3Bucket": "b", "s3Key": "k"}}
    found = ("code-read", "s3:GetObject", "arn:aws:s3:::b/k")
    assert found in implied("lambda", "CreateFunction20150331", code)
    assert found in implied("lambda", "UpdateFunctionCode20150331v2", {**code, **code["code"]})  # type: ignore[dict-item]


def test_keys_in_requests_are_used_through_the_service() -> None:
    found = implied("secretsmanager", "CreateSecret", {"name": "s", "kmsKeyId": KEY})
    via = f"secretsmanager.{REGION}.amazonaws.com"
    assert ("kms-via-service", "kms:GenerateDataKey", KEY, via) in found
    assert (
        implied(
            "secretsmanager", "CreateSecret", {"name": "s", "kmsKeyId": "alias/aws/secretsmanager"}
        )
        == []
    )


def test_the_key_of_a_functions_environment_encrypts_it_for_the_caller() -> None:
    request = {"functionName": "f", "role": PASSED, "kMSKeyArn": KEY}

    found = implied("lambda", "CreateFunction20150331", request)

    via = f"lambda.{REGION}.amazonaws.com"
    assert ("kms-via-service", "kms:Encrypt", KEY, via) in found
    assert ("kms-via-service", "kms:CreateGrant", KEY, via) in found


def test_the_first_use_of_a_service_makes_its_own_role() -> None:
    found = implied("autoscaling", "CreateAutoScalingGroup", {"autoScalingGroupName": "g"})
    role = "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    assert found == [
        ("service-linked-role", "iam:CreateServiceLinkedRole", f"arn:aws:iam::{ACCOUNT}:{role}",
         "autoscaling.amazonaws.com")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("service", "operation", "request_", "made"),
    [
        ("ecs", "CreateService", {"serviceName": "s"}, ["ecs"]),
        ("rds", "CreateDBInstance", {"dBInstanceIdentifier": "d"}, ["rds"]),
        ("apigateway", "CreateVpcLink", {"name": "l"}, ["ops.apigateway"]),
        ("es", "CreateDomain", {"domainName": "d"}, []),
        (
            "es",
            "CreateDomain",
            {"domainName": "d", "vPCOptions": {"subnetIds": ["subnet-1"]}},
            ["opensearchservice"],
        ),
        ("batch", "CreateComputeEnvironment", {"computeEnvironmentName": "c"}, ["batch"]),
        (
            "batch",
            "CreateComputeEnvironment",
            {"computeEnvironmentName": "c", "serviceRole": f"arn:aws:iam::{ACCOUNT}:role/own"},
            [],
        ),
        ("kms", "CreateKey", {"multiRegion": False}, []),
        ("kms", "CreateKey", {"multiRegion": True}, ["mrk.kms"]),
    ],
)
def test_a_call_makes_the_roles_that_the_service_s_page_tells_in_the_requests_that_it_tells(
    service: str, operation: str, request_: dict[str, Any], made: list[str]
) -> None:
    found = implied(service, operation, request_)
    roles = [one[3] for one in found if one[0] == "service-linked-role"]
    assert roles == [f"{one}.amazonaws.com" for one in made]


@pytest.mark.parametrize(
    "profile", [{"name": "web"}, {"arn": "arn:aws:iam::1:instance-profile/web"}, "web"]
)
def test_an_instance_profile_s_role_is_passed_and_said_to_be_unknown(profile: object) -> None:
    made = translate(record("ec2", "RunInstances", {"iamInstanceProfile": profile}), ROLE)
    assert "unknown-passed-role" in {one.kind for one in made.findings}


def test_a_launch_template_passes_no_role_yet() -> None:
    data = {"LaunchTemplateData": {"IamInstanceProfile": {"Name": "web"}}}
    made = translate(
        record("ec2", "CreateLaunchTemplate", {"CreateLaunchTemplateRequest": data}), ROLE
    )
    assert "unknown-passed-role" not in {one.kind for one in made.findings}


def test_a_connection_keeps_its_secret_with_the_callers_rights() -> None:
    found = implied("events", "CreateConnection", {"name": "out", "authorizationType": "API_KEY"})
    actions = [one[1] for one in found if one[0] == "dependent-action"]
    assert actions == ["secretsmanager:CreateSecret", "secretsmanager:PutSecretValue"]
    kept = [one[2] for one in found if one[0] == "dependent-action"]
    assert all(":secret:events!connection/out/*" in one for one in kept)


@pytest.mark.parametrize(
    ("name", "request_", "bucket"),
    [
        ("HeadObject", {"bucketName": "state", "key": "a/b.json"}, "arn:aws:s3:::state"),
        ("GetObject", {"bucketName": "state", "key": "a/b.json"}, "arn:aws:s3:::state"),
        ("GetObjectTagging", {"bucketName": "state", "key": "a", "tagging": ""}, "arn:aws:s3:::state"),
        ("CopyObject", {"bucketName": "new", "key": "a", "x-amz-copy-source": "/old/a%20b"},
         "arn:aws:s3:::old"),
        ("UploadPartCopy", {"bucketName": "new", "key": "a", "x-amz-copy-source": "old/a?versionId=1"},
         "arn:aws:s3:::old"),
        ("GetObject", {"bucketName": f"arn:aws:s3:{REGION}:{ACCOUNT}:accesspoint/p", "key": "a"},
         f"arn:aws:s3:{REGION}:{ACCOUNT}:accesspoint/p"),
    ],
)  # fmt: skip
def test_only_who_may_list_a_bucket_is_told_that_an_object_is_not_there(
    name: str, request_: dict[str, Any], bucket: str
) -> None:
    found = implied("s3", name, request_, errorCode="NoSuchKey", errorMessage="It does not exist.")

    assert ("not-there", "s3:ListBucket", bucket) in found


@pytest.mark.parametrize("code", [None, "NoSuchUpload", "PreconditionFailed", "NotModified"])
def test_what_is_there_needs_no_listing(code: str | None) -> None:
    request = {"bucketName": "state", "key": "a/b.json"}

    assert implied("s3", "GetObject", request, **({"errorCode": code} if code else {})) == []


def test_a_bucket_s_default_key_is_told_by_the_answer_to_a_write() -> None:
    answer = {
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": KEY,
    }

    found = implied("s3", "PutObject", {"bucketName": "b", "key": "k"}, response=answer)

    via = f"s3.{REGION}.amazonaws.com"
    assert found == [("kms-via-service", "kms:GenerateDataKey", KEY, via)]
    parts = implied("s3", "UploadPart", {"bucketName": "b", "key": "k"}, response=answer)
    assert [action for _, action, *_ in parts] == ["kms:Decrypt", "kms:GenerateDataKey"]
    own = {**answer, "x-amz-server-side-encryption-aws-kms-key-id": "alias/aws/s3"}
    assert implied("s3", "PutObject", {"bucketName": "b", "key": "k"}, response=own) == []


TRANSFORM_ARN = f"arn:aws:cloudformation:{REGION}:aws:transform/"
MACROS = {"capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]}


@pytest.mark.parametrize(
    ("name", "request_", "agent", "transform"),
    [
        ("CreateChangeSet", {"changeSetName": "samcli-deploy1700000000"}, "", "Serverless-2016-10-31"),
        ("CreateChangeSet", {"changeSetName": "x"}, "aws-sam-cli/1.145.0", "Serverless-2016-10-31"),
        ("CreateStack", MACROS, "aws-cli/2.31", "*"),
        ("UpdateStack", MACROS, "Boto3/1.43", "*"),
        ("CreateChangeSet", {**MACROS, "changeSetName": "cdk-deploy-change-set"}, "", ""),
        ("CreateStack", MACROS, "aws-cdk/2.1100.0 ua/2.1", ""),
        ("CreateStack", {"capabilities": ["CAPABILITY_IAM"]}, "aws-cli/2.31", ""),
        ("DeleteStack", {}, "aws-sam-cli/1.145.0", ""),
    ],
)  # fmt: skip
def test_a_request_lets_expect_the_transforms_of_its_template(
    name: str, request_: dict[str, Any], agent: str, transform: str
) -> None:
    request = {"stackName": "s", **request_}
    found = implied("cloudformation", name, request, userAgent=agent)

    expected = ("transform", "cloudformation:CreateChangeSet", f"{TRANSFORM_ARN}{transform}")
    assert [one for one in found if one[0] == "transform"] == [expected] * bool(transform)


@pytest.mark.parametrize(
    ("source", "name", "request_"),
    [
        ("lambda", "CreateFunction20150331",
         {"functionName": "f", "tags": {"lambda:createdBy": "SAM"}}),
        ("states", "CreateStateMachine",
         {"name": "m", "tags": [{"key": "stateMachine:createdBy", "value": "SAM"}]}),
    ],
)  # fmt: skip
def test_the_tags_of_the_serverless_transform_tell_of_it(
    source: str, name: str, request_: dict[str, Any]
) -> None:
    found = [one for one in implied(source, name, request_) if one[0] == "transform"]
    arn = f"{TRANSFORM_ARN}Serverless-2016-10-31"
    assert found == [("transform", "cloudformation:CreateChangeSet", arn)]


def test_a_role_tells_of_no_transform_because_iam_does_not_tell_the_stacks_region() -> None:
    request = {"roleName": "r", "tags": [{"key": "lambda:createdBy", "value": "SAM"}]}
    found = implied("iam", "CreateRole", request)
    assert not [one for one in found if one[0] == "transform"]


def test_other_tags_tell_of_no_transform() -> None:
    request = {"functionName": "f", "tags": {"lambda:createdBy": "me", "made": "SAM"}}
    found = implied("lambda", "CreateFunction20150331", request)
    assert not [one for one in found if one[0] == "transform"]


def test_of_an_alias_any_key_is_granted_since_the_request_does_not_tell_which() -> None:
    parameter = {"name": "/n", "type": "SecureString", "keyId": "alias/k"}

    found = implied("ssm", "PutParameter", parameter)

    (encrypt,) = [one for one in found if one[1] == "kms:Encrypt"]
    assert encrypt[2] == f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*"
