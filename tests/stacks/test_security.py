"""What must hold for every resource, whichever stack it is in."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cdk_nag import AwsSolutionsChecks

from tests.stacks.conftest import Synthesis
from tests.stacks.samples import Json

pytestmark = pytest.mark.stacks
CFN_LINT = Path(sys.executable).with_name("cfn-lint")
# CDK adds a DependsOn on the policies of a role that is referred to anyway.
HARMLESS = "W3005"
KEPT = {"AWS::S3::Bucket", "AWS::KMS::Key"}


def of_type(synthesis: Synthesis, kind: str) -> dict[str, Json]:
    found = synthesis.everything()
    return {name: one for name, one in found.items() if one["Type"] == kind}


def test_cdk_nag_finds_nothing_that_is_not_acknowledged_with_a_reason(
    synthesis: Synthesis,
) -> None:
    found = AwsSolutionsChecks(synthesis.app).validate_scope(synthesis.app).violations

    assert [(one.rule_name, one.description) for one in found] == []


# It takes only a number; AWS takes an expression as well:
# https://docs.aws.amazon.com/cdk/api/v2/python/aws_cdk.aws_stepfunctions/MapBaseOptions.html
MISTAKEN = (
    "E3601 '{% $states.input.atOnce %}' is not of type 'number' at 'States/RunSandboxes/"
    "ItemProcessor/States/RunProcesses/MaxConcurrency'"
)


def test_cfn_lint_accepts_the_templates(synthesis: Synthesis) -> None:
    synthesis.app.synth()

    found = subprocess.run(
        [
            str(CFN_LINT),
            "--ignore-checks",
            HARMLESS,
            "--",
            *map(str, sorted(synthesis.outdir.glob("*.template.json"))),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )

    lines = found.stdout.splitlines()
    # With each objection cfn-lint tells the file, then an empty line.
    objections = [one for one in lines if one and not re.match(r"/.*\.json:\d+:\d+$", one)]
    assert [one for one in objections if one != MISTAKEN] == [], found.stdout


def test_nothing_of_the_account_or_region_is_written_into_a_template(synthesis: Synthesis) -> None:
    text = json.dumps([one.to_json() for one in synthesis.templates.values()])

    assert "arn:aws:" not in text.replace("arn:aws:states:::", "")
    assert not re.search(r"\b\d{12}\b", text)


def test_no_function_of_our_own_runs_while_deploying(synthesis: Synthesis) -> None:
    kinds = {one["Type"] for one in synthesis.everything().values()}

    assert not [one for one in kinds if one.startswith("Custom::") or "CustomResource" in one]
    assert len(of_type(synthesis, "AWS::Lambda::Function")) == 13
    assert "AWS::Lambda::LayerVersion" not in kinds


def test_every_bucket_is_private_encrypted_by_a_key_and_kept(synthesis: Synthesis) -> None:
    buckets = of_type(synthesis, "AWS::S3::Bucket")

    assert len(buckets) == 2
    for bucket in buckets.values():
        properties = bucket["Properties"]
        assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
        (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
        assert "KMSMasterKeyID" in rule["ServerSideEncryptionByDefault"]
        # One whose creation fails does not stay: the next try would meet its name.
        assert bucket["DeletionPolicy"] == "RetainExceptOnCreate"
        assert bucket["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize(
    ("kind", "policies", "key"),
    [
        ("AWS::S3::Bucket", "AWS::S3::BucketPolicy", "Bucket"),
        ("AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "Topics"),
        ("AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "Queues"),
    ],
)
def test_every_store_and_channel_refuses_what_is_not_tls(
    synthesis: Synthesis, kind: str, policies: str, key: str
) -> None:
    guarded = json.dumps(
        [
            one["Properties"][key]
            for one in of_type(synthesis, policies).values()
            if any(_refuses_plain(s) for s in one["Properties"]["PolicyDocument"]["Statement"])
        ]
    )

    assert of_type(synthesis, kind)
    assert [name for name in of_type(synthesis, kind) if f'"{name}"' not in guarded] == []


def _refuses_plain(statement: Json) -> bool:
    condition = statement.get("Condition", {}).get("Bool", {})
    return bool(statement["Effect"] == "Deny" and condition.get("aws:SecureTransport") == "false")


def test_topics_and_queues_are_encrypted(synthesis: Synthesis) -> None:
    channels = of_type(synthesis, "AWS::SNS::Topic") | of_type(synthesis, "AWS::SQS::Queue")

    assert [
        name for name, one in channels.items() if "KmsMasterKeyId" not in one["Properties"]
    ] == []


def test_every_key_rotates(synthesis: Synthesis) -> None:
    assert all(
        one["Properties"]["EnableKeyRotation"] is True
        for one in of_type(synthesis, "AWS::KMS::Key").values()
    )


def test_every_log_group_forgets_in_time(synthesis: Synthesis) -> None:
    groups = of_type(synthesis, "AWS::Logs::LogGroup")

    assert groups
    assert all(one["Properties"]["RetentionInDays"] <= 366 for one in groups.values())


def test_no_role_but_the_sandboxes_may_do_everything(synthesis: Synthesis) -> None:
    wide = []
    for name, one in synthesis.everything().items():
        inline = one.get("Properties", {}).get("Policies", [])
        documents = [policy["PolicyDocument"] for policy in inline]
        # What is too much for a role's own policy, the CDK puts into managed ones.
        if one["Type"] == "AWS::IAM::Policy" or "OverflowPolicy" in name:
            documents.append(one["Properties"]["PolicyDocument"])
        for statement in (s for document in documents for s in document["Statement"]):
            actions = statement["Action"]
            texts = [actions] if isinstance(actions, str) else actions
            if any("*" in action for action in texts):
                wide.append(name)

    assert all("Sandbox" in name for name in wide)
    assert len(wide) == 3


def test_no_role_has_a_policy_of_awss_own(synthesis: Synthesis) -> None:
    roles = of_type(synthesis, "AWS::IAM::Role")

    assert [name for name, one in roles.items() if "ManagedPolicyArns" in one["Properties"]] == []
