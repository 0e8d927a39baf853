"""The sandbox role is an administrator, but not of Fencepost: its boundary, tried call by call."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.flow.cloud import Cloud

pytestmark = pytest.mark.flow
SESSION = "20260101T000000Z-00000000.deploy"  # as a run's own
DENIED = {"AccessDenied", "AccessDeniedException", "AccessDeniedForDependencyException"}


@pytest.fixture(scope="module")
def prisoner(cloud: Cloud) -> Any:
    """A session of the sandbox role of a small process."""
    return cloud.as_role(role(cloud, "parcels-sandbox"), "fence.deploy")


def role(cloud: Cloud, ending: str) -> str:
    roles = cloud.client("iam").list_roles()["Roles"]
    return next(str(one["Arn"]) for one in roles if one["RoleName"].endswith(ending))


def role_of(cloud: Cloud, part: str) -> str:
    """A role that CloudFormation has named."""
    roles = cloud.client("iam").list_roles()["Roles"]
    return next(str(one["Arn"]) for one in roles if part in one["RoleName"])


def denied(call: Any, **arguments: Any) -> bool:
    with pytest.raises(ClientError) as told:
        call(**arguments)
    return told.value.response["Error"]["Code"] in DENIED


def test_the_sandbox_role_is_an_administrator_of_everything_else(prisoner: Any) -> None:
    sqs = prisoner.client("sqs")

    url = sqs.create_queue(QueueName="fence")["QueueUrl"]
    sqs.delete_queue(QueueUrl=url)


def test_no_trail_can_be_stopped(cloud: Cloud, prisoner: Any) -> None:
    trails = cloud.client("cloudtrail").describe_trails()["trailList"]

    assert trails
    for one in trails:
        assert denied(prisoner.client("cloudtrail").stop_logging, Name=one["TrailARN"])
        assert denied(prisoner.client("cloudtrail").delete_trail, Name=one["TrailARN"])


def test_neither_archive_nor_trail_can_be_read_or_changed(cloud: Cloud, prisoner: Any) -> None:
    s3 = prisoner.client("s3")
    buckets = [one["Name"] for one in cloud.client("s3").list_buckets()["Buckets"]]
    ours = [one for one in buckets if one.startswith("fencepost-")]

    assert len(ours) >= 2
    for bucket in ours:
        assert denied(s3.put_object, Bucket=bucket, Key="forged", Body=b"x")
        assert denied(s3.delete_bucket, Bucket=bucket)
        assert denied(s3.delete_bucket_policy, Bucket=bucket)


def test_no_role_of_fencepost_can_be_changed_or_assumed(cloud: Cloud, prisoner: Any) -> None:
    iam = prisoner.client("iam")
    candidate = role(cloud, "parcels-candidate")

    assert denied(
        iam.attach_role_policy,
        RoleName=candidate.rsplit("/", 1)[-1],
        PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess",
    )
    assert denied(
        iam.delete_role_permissions_boundary,
        RoleName=role(cloud, "parcels-sandbox").rsplit("/", 1)[-1],
    )
    assert denied(
        prisoner.client("sts").assume_role, RoleArn=candidate, RoleSessionName="fence.deploy"
    )


def test_no_user_or_key_can_be_made_and_the_organization_not_left(prisoner: Any) -> None:
    iam = prisoner.client("iam")

    assert denied(iam.create_user, UserName="somebody")
    assert denied(iam.create_access_key, UserName="somebody")
    assert denied(iam.create_login_profile, UserName="somebody", Password="a-long-one")
    assert denied(prisoner.client("organizations").leave_organization)


def test_no_key_of_fencepost_can_be_disabled_or_renamed(cloud: Cloud, prisoner: Any) -> None:
    kms = prisoner.client("kms")
    aliases = cloud.client("kms").list_aliases()["Aliases"]
    ours = [one for one in aliases if one["AliasName"].startswith("alias/fencepost-")]

    assert len(ours) >= 3
    for one in ours:
        key = one["TargetKeyId"]
        assert denied(kms.disable_key, KeyId=key)
        assert denied(kms.schedule_key_deletion, KeyId=key)
        assert denied(kms.put_key_policy, KeyId=key, PolicyName="default", Policy="{}")
        assert denied(kms.delete_alias, AliasName=one["AliasName"])


def test_no_function_build_or_definition_of_fencepost_can_be_changed(
    cloud: Cloud, prisoner: Any
) -> None:
    functions = cloud.client("lambda").list_functions()["Functions"]
    ours = [one["FunctionName"] for one in functions]

    assert len(ours) >= 7
    for name in ours:
        assert denied(prisoner.client("lambda").delete_function, FunctionName=name)
        assert denied(
            prisoner.client("lambda").update_function_code, FunctionName=name, ZipFile=b"x"
        )
    assert denied(prisoner.client("codebuild").delete_project, name="fencepost-parcels")
    assert denied(prisoner.client("ssm").delete_parameter, Name="/fencepost/processes/parcels")
    assert denied(prisoner.client("cloudformation").delete_stack, StackName="fencepost-archive")


def test_the_boundary_itself_cannot_be_changed(cloud: Cloud, prisoner: Any) -> None:
    policies = cloud.client("iam").list_policies(Scope="Local")["Policies"]
    (fence,) = [one for one in policies if one["PolicyName"] == "fencepost-run-parcels-boundary"]
    iam = prisoner.client("iam")

    assert denied(iam.delete_policy, PolicyArn=fence["Arn"])
    assert denied(
        iam.create_policy_version,
        PolicyArn=fence["Arn"],
        PolicyDocument='{"Version": "2012-10-17", "Statement": []}',
        SetAsDefault=True,
    )


def test_no_region_but_the_processs_own_can_be_used(prisoner: Any) -> None:
    assert denied(prisoner.client("sqs", region="ap-southeast-2").create_queue, QueueName="far")
    assert denied(prisoner.client("s3", region="ap-southeast-2").create_bucket, Bucket="far-away")
    assert prisoner.client("iam").list_roles()["Roles"]  # recorded in us-east-1, yet of no region


def test_no_session_of_the_sandbox_role_can_be_longer_than_an_hour(cloud: Cloud) -> None:
    arn = role(cloud, "parcels-sandbox")
    described = cloud.client("iam").get_role(RoleName=arn.rsplit("/", 1)[-1])["Role"]

    assert described["MaxSessionDuration"] == 3600


def test_the_workflow_cannot_be_started_or_changed(cloud: Cloud, prisoner: Any) -> None:
    states = prisoner.client("stepfunctions")

    assert denied(states.start_execution, stateMachineArn=cloud.deployed.machine, input="{}")
    assert denied(states.delete_state_machine, stateMachineArn=cloud.deployed.machine)


def test_nothing_can_be_made_that_a_pattern_of_fenceposts_grants_would_fit(prisoner: Any) -> None:
    """What is granted by a name with a pattern is of Fencepost's making alone."""
    trust = '{"Version": "2012-10-17", "Statement": []}'

    assert denied(
        prisoner.client("iam").create_role,
        RoleName="fencepost-run-mine-candidate",
        AssumeRolePolicyDocument=trust,
    )
    assert denied(
        prisoner.client("codebuild").create_project,
        name="fencepost-mine",
        source={"type": "NO_SOURCE", "buildspec": "version: 0.2"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
        },
        serviceRole="arn:aws:iam::123456789012:role/mine",
    )
    for name in ("processes/mine", "sandboxes/default"):
        put = prisoner.client("ssm").put_parameter
        assert denied(put, Name=f"/fencepost/{name}", Value="{}", Type="String", Overwrite=True)


def test_no_other_process_is_in_reach(cloud: Cloud, prisoner: Any) -> None:
    other = role(cloud, "ledger-candidate").rsplit("/", 1)[-1]
    policy = "arn:aws:iam::aws:policy/AdministratorAccess"
    build = cloud.as_role(role(cloud, "parcels-build"), "build")

    assert denied(prisoner.client("iam").attach_role_policy, RoleName=other, PolicyArn=policy)
    assert denied(prisoner.client("codebuild").start_build, projectName="fencepost-ledger")
    stacks = prisoner.client("cloudformation")
    assert denied(stacks.delete_stack, StackName="fencepost-process-ledger")
    for one in (prisoner, build):
        for kind in ("sandbox", "candidate"):
            asked = {"RoleArn": role(cloud, f"ledger-{kind}"), "RoleSessionName": SESSION}
            assert denied(one.client("sts").assume_role, **asked)


def test_a_proof_gives_candidates_the_policies_of_proofs_and_no_role_anything_else(
    cloud: Cloud,
) -> None:
    function = role_of(cloud, "ProvePolicyRole")
    iam = cloud.as_role(function, "function").client("iam")
    policy = "arn:aws:iam::aws:policy/AdministratorAccess"

    for name in ("run-parcels-candidate", "run-ledger-candidate", "run-parcels-sandbox"):
        assert denied(iam.attach_role_policy, RoleName=f"fencepost-{name}", PolicyArn=policy)
    assert denied(
        iam.put_role_policy,
        RoleName="fencepost-run-parcels-candidate",
        PolicyName="wide",
        PolicyDocument="{}",
    )
