"""The example's policy, asked call by call, and what must not be in it."""

import gzip
import json
from typing import Any

import pytest

from lambdas.model.dossier.refinement import Refinement
from lambdas.model.trail.evidence import Evidence, Outcome
from lambdas.reference.stacks.deployment_checks import only_warns
from tests.flow.cloud import Cloud, Execution

pytestmark = pytest.mark.flow
BATCH = 40  # actions in one simulation


class Orders:
    """The example's run, with what it left behind."""

    def __init__(self, cloud: Cloud, execution: Execution) -> None:
        self.execution = execution
        document = cloud.document
        self.policy: dict[str, Any] = json.loads(document("orders", execution.run, "policy.json"))
        self.readme = document("orders", execution.run, "README.md").decode()
        self.generated = document("orders", execution.run, "generated.json").decode()
        self.refinement = Refinement.from_json(
            json.loads(document("orders", execution.run, "refined.json"))
        )
        lines = gzip.decompress(document("orders", execution.run, "evidence.jsonl.gz"))
        self.evidence = [Evidence.from_json(json.loads(line)) for line in lines.splitlines()]

    def statements(self, action: str) -> list[dict[str, Any]]:
        return [one for one in self.policy["Statement"] if action in _many(one["Action"])]


def _many(one_or_many: str | list[str]) -> list[str]:
    return [one_or_many] if isinstance(one_or_many, str) else one_or_many


@pytest.fixture(scope="module")
def orders(cloud: Cloud) -> Orders:
    """One run of the example; meanwhile another session of its role lists analyzers."""
    client = cloud.client("stepfunctions")
    arn = cloud.begin("orders", prove=False)
    role = next(
        one["Arn"]
        for one in cloud.client("iam").list_roles()["Roles"]
        if "orders" in one["RoleName"] and "sandbox" in one["RoleName"]
    )
    cloud.as_role(role, "a-person").client("accessanalyzer").list_analyzers()
    assert client.describe_execution(executionArn=arn)["status"] == "RUNNING"
    done = cloud.end(arn)
    assert done.status == "SUCCEEDED", done.cause
    return Orders(cloud, done)


def test_the_policy_allows_every_authorised_call_of_the_cycle(cloud: Cloud, orders: Orders) -> None:
    iam = cloud.client("iam")
    denied = []
    calls = {
        (str(one.action), one.resource, bool(one.via), one.region, one.context)
        for one in orders.evidence
        if one.outcome is not Outcome.DENIED and not only_warns(one.action, one.via)
    }
    assert len(calls) > 80
    containment = orders.refinement.containment
    assert containment
    carried: dict[str, list[dict[str, Any]]] = {}
    for one in containment.carried:
        carried.setdefault(one.resource, []).append(_entry(one.key, one.value))
    for action, resource, via, region, told in sorted(calls):
        context = [
            _entry("aws:RequestedRegion", region),
            _entry("aws:ResourceAccount", cloud.connection.account),
            *carried.get(resource, ()),
            *(_entry(key, value) for key, value in told),
        ]
        if via:
            context.append(_entry("aws:CalledVia", "cloudformation.amazonaws.com", "stringList"))
        answer = iam.simulate_custom_policy(
            PolicyInputList=[json.dumps(orders.policy)],
            ActionNames=[action],
            ResourceArns=[resource],
            ContextEntries=context,
        )["EvaluationResults"][0]
        if answer["EvalDecision"] != "allowed":
            denied.append((action, resource, via, answer["EvalDecision"]))
    assert not denied


def _entry(key: str, value: str, kind: str = "string") -> dict[str, Any]:
    return {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": kind}


def test_roles_are_passed_exactly_as_they_were_and_to_no_other_service(orders: Orders) -> None:
    passing = orders.statements("iam:PassRole")

    assert passing
    for statement in passing:
        assert statement["Condition"]["StringEquals"]["iam:PassedToService"]
        for resource in _many(statement["Resource"]):
            assert ":role/orders-dev-" in resource
            assert "sandbox" not in resource
            assert "candidate" not in resource


def test_no_resource_is_wild_without_a_stated_reason(orders: Orders) -> None:
    for policy in orders.refinement.policies:
        for one in policy.statements:
            told = {wildcard.resource for wildcard in one.wildcards if wildcard.reason}
            wild = {str(resource) for resource in one.statement.resources if resource.wild}
            assert wild <= told


def test_what_another_session_of_the_role_did_is_left_out_and_said(orders: Orders) -> None:
    assert "access-analyzer:ListAnalyzers" in orders.generated
    assert not orders.statements("access-analyzer:ListAnalyzers")
    assert "access-analyzer:ListAnalyzers" not in json.dumps(orders.policy)
    assert "access-analyzer:ListAnalyzers" in orders.readme


def test_nothing_of_the_stack_is_left(cloud: Cloud, orders: Orders) -> None:
    assert orders.execution.status == "SUCCEEDED"
    stacks = cloud.client("cloudformation").list_stacks()["StackSummaries"]
    left = [
        one["StackName"]
        for one in stacks
        if one["StackName"].startswith("orders") and one["StackStatus"] != "DELETE_COMPLETE"
    ]
    assert not left


def test_every_document_mail_and_list_says_that_it_was_shown_on_an_embedded_aws(
    cloud: Cloud, orders: Orders
) -> None:
    run = orders.execution.run

    assert cloud.silent("orders", run) == set()
    for name in cloud.keys("orders", run):
        if name.startswith("policy") and name.endswith(".json"):
            assert set(json.loads(cloud.document("orders", run, name))) == {"Version", "Statement"}


def test_other_systems_are_told_that_nothing_was_proved(cloud: Cloud, orders: Orders) -> None:
    told = cloud.events(orders.execution.run)

    assert set(told) == {"Policy Not Proved"}
    assert told["Policy Not Proved"]["verdict"] == "not attempted"
    assert told["Policy Not Proved"]["shownOn"] == "an embedded AWS"
