"""Every process and service, unlike each other, is proved without a repair.

A run takes a minute. `make long` runs them all, `make test` two that differ.
"""

import json
from pathlib import Path

import pytest

from lambdas.model.dossier.refinement import Refinement
from lambdas.model.dossier.verdict import Verdict
from lambdas.model.iam.action import Action
from lambdas.reference.actions import facts
from tests.flow.cloud import Cloud

pytestmark = pytest.mark.flow
HERE = Path(__file__).parent
ALWAYS = ("mailroom", "rest-keys")
PROCESSES = ("feedback", "reports")
OTHERS = (
    *PROCESSES,
    *sorted(one.name for one in (HERE / "services").iterdir() if one.name not in ALWAYS),
)
MOST_TRANSITIONS = 100
DEADLINE = 1_200  # seconds; a bootstrap and a deployment of the CDK, twice, on a busy machine


def every(names: tuple[str, ...]) -> list[object]:
    return [
        pytest.param(name, marks=[] if name in ALWAYS else [pytest.mark.long], id=name)
        for name in names
    ]


@pytest.mark.parametrize("name", every((*ALWAYS, *OTHERS)))
def test_it_is_proved(cloud: Cloud, name: str) -> None:
    before = stacks(cloud)

    done = cloud.end(cloud.begin(name), seconds=DEADLINE)

    assert done.status == "SUCCEEDED", done.cause
    proof = json.loads(cloud.document(name, done.run, "proof.json"))
    verdict = Verdict.from_json(proof["verdict"])
    assert verdict.proved, [proof["verdict"], *(one["build"] for one in proof["rounds"])]
    assert verdict.repairs == 0, proof["verdict"]
    assert stacks(cloud) == before
    assert len(done.states) < MOST_TRANSITIONS


def stacks(cloud: Cloud) -> set[str]:
    """In both regions where a process may act."""
    return {
        one["StackName"]
        for region in ("eu-west-1", "us-east-1")
        for page in cloud.client("cloudformation", region=region)
        .get_paginator("list_stacks")
        .paginate()
        for one in page["StackSummaries"]
        if one["StackStatus"] != "DELETE_COMPLETE"
    }


# What CloudFormation called to make and remove twenty-three such resources in a real account, by its
# CloudTrail: https://github.com/abefarris/cfn-least-privilege (results/summary.md).
VERIFIED = {
    "dynamodb": "CreateTable DeleteTable UpdateTimeToLive",
    "events": "DeleteRule PutRule PutTargets RemoveTargets TagResource",
    "iam": "AttachRolePolicy CreatePolicy CreateRole DeletePolicy DeleteRole DeleteRolePolicy "
    "DetachRolePolicy PassRole PutRolePolicy",
    "lambda": "AddPermission CreateEventSourceMapping CreateFunction DeleteEventSourceMapping "
    "DeleteFunction RemovePermission",
    "logs": "CreateLogGroup DeleteLogGroup PutRetentionPolicy",
    "s3": "CreateBucket DeleteBucket DeleteBucketPolicy PutBucketPolicy PutBucketPublicAccessBlock "
    "PutBucketTagging PutEncryptionConfiguration PutLifecycleConfiguration TagResource",
    "sns": "CreateTopic DeleteTopic SetTopicAttributes",
    "sqs": "CreateQueue DeleteQueue SetQueueAttributes",
    "states": "CreateStateMachine DeleteStateMachine TagResource",
}


@pytest.mark.long
def test_all_that_a_real_account_verified_is_granted_and_on_names_where_names_are_taken(
    cloud: Cloud,
) -> None:
    wanted = {Action(service, name) for service, all_ in VERIFIED.items() for name in all_.split()}
    assert len(wanted) == 44

    done = cloud.run("dispatch", prove=False)

    (policy,) = Refinement.from_json(
        json.loads(cloud.document("dispatch", done.run, "refined.json"))
    ).policies
    grants = [one for statement in policy.statements for one in statement.grants]
    assert wanted <= {one.action for one in grants}
    open_ = {one.action for one in grants if str(one.resource) == "*"} & wanted
    assert not [one for one in open_ if (known := facts(one)) is None or known.resource_level]
