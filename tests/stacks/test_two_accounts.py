"""The sandbox in an account of its own: what each side names, and that neither looks the other up."""

import json

import pytest
from cdk_nag import AwsSolutionsChecks

from stacks.places import InvalidSettingError
from stacks.settings import Settings
from tests.stacks.conftest import Synthesis
from tests.stacks.samples import Json

pytestmark = pytest.mark.stacks
HOME, SANDBOX = "123456789012", "210987654321"


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    settings = Settings(account=HOME, sandbox_account=SANDBOX)
    return Synthesis(tmp_path_factory.mktemp("apart"), settings)


def roles(apart: Synthesis, stack: str) -> dict[str, Json]:
    found = (
        one for part in stack.split() for one in apart.of_type(part, "AWS::IAM::Role").values()
    )
    return {one["RoleName"]: one for one in found if "RoleName" in one}


def imports(apart: Synthesis, stack: str) -> set[str]:
    text = json.dumps(apart.templates[stack].to_json()).split('"Fn::ImportValue": "')
    return {one.partition(":")[0] for one in text[1:]}


def test_the_sandbox_needs_no_other_stack_and_no_other_stack_looks_into_it(
    apart: Synthesis,
) -> None:
    there = {one for one in apart.stacks if one == "sandbox" or one.startswith("roles-")}
    assert len(there) == 4
    assert not set().union(*(imports(apart, one) for one in there))
    assert imports(apart, "workflow") == {"fencepost-archive"}
    assert imports(apart, "process-orders") == {"fencepost-workflow"}
    for name, stack in apart.stacks.items():
        assert stack.account == (SANDBOX if name in there else HOME)


def test_builds_are_of_the_workflows_account_and_what_they_become_of_the_sandboxs(
    apart: Synthesis,
) -> None:
    here, there = roles(apart, "process-*"), roles(apart, "roles-*")

    assert {one for one in here if one.startswith("fencepost-run-")} == {
        f"fencepost-run-{process}-build" for process in ("billing", "orders", "search")
    }
    assert len([one for one in there if one.startswith("fencepost-run-")]) == 6


def test_every_role_of_the_sandbox_trusts_named_roles_of_the_workflows_account_alone(
    apart: Synthesis,
) -> None:
    here = set(roles(apart, "workflow process-*"))
    for name, role in roles(apart, "sandbox roles-*").items():
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        if name == "fencepost-access":
            assert statement["Principal"] == {"Service": "access-analyzer.amazonaws.com"}
            continue
        for trusted in statement["Condition"]["ArnEquals"]["aws:PrincipalArn"]:
            arn = "".join(part for part in trusted["Fn::Join"][1] if isinstance(part, str))
            assert f":iam::{HOME}:role/" in arn
            assert arn.rpartition("/")[2] in here
        if "-run-" not in name:
            assert "sts:ExternalId" in statement["Condition"]["StringEquals"]


def test_access_analyzer_is_asked_as_a_guest_and_nothing_else_is(apart: Synthesis) -> None:
    machine = apart.machine("build-policy")
    states = json.loads(machine["DefinitionString"])["States"]
    guests = {name for name, one in states.items() if "Credentials" in one}

    assert guests == {"GeneratePolicy", "ListGenerations", "ReadGeneration"}
    (parameter,) = apart.of_type("workflow", "AWS::SSM::Parameter").values()
    assert states["GeneratePolicy"]["Credentials"]["RoleArn"] == "{% $run.sandbox.generationRole %}"
    assert f":iam::{SANDBOX}:role/fencepost-generation" in json.dumps(parameter["Value"])


def test_log_files_are_for_two_functions_of_the_workflows_account(apart: Synthesis) -> None:
    (bucket,) = apart.of_type("sandbox", "AWS::S3::BucketPolicy").values()
    (key,) = apart.of_type("sandbox", "AWS::KMS::Key").values()
    readers = [
        one
        for policy in (bucket["PolicyDocument"], key["KeyPolicy"])
        for one in policy["Statement"]
        if HOME in json.dumps(one.get("Principal", ""))
    ]

    assert {one["Action"] for one in readers} == {"s3:GetObject", "s3:ListBucket", "kms:Decrypt"}
    for one in readers:
        named = json.dumps(one["Condition"]["ArnEquals"]["aws:PrincipalArn"])
        assert named.count(":role/") == 2
        assert "role/fencepost-await-trail" in named
        assert "role/fencepost-collect-evidence" in named


def test_cdk_nag_finds_nothing_in_two_accounts_either(apart: Synthesis) -> None:
    found = AwsSolutionsChecks(apart.app).validate_scope(apart.app).violations

    assert [(one.rule_name, one.description) for one in found] == []


@pytest.mark.parametrize(
    ("context", "told"),
    [
        ({"sandboxAccount": "sandbox"}, "sandboxAccount=sandbox: write the account"),
        ({"sandboxAccount": SANDBOX}, "account=: write the account"),
        ({"sandboxAccount": SANDBOX, "account": SANDBOX}, "leave both out"),
    ],
)
def test_two_accounts_are_told_both_and_by_their_digits(context: Json, told: str) -> None:
    with pytest.raises(InvalidSettingError, match=told):
        Settings.from_context(context.get)
