"""How a refusal is worded, coded and recorded: as the service that was called does on AWS."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from embedded_aws.iam.calls import Check
from embedded_aws.iam.evaluation.decision import Denial
from embedded_aws.iam.messages import as_iam_says, error_of
from lambdas.reference.arn_formats import ArnContext
from lambdas.reference.refused.refusals import refusals
from lambdas.reference.refused.refused_resources import resources_named
from local.connection import Connection
from tests.embedded_aws.principals import allow, somebody
from tests.emulator import Ask

ACCOUNT = "123456789012"


def refusal(action: str, resource: str = "*") -> Denial:
    return Denial(
        check=Check(action=action, resource=resource),
        principal=f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s",
        reason=f"because no identity-based policy allows the {action} action",
    )


@pytest.mark.parametrize(
    ("action", "resource", "words"),
    [
        ("iam:PutRolePolicy", "role/a/b/R", "iam:PutRolePolicy on resource: role R because no"),
        ("iam:CreateRole", "role/R", "iam:CreateRole on resource: arn:aws:iam::123456789012:role/R because"),
        ("iam:PassRole", "role/R", "iam:PassRole on resource: arn:aws:iam::123456789012:role/R because"),
        ("iam:CreatePolicy", "policy/P", "iam:CreatePolicy on resource: policy P because"),
        ("iam:DeletePolicy", "policy/P", "on resource: policy arn:aws:iam::123456789012:policy/P because"),
        ("iam:AddRoleToInstanceProfile", "instance-profile/I", "on resource: instance profile I because"),
    ],
)  # fmt: skip
def test_iam_names_what_it_refuses_by_its_kind_and_bare_name(
    action: str, resource: str, words: str
) -> None:
    assert words in refusal(action, f"arn:aws:iam::{ACCOUNT}:{resource}").message


@pytest.mark.parametrize(
    ("action", "resource", "ending"),
    [
        ("secretsmanager:GetSecretValue", "secret:orders-??????", "on resource: orders because no"),
        ("elasticfilesystem:DeleteFileSystem", "file-system/fs-1", "on the specified resource"),
        ("eks:DescribeCluster", "cluster/c", f"on resource: arn:aws:eks:eu-west-1:{ACCOUNT}:cluster/c"),
        ("ec2:DescribeVpcs", "", "perform: ec2:DescribeVpcs because no"),
        ("kms:CreateKey", "", "perform: kms:CreateKey on resource: * because no"),
        ("sqs:SendMessage", "q", "perform: sqs:sendmessage on resource"),
    ],
)  # fmt: skip
def test_services_word_their_refusals_in_their_own_ways(
    action: str, resource: str, ending: str
) -> None:
    service = action.partition(":")[0]
    arn = f"arn:aws:{service}:eu-west-1:{ACCOUNT}:{resource}" if resource else "*"

    assert ending in refusal(action, arn).message


def test_every_word_of_the_emulator_s_refusals_is_read_back_by_the_product() -> None:
    for action, resource in (
        ("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/R"),
        ("iam:DeletePolicy", f"arn:aws:iam::{ACCOUNT}:policy/p/P"),
        ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/R"),
        ("s3:GetObject", "arn:aws:s3:::b/a key"),
        ("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"),
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:s-??????"),
        ("kms:CreateKey", "*"),
    ):  # fmt: skip
        (one,) = refusals(refusal(action, resource).message)
        place = ArnContext(partition="aws", region="eu-west-1", account=ACCOUNT)
        assert (str(one.action), resources_named(one, place)) == (action, (resource,))


def test_what_lambda_and_logs_were_refused_on_the_way_is_told_in_their_own_words() -> None:
    _, code = error_of("lambda", refusal("s3:GetObject", "arn:aws:s3:::b/k.zip"), ACCOUNT)
    _, tags = error_of("logs", refusal("logs:TagResource"), ACCOUNT, first="logs:CreateLogGroup")
    _, own = error_of("logs", refusal("logs:TagResource"), ACCOUNT, first="logs:TagResource")

    assert code.startswith("Your access has been denied by S3")
    assert "GetObject for b/k.zip. S3 Error Code: AccessDenied. S3 Error Message: User: " in code
    assert 'An additional permission "logs:TagResource" is required' in tags
    assert "additional permission" not in own


def test_cloudfront_words_a_function_at_its_edge_in_its_own_way() -> None:
    edge = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:headers:2"
    _, told = error_of("cloudfront", refusal("lambda:EnableReplication", edge), ACCOUNT)

    (one,) = refusals(told)
    place = ArnContext(partition="aws", region="us-east-1", account=ACCOUNT)
    assert (str(one.action), resources_named(one, place)) == ("lambda:EnableReplication", (edge,))


@pytest.mark.local
@pytest.mark.parametrize(("ending", "decision"), [("", "implicitDeny"), ("*", "allowed")])
def test_replication_is_allowed_by_a_pattern_alone(
    ending: str, decision: str, embedded: Connection
) -> None:
    statement = {"Effect": "Allow", "Action": f"lambda:EnableReplication{ending}", "Resource": "*"}
    answer = embedded.client("iam").simulate_custom_policy(
        PolicyInputList=[json.dumps({"Version": "2012-10-17", "Statement": [statement]})],
        ActionNames=["lambda:EnableReplication"],
    )

    assert [one["EvalDecision"] for one in answer["EvaluationResults"]] == [decision]


@pytest.mark.local
def test_a_refused_call_is_recorded_as_aws_does(embedded: Connection, ask: Ask) -> None:
    nobody = somebody(embedded)
    with pytest.raises(ClientError):
        nobody.client("iam").delete_role(RoleName="never-made")
    with pytest.raises(ClientError):
        nobody.client("ec2").terminate_instances(InstanceIds=["i-0a1b2c3d4e5f6a7b8"])
    with pytest.raises(ClientError):
        nobody.client("eks").describe_cluster(name="never-made")

    records = {
        one["eventName"]: one
        for one in ask("/_fencepost/records")["records"]
        if one["userIdentity"].get("accessKeyId") == nobody.access_key
    }
    assert records["DeleteRole"]["requestParameters"] is None
    assert "on resource: role never-made because" in records["DeleteRole"]["errorMessage"]
    assert records["TerminateInstances"]["requestParameters"]
    assert records["TerminateInstances"]["errorCode"] == "Client.UnauthorizedOperation"
    assert "errorMessage" not in records["DescribeCluster"]
    assert "eks:DescribeCluster" in records["DescribeCluster"]["responseElements"]["message"]
    assert records["DescribeCluster"]["errorCode"] == "AccessDenied"


@pytest.mark.local
def test_a_bucket_that_is_not_there_is_told_before_iam_is_asked(embedded: Connection) -> None:
    nobody = somebody(embedded)

    with pytest.raises(ClientError, match="NoSuchBucket"):
        nobody.client("s3").get_bucket_policy(Bucket="never-made-by-anybody")
    with pytest.raises(ClientError, match="AccessDenied"):
        nobody.client("s3").create_bucket(
            Bucket="never-made-by-anybody",
            CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
        )


def test_ec2_words_its_denials_in_its_own_way() -> None:
    code, message = error_of("ec2", refusal("ec2:RunInstances"), ACCOUNT)

    assert code == "UnauthorizedOperation"
    assert message.startswith("You are not authorized to perform this operation. User: arn:")
    assert "Encoded authorization failure message: " in message


def test_iam_says_what_cannot_be_found_as_tools_expect_it() -> None:
    assert as_iam_says("Role x not found.") == "The role with name x cannot be found."
    assert as_iam_says("Something else") == "Something else"


@pytest.mark.local
@pytest.mark.parametrize(
    ("service", "call", "code"),
    [
        ("sns", "list_topics", "AuthorizationError"),
        ("sqs", "list_queues", "AccessDenied"),
        ("dynamodb", "list_tables", "AccessDeniedException"),
        ("lambda", "list_functions", "AccessDeniedException"),
        ("iam", "list_roles", "AccessDenied"),
        ("ec2", "describe_vpcs", "UnauthorizedOperation"),
        ("cloudformation", "list_stacks", "AccessDenied"),
        ("logs", "describe_log_groups", "AccessDeniedException"),
        ("s3", "list_buckets", "AccessDenied"),
        ("accessanalyzer", "list_analyzers", "AccessDeniedException"),
        ("codebuild", "list_projects", "AccessDeniedException"),
    ],
)
def test_each_service_denies_with_its_own_code(
    embedded: Connection, service: str, call: str, code: str
) -> None:
    nobody = somebody(embedded)

    with pytest.raises(ClientError) as refusal:
        getattr(nobody.client(service), call)()

    assert refusal.value.response["Error"]["Code"] == code
    assert "because no identity-based policy allows" in refusal.value.response["Error"]["Message"]


@pytest.mark.local
def test_a_request_that_cannot_be_identified_is_denied_even_to_an_administrator(
    embedded: Connection,
) -> None:
    admin = somebody(embedded, allow("*"))

    with pytest.raises(ClientError, match="cannot identify the action"):
        _invented(admin).list_queues()


def _invented(caller: Connection) -> Any:
    """A client that calls an operation which no service has."""
    session = boto3.Session(caller.access_key, caller.secret_key, caller.token)
    client = session.client("sqs", endpoint_url=caller.endpoint, region_name=caller.region)

    def rename(params: dict[str, Any], **_: Any) -> None:
        params["headers"]["X-Amz-Target"] = "AmazonSQS.InventQueues"

    client.meta.events.register("before-call.sqs.ListQueues", rename)
    return client
