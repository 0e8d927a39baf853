"""A refused round in AWS's own words: repaired on exactly what was meant, and nothing is left."""

import json
from dataclasses import replace
from typing import Any

import pytest

from benchmarks.minimality import alone
from lambdas.model.dossier.refinement import PrincipalPolicy, Refinement
from lambdas.model.iam.action import Action
from tests.flow.cloud import Cloud

pytestmark = pytest.mark.flow
PROCESS = "ledger"
DEADLINE = 900
MISSING = Action.from_text("iam:PutRolePolicy")


def without(policy: PrincipalPolicy, action: Action) -> PrincipalPolicy:
    """The policy as if one of its actions had never been learned."""
    statements = tuple(
        replace(
            one,
            statement=replace(
                one.statement, actions=tuple(it for it in one.statement.actions if it != action)
            ),
            grants=tuple(it for it in one.grants if it.action != action),
        )
        for one in policy.statements
    )
    kept = [number for number, one in enumerate(statements) if one.statement.actions]
    place = {number: index for index, number in enumerate(kept)}
    packs = (tuple(place[one] for one in pack if one in place) for pack in policy.packs)
    return replace(
        policy,
        statements=tuple(statements[one] for one in kept),
        packs=tuple(pack for pack in packs if pack),
    )


@pytest.fixture(scope="module")
def proof(cloud: Cloud) -> dict[str, Any]:
    """The proof of the ledger's policy without one action of IAM."""
    done = cloud.run(PROCESS)
    assert done.output["verdict"] == "proved", done.output
    refined = json.loads(cloud.document(PROCESS, done.run, "refined.json"))
    refinement = Refinement.from_json(refined)
    (own,) = refinement.policies
    client = cloud.client("stepfunctions")
    machine = alone.machine_of(client, cloud.deployed.machine)
    learned = alone.Learned(
        process=PROCESS, run=done.run, machine=machine, archive=cloud.deployed.archive
    )
    sabotaged = replace(refinement, policies=(without(own, MISSING),))
    given = alone.given(cloud.connection, learned, sabotaged, name="iam1")
    started = client.start_execution(stateMachineArn=machine, input=json.dumps(given))
    ended = cloud.end(started["executionArn"], seconds=DEADLINE)
    assert ended.status == "SUCCEEDED", ended.cause
    return dict(json.loads(cloud.document(PROCESS, given["run"]["id"], "proof.json")))


def test_an_action_that_iam_refuses_in_its_own_words_is_repaired_on_exactly_that_role(
    proof: dict[str, Any],
) -> None:
    assert proof["verdict"]["kind"] == "proved after 1 repair", proof
    first = proof["rounds"][0]
    (missing,) = (one for one in first["repaired"] if one["action"] == str(MISSING))
    assert missing["resource"].endswith(":role/ledger-qa")
    assert missing["via"] == ["cloudformation.amazonaws.com"]
    assert {one["resource"] for one in first["repaired"] if one["action"].startswith("iam:")} == {
        missing["resource"]
    }


def test_the_stack_of_a_refused_creation_is_taken_away_though_remove_could_not(
    cloud: Cloud, proof: dict[str, Any]
) -> None:
    named = {"AttributeKey": "EventName", "AttributeValue": "DeleteStack"}
    found = cloud.client("cloudtrail").lookup_events(LookupAttributes=[named])["Events"]
    (removal,) = (one for one in found if one["Username"].endswith("-c1.leftovers"))
    assert proof["rounds"][0]["run"].removesuffix("-r1") in removal["Username"]
    asked = json.loads(removal["CloudTrailEvent"])["requestParameters"]["stackName"]
    assert asked.startswith("arn:")
    assert ":stack/ledger-qa/" in asked
    pages = cloud.client("cloudformation").get_paginator("list_stacks").paginate()
    left = {
        one["StackName"]
        for page in pages
        for one in page["StackSummaries"]
        if one["StackStatus"] != "DELETE_COMPLETE"
    }
    assert not {one for one in left if one.startswith("ledger-")}


def test_what_only_the_refused_round_called_is_dropped_and_the_rest_proved_again(
    proof: dict[str, Any],
) -> None:
    first, second, third = proof["rounds"]
    assert "cloudtrail:LookupEvents" in {one["action"] for one in first["repaired"]}
    assert second["dropped"] == ["cloudtrail:LookupEvents on *"]
    assert third["build"]["succeeded"]
    # CloudFormation asks for it only to warn.
    assert {one["action"] for one in third["denied"]} <= {"iam:GetAccountSummary"}
