"""A boundary for created roles, from the first cycle to an attack that the policy alone refuses."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.flow.cloud import Cloud, Execution

pytestmark = pytest.mark.flow
BOUNDARY = "policy/fencepost-boundary-porter"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
NAME = "porter-dev"  # what the policy lets its holder create
UNFENCED = "iam:PermissionsBoundary"


@pytest.fixture(scope="module")
def proved(cloud: Cloud) -> Execution:
    return cloud.run("porter")


def document(cloud: Cloud, proved: Execution, name: str) -> Any:
    return json.loads(cloud.document("porter", proved.run, name))


def test_the_cycle_and_its_proof_run_with_a_boundary(cloud: Cloud, proved: Execution) -> None:
    assert proved.status == "SUCCEEDED"
    assert {"OpenBoundary", "ReadPolicies"} <= set(proved.states)
    assert document(cloud, proved, "proof.json")["verdict"]["kind"] == "proved"
    answers = cloud.document("porter", proved.run, "README.md").decode()
    assert "**No way up**: shown on an embedded AWS." in answers


def test_the_boundary_allows_what_the_role_is_given(cloud: Cloud, proved: Execution) -> None:
    statements = document(cloud, proved, "boundary.json")["Statement"]

    allowed = {action for one in statements for action in many(one["Action"])}
    assert {"sqs:Send*", "logs:PutLogEvents"} <= allowed  # its own policy, and the one of AWS


def test_every_way_up_was_refused_by_a_statement_and_open_without_its_condition(
    cloud: Cloud, proved: Execution
) -> None:
    ways = document(cloud, proved, "checks.json")["waysUp"]

    assert {"function with a role", "inline policy on a role"} <= {one["path"] for one in ways}
    assert {one["outcome"] for one in ways} == {"refused"}
    policy = document(cloud, proved, "policy.json")
    assert {one["statement"] for one in ways} <= {one["Sid"] for one in policy["Statement"]}


def test_the_proof_ran_under_the_boundary_that_is_published(
    cloud: Cloud, proved: Execution
) -> None:
    iam = cloud.client("iam")
    arn = f"arn:aws:iam::{account(cloud)}:{BOUNDARY}"
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    left = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]

    published = json.dumps(document(cloud, proved, "boundary.json"))
    assert left == json.loads(published.replace("porter-dev", "porter-qa"))
    assert len(iam.list_policy_versions(PolicyArn=arn)["Versions"]) == 1


@pytest.fixture(params=["with the policy", "without the fence"])
def holder(cloud: Cloud, proved: Execution, request: pytest.FixtureRequest) -> Iterator[Any]:
    """IAM as somebody who holds the policy and nothing else, or the same unfenced."""
    policy = document(cloud, proved, "policy.json")
    fenced = request.param == "with the policy"
    for statement in policy["Statement"]:
        for operator, tests in list(statement.get("Condition", {}).items()):
            tests.pop("aws:CalledVia", None)  # the holder could go by a stack of its own
            if not fenced:
                tests.pop(UNFENCED, None)
            if not tests:
                del statement["Condition"][operator]
    iam = cloud.client("iam")
    who = f"attacker-{'fenced' if fenced else 'free'}"
    trust = json.loads(json.dumps(TRUST))
    trust["Statement"][0]["Principal"] = {"AWS": f"arn:aws:iam::{account(cloud)}:root"}
    iam.create_role(RoleName=who, AssumeRolePolicyDocument=json.dumps(trust))
    iam.put_role_policy(RoleName=who, PolicyName="it", PolicyDocument=json.dumps(policy))
    arn = f"arn:aws:iam::{account(cloud)}:role/{who}"
    keys = cloud.client("sts").assume_role(RoleArn=arn, RoleSessionName="attack")["Credentials"]
    attacker = replace(
        cloud.connection,
        access_key=keys["AccessKeyId"],
        secret_key=keys["SecretAccessKey"],
        token=keys["SessionToken"],
    )
    yield fenced, attacker.client("iam")
    iam.delete_role_policy(RoleName=who, PolicyName="it")
    iam.delete_role(RoleName=who)


def test_an_attack_that_is_really_made_fails_with_the_policy_and_succeeds_without_the_fence(
    cloud: Cloud, holder: tuple[bool, Any]
) -> None:
    fenced, iam = holder
    admin, made = cloud.client("iam"), []
    trust = json.dumps(TRUST)
    bare = tried(iam.create_role, RoleName=NAME, AssumeRolePolicyDocument=trust)
    if not bare:  # of a role that is there already, and has no boundary
        admin.create_role(RoleName=NAME, AssumeRolePolicyDocument=trust)
    made.append(bare)
    wide = json.dumps(EVERYTHING)
    made.append(tried(iam.put_role_policy, RoleName=NAME, PolicyName="carry", PolicyDocument=wide))
    if made[-1]:
        admin.delete_role_policy(RoleName=NAME, PolicyName="carry")
    admin.delete_role(RoleName=NAME)

    assert made == [not fenced, not fenced]


def tried(call: Any, **values: Any) -> bool:
    """Whether IAM let it be done."""
    try:
        call(**values)
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDenied":
            raise
        return False
    return True


def many(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def account(cloud: Cloud) -> str:
    return str(cloud.client("sts").get_caller_identity()["Account"])
