import json

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Template

from lambdas.model.iam.policy import policy_size
from lambdas.model.limits import MANAGED_POLICY_LIMIT
from stacks.places import InvalidSettingError, Sandbox
from stacks.sandbox.boundary import Boundary
from stacks.sandbox.trail import Trail
from stacks.settings import DATA_EVENTS, Settings
from tests.stacks.conftest import Synthesis
from tests.stacks.samples import Json

pytestmark = pytest.mark.stacks
PROCESSES = ("billing", "orders", "search")


def roles(synthesis: Synthesis) -> dict[str, Json]:
    """By their given names."""
    found = synthesis.of_type("*", "AWS::IAM::Role").values()
    return {one["RoleName"]: one for one in found if "RoleName" in one}


def test_each_process_has_three_roles_of_given_names(synthesis: Synthesis) -> None:
    assert set(roles(synthesis)) == {
        f"fencepost-run-{process}-{kind}"
        for process in PROCESSES
        for kind in ("build", "sandbox", "candidate")
    }


@pytest.mark.parametrize("process", PROCESSES)
@pytest.mark.parametrize("kind", ["sandbox", "candidate"])
def test_only_the_processs_own_build_may_become_its_roles_and_only_for_a_run(
    synthesis: Synthesis, process: str, kind: str
) -> None:
    role = roles(synthesis)[f"fencepost-run-{process}-{kind}"]

    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    (builder,) = statement["Principal"]["AWS"]["Fn::GetAtt"][:1]
    built = synthesis.of_type(f"process-{process}", "AWS::IAM::Role")
    assert built[f"process-{process}.{builder}"]["RoleName"] == (f"fencepost-run-{process}-build")
    assert statement["Condition"] == {
        "StringLike": {
            "sts:RoleSessionName": [
                "????????T??????Z-????????.*",
                "????????T??????Z-????????-??.*",  # a proof's round, or its clean-up
            ]
        }
    }
    assert "PermissionsBoundary" in role


def test_the_sandbox_may_do_everything_and_the_candidate_nothing(synthesis: Synthesis) -> None:
    for process in PROCESSES:
        (policy,) = roles(synthesis)[f"fencepost-run-{process}-sandbox"]["Policies"]
        (statement,) = policy["PolicyDocument"]["Statement"]
        assert (statement["Action"], statement["Resource"]) == ("*", "*")
        assert "Policies" not in roles(synthesis)[f"fencepost-run-{process}-candidate"]
    policies = synthesis.of_type("*", "AWS::IAM::Policy").values()
    assert not [one for one in policies if "Candidate" in json.dumps(one["Roles"])]


def test_the_builds_role_may_become_its_two_roles_and_nothing_else(synthesis: Synthesis) -> None:
    policies = [
        one
        for name, one in synthesis.of_type("process-*", "AWS::IAM::Policy").items()
        if "BecomeEither" in name
    ]

    assert len(policies) == len(PROCESSES)
    for one in policies:
        (statement,) = one["PolicyDocument"]["Statement"]
        assert statement["Action"] == "sts:AssumeRole"
        assert len(statement["Resource"]) == 2


def fence(synthesis: Synthesis) -> list[Json]:
    boundaries = synthesis.of_type("process-*", "AWS::IAM::ManagedPolicy").values()
    (orders,) = [
        one for one in boundaries if one["ManagedPolicyName"] == "fencepost-run-orders-boundary"
    ]
    assert len(boundaries) == len(PROCESSES)
    statements: list[Json] = orders["PolicyDocument"]["Statement"]
    return statements


@pytest.mark.parametrize(
    "place",
    [
        ":trail/fencepost",
        ":role/fencepost-*",
        ":policy/fencepost-*",
        ":s3:::fencepost-*",
        ":stack/fencepost-*",
        ":function:fencepost-*",
        ":parameter/fencepost/*",
        ":project/fencepost-*",
        ":schedule/fencepost/*",
        ":log-group:fencepost-*",
        "StepFunctionsGetEventForCodeBuildStartBuildRule",
    ],
)
def test_the_fence_keeps_cycles_from_everything_that_is_fenceposts(
    synthesis: Synthesis, place: str
) -> None:
    (own,) = [one for one in fence(synthesis) if one.get("Sid") == "FencepostItself"]

    assert (own["Effect"], own["Action"]) == ("Deny", "*")
    assert place in json.dumps(own["Resource"])


@pytest.mark.parametrize(
    "action",
    [
        "cloudtrail:StopLogging",
        "account:CloseAccount",
        "iam:CreateUser",
        "iam:CreateAccessKey",
        "iam:CreateLoginProfile",
        "organizations:LeaveOrganization",
        "kms:*",
    ],
)
def test_the_fence_denies_what_would_silence_outlive_or_leave(
    synthesis: Synthesis, action: str
) -> None:
    denied = json.dumps([one.get("Action") for one in fence(synthesis) if one["Effect"] == "Deny"])

    assert f'"{action}"' in denied


def test_the_fence_denies_every_region_that_is_not_the_processs(synthesis: Synthesis) -> None:
    (elsewhere,) = [one for one in fence(synthesis) if one.get("Sid") == "OtherRegions"]

    assert elsewhere["Effect"] == "Deny"
    assert elsewhere["Condition"] == {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1"]}}
    free = elsewhere["NotAction"]
    assert {"iam:*", "sts:*", "route53:*"} <= set(free)
    assert not {"s3:*", "ec2:*", "lambda:*", "cloudformation:*"} & set(free)


def test_a_session_lasts_an_hour_at_most(synthesis: Synthesis) -> None:
    for name, role in roles(synthesis).items():
        if not name.endswith("-build"):
            assert role["MaxSessionDuration"] == 3600


def test_roles_of_the_cycles_own_must_carry_the_boundary_when_the_deployment_says_so() -> None:
    stack = Stack(App(analytics_reporting=False, stack_traces=False), "bounded")
    settings = Settings(bounded_roles=True)
    Boundary(
        stack,
        "One",
        settings=settings,
        trail="t",
        name="mine",
        created_roles="theirs",
        regions=["eu-west-1"],
    )
    (policy,) = Template.from_stack(stack).find_resources("AWS::IAM::ManagedPolicy").values()
    statements = {one["Sid"]: one for one in policy["Properties"]["PolicyDocument"]["Statement"]}

    made = statements["RolesWithoutBoundary"]
    assert set(made["Action"]) == {"iam:CreateRole", "iam:PutRolePermissionsBoundary"}
    assert ":policy/mine" in json.dumps(made["Condition"]["StringNotEquals"])
    assert statements["BoundaryTakenAway"]["Action"] == "iam:DeleteRolePermissionsBoundary"
    assert policy_size({"Statement": list(statements.values())}) < MANAGED_POLICY_LIMIT


def test_every_given_or_generated_name_is_behind_the_fence(synthesis: Synthesis) -> None:
    """Names that we give begin as the fence says; CloudFormation begins others with the stack's."""
    named = [
        properties[key]
        for resource in synthesis.everything().values()
        for properties in [resource.get("Properties", {})]
        for key in ("RoleName", "StateMachineName", "BucketName", "FunctionName", "TopicName")
        if isinstance(properties.get(key), str)
    ]

    assert named
    assert all(one.startswith("fencepost-") for one in named)
    assert all(one.stack_name.startswith("fencepost-") for one in synthesis.stacks.values())


def test_the_fence_fits_in_a_managed_policy(synthesis: Synthesis) -> None:
    # With its references still spelled out it is longer than it will be.
    assert policy_size({"Statement": fence(synthesis)}) < MANAGED_POLICY_LIMIT


def test_the_trail_sees_every_region_and_validates_its_files(synthesis: Synthesis) -> None:
    (trail,) = synthesis.of_type("sandbox", "AWS::CloudTrail::Trail").values()

    assert trail["IsMultiRegionTrail"] is True
    assert trail["EnableLogFileValidation"] is True
    assert trail["IncludeGlobalServiceEvents"] is True
    assert "KMSKeyId" in trail


def test_data_events_are_those_of_the_cycles_sessions_alone(synthesis: Synthesis) -> None:
    (trail,) = synthesis.of_type("sandbox", "AWS::CloudTrail::Trail").values()

    management, *data = trail["AdvancedEventSelectors"]
    assert management["FieldSelectors"] == [{"Field": "eventCategory", "Equals": ["Management"]}]
    assert len(data) == 2 * len(DATA_EVENTS)
    for selector in data[: len(DATA_EVENTS)]:
        fields = {one["Field"]: one for one in selector["FieldSelectors"]}
        (starts,) = fields["userIdentity.arn"]["StartsWith"]
        assert json.dumps(starts).endswith(':assumed-role/fencepost-run-"]]}')
        assert fields["eventCategory"]["Equals"] == ["Data"]


def test_data_events_of_roles_that_are_handed_on_are_recorded_but_not_on_own_buckets(
    synthesis: Synthesis,
) -> None:
    (trail,) = synthesis.of_type("sandbox", "AWS::CloudTrail::Trail").values()

    for selector in trail["AdvancedEventSelectors"][1 + len(DATA_EVENTS) :]:
        fields = {one["Field"]: one for one in selector["FieldSelectors"]}
        (starts,) = fields["userIdentity.arn"]["StartsWith"]
        assert json.dumps(starts).endswith(':assumed-role/cdk-"]]}')
        of_s3 = fields["resources.type"]["Equals"][0].startswith("AWS::S3::")
        assert ("resources.ARN" in fields) == of_s3
        if of_s3:
            (spared,) = fields["resources.ARN"]["NotStartsWith"]
            assert json.dumps(spared).endswith(':s3:::fencepost-"]]}')


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ("", []),
        ("*", [("NotStartsWith", "fencepost-")]),
        ("deploy-, ci", [("StartsWith", "ci"), ("StartsWith", "deploy-")]),
    ],
)
def test_whose_data_events_are_recorded_can_be_chosen(
    given: str, fields: list[tuple[str, str]]
) -> None:
    context = {"dataEventRoles": given, "dataEvents": "AWS::S3::Object"}
    settings = Settings.from_context(context.get)
    app = App()
    stack = Stack(app, "s")
    Trail(stack, "Trail", settings=settings, sandbox=Sandbox(), sessions="arn:x")

    (trail,) = Template.from_stack(stack).find_resources("AWS::CloudTrail::Trail").values()
    others = trail["Properties"]["AdvancedEventSelectors"][2:]
    found = [
        (operator, json.dumps(one).rpartition("assumed-role/")[2].split('"')[0])
        for selector in others
        for field in selector["FieldSelectors"]
        if field["Field"] == "userIdentity.arn"
        for operator, values in field.items()
        if operator != "Field"
        for one in values
    ]
    assert found == fields


def test_only_the_trail_may_write_to_its_bucket_and_key(synthesis: Synthesis) -> None:
    (bucket,) = synthesis.of_type("sandbox", "AWS::S3::BucketPolicy").values()
    (key,) = synthesis.of_type("sandbox", "AWS::KMS::Key").values()

    writers = [
        one
        for policy in (bucket["PolicyDocument"], key["KeyPolicy"])
        for one in policy["Statement"]
        if one.get("Principal") == {"Service": "cloudtrail.amazonaws.com"}
    ]
    assert len(writers) == 5
    assert all("aws:SourceArn" in one["Condition"]["StringEquals"] for one in writers)


def test_the_trail_may_use_its_buckets_key(synthesis: Synthesis) -> None:
    # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
    (bucket,) = synthesis.of_type("sandbox", "AWS::S3::Bucket").values()
    (key,) = synthesis.of_type("sandbox", "AWS::KMS::Key").values()

    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    actions = {
        one["Action"]
        for one in key["KeyPolicy"]["Statement"]
        if one.get("Principal") == {"Service": "cloudtrail.amazonaws.com"}
    }
    assert rule["BucketKeyEnabled"] is True
    assert "kms:Decrypt" in actions


def test_access_analyzer_alone_may_use_the_access_role(synthesis: Synthesis) -> None:
    (role,) = [
        one
        for one in synthesis.of_type("sandbox", "AWS::IAM::Role").values()
        if "RoleName" not in one
    ]

    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "access-analyzer.amazonaws.com"}


def test_the_account_gets_no_analyzer_that_nobody_asked_for(synthesis: Synthesis) -> None:
    synthesis.templates["sandbox"].resource_count_is("AWS::AccessAnalyzer::Analyzer", 0)


@pytest.mark.parametrize("given", ["cdk-*", "a/b", "*,x", "x y"])
def test_a_role_s_beginning_that_cannot_be_one_is_refused(given: str) -> None:
    with pytest.raises(InvalidSettingError, match="how names of roles begin"):
        Settings.from_context({"dataEventRoles": given}.get)
