"""The proof: it passes with the policy, fails without any part of it, and leaves nothing behind."""

import gzip
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import pytest

from benchmarks.minimality import alone
from lambdas.model.definition.process import Process
from lambdas.model.dossier.refinement import ExplainedStatement, PrincipalPolicy, Refinement
from lambdas.model.execution.run import Run
from lambdas.model.iam.template import Template
from lambdas.model.trail.earlier_names import EarlierNames
from lambdas.model.trail.evidence import Evidence, Outcome
from lambdas.prove_policy.judgement import Case, judge
from lambdas.prove_policy.proof_record import Proof
from lambdas.prove_policy.rounds import Build, Next
from lambdas.reference import actions as reference
from lambdas.reference.stacks.deployment_checks import only_warns
from lambdas.refine_policy.refine import refine
from tests.flow.cloud import Cloud, Execution, until
from tests.laws.evaluator import allows_line

pytestmark = pytest.mark.flow
PROCESS = "orders"
CARRIED = ("aws:ResourceTag/", "lambda:FunctionArn", "cloudformation:ImportResourceTypes")
MOST_TRANSITIONS = 100
DEADLINE = 900  # seconds; rounds are whole cycles, and machines of tests are busy


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """The example's run with its proof, and what it left in the archive."""

    execution: Execution
    process: Process
    run: Run
    refinement: Refinement
    first: tuple[Evidence, ...]
    second: tuple[Evidence, ...]
    proof: dict[str, Any]

    @property
    def own(self) -> PrincipalPolicy:
        return self.refinement.policies[0]

    def values(self, use: str) -> dict[str, str]:
        return {**dict(self.refinement.variables), **self.process.values(use)}


@pytest.fixture(scope="module")
def proved(cloud: Cloud) -> Proved:
    """One run of the example, with its proof."""
    done = cloud.end(cloud.begin(PROCESS), seconds=DEADLINE)
    assert done.status == "SUCCEEDED", done.cause

    def evidence(name: str) -> tuple[Evidence, ...]:
        lines = gzip.decompress(cloud.document(PROCESS, done.run, name)).splitlines()
        return tuple(Evidence.from_json(json.loads(line)) for line in lines)

    parameter = cloud.client("ssm").get_parameter(Name=f"/fencepost/processes/{PROCESS}")
    definition = json.loads(parameter["Parameter"]["Value"])["definition"]
    manifest = json.loads(cloud.document(PROCESS, done.run, "manifest.json"))
    return Proved(
        execution=done,
        process=Process.from_mapping(definition.pop("name"), definition),
        run=Run.from_json({**manifest, "id": manifest["run"]}),
        refinement=Refinement.from_json(
            json.loads(cloud.document(PROCESS, done.run, "refined.json"))
        ),
        first=evidence("evidence.jsonl.gz"),
        second=evidence("proof-1-evidence.jsonl.gz"),
        proof=json.loads(cloud.document(PROCESS, done.run, "proof.json")),
    )


def test_other_systems_are_told_that_a_policy_was_published(cloud: Cloud, proved: Proved) -> None:
    told = cloud.events(proved.execution.run)

    published = told["Policy Published"]
    assert published["verdict"] == proved.execution.output["verdict"]
    policy = cloud.document(PROCESS, proved.execution.run, "policy.json")
    assert published["policy"]["sha256"] == sha256(policy).hexdigest()


@pytest.fixture(scope="module")
def prove(cloud: Cloud, proved: Proved) -> Callable[..., dict[str, Any]]:
    """The proof alone, of any policy; answers with what the archive keeps of it."""
    client = cloud.client("stepfunctions")
    machine = alone.machine_of(client, cloud.deployed.machine)
    learned = alone.Learned(
        process=PROCESS,
        run=proved.execution.run,
        machine=machine,
        archive=cloud.deployed.archive,
    )
    numbers = itertools.count(1)

    def begin(refinement: Refinement, **options: Any) -> dict[str, Any]:
        name = f"a{next(numbers)}"
        given = alone.given(cloud.connection, learned, refinement, name=name, **options)
        started = client.start_execution(stateMachineArn=machine, input=json.dumps(given))
        done = cloud.end(started["executionArn"], seconds=DEADLINE)
        assert done.status == "SUCCEEDED", done.cause
        return dict(json.loads(cloud.document(PROCESS, given["run"]["id"], "proof.json")))

    return begin


def held(cloud: Cloud, process: str) -> list[str]:
    iam = cloud.client("iam")
    found = iam.list_attached_role_policies(RoleName=f"fencepost-run-{process}-candidate")
    made = iam.list_policies(Scope="Local", PathPrefix=f"/fencepost/{process}/")["Policies"]
    return [one["PolicyName"] for one in [*found["AttachedPolicies"], *made]]


def stacks(cloud: Cloud) -> set[str]:
    pages = cloud.client("cloudformation").get_paginator("list_stacks").paginate()
    return {
        one["StackName"]
        for page in pages
        for one in page["StackSummaries"]
        if one["StackStatus"] != "DELETE_COMPLETE"
    }


def without(policy: PrincipalPolicy, left_out: int) -> PrincipalPolicy:
    """The policy less one statement."""
    numbers = [number for number in range(len(policy.statements)) if number != left_out]
    place = {number: index for index, number in enumerate(numbers)}
    return replace(
        policy,
        statements=tuple(policy.statements[number] for number in numbers),
        packs=tuple(
            kept
            for pack in policy.packs
            if (kept := tuple(place[number] for number in pack if number in place))
        ),
    )


def test_the_example_is_proved_without_a_repair(cloud: Cloud, proved: Proved) -> None:
    assert proved.execution.output["verdict"] == "proved"
    (round_,) = proved.proof["rounds"]
    assert round_["run"] == f"{proved.execution.run}-r1"
    assert f"{proved.execution.run}-r1" in proved.proof["verdict"]["reason"]
    denied = [line for line in proved.second if line.outcome is Outcome.DENIED]
    assert all(only_warns(line.action, line.via) for line in denied)
    assert "# " in cloud.document(PROCESS, proved.execution.run, "README.md").decode()


def test_the_documents_of_the_proof_say_that_it_was_on_an_embedded_aws(
    cloud: Cloud, proved: Proved
) -> None:
    assert cloud.silent(PROCESS, proved.run.id) == set()
    manifest = json.loads(cloud.document(PROCESS, proved.run.id, "manifest.json"))
    assert (manifest["shownOn"], manifest["verdict"]["kind"]) == ("an embedded AWS", "proved")


def test_a_run_with_its_proof_makes_few_transitions(proved: Proved) -> None:
    assert len(proved.execution.states) < MOST_TRANSITIONS


def test_the_second_cycle_had_other_names_and_another_role(proved: Proved) -> None:
    named = [line.resource for line in proved.second if "orders-" in line.resource]

    assert named
    assert not [one for one in named if "orders-dev" in one]
    assert {line.principal.rsplit("/", 1)[-1] for line in proved.second} == {
        "fencepost-run-orders-candidate"
    }


def test_nothing_of_the_proof_is_left(cloud: Cloud, proved: Proved) -> None:
    assert proved.execution.states[-6:-4] == ("RetirePolicy", "HasFailed")
    assert held(cloud, PROCESS) == []
    assert not {one for one in stacks(cloud) if one.startswith("orders-")}


def test_without_any_one_statement_the_proof_repairs_exactly_that(proved: Proved) -> None:
    values, prove_values = proved.values("learn"), proved.values("prove")
    spare = []
    for number, statement in enumerate(proved.own.statements):
        less = without(proved.own, number)
        document = _uncontained(less.policy.render(prove_values))
        seen = [one for one in proved.second if one.outcome is not Outcome.DENIED]
        refused = [one for one in seen if not allows_line(document, one, values["account"])]
        if not refused:
            spare.append(statement)
            continue

        found = judge(_case(proved, less, refused))

        assert found.decision.next is Next.REPAIR, statement.statement.sid
        assert {str(one.action) for one in found.decision.repair} <= set(
            map(str, statement.statement.actions)
        )
        mended = refine(
            run=proved.run,
            process=proved.process,
            generated=(),
            evidence=found.repaired,
            reference=reference,
            history=EarlierNames(),
        )
        again = _uncontained(mended.policies[0].policy.render(prove_values))
        assert not [one for one in seen if not allows_line(again, one, values["account"])]
    assert [one.statement.sid for one in spare if _observed(one)] == []


def _uncontained(document: dict[str, Any]) -> dict[str, Any]:
    """Without conditions on what the run's own things carry: evidence does not tell that."""
    for statement in document["Statement"]:
        for tests in statement.get("Condition", {}).values():
            for key in [one for one in tests if one.startswith(CARRIED)]:
                del tests[key]
    return document


def _case(proved: Proved, policy: PrincipalPolicy, refused: list[Evidence]) -> Case:
    denied = [replace(one, outcome=Outcome.DENIED) for one in refused]
    return Case(
        run=proved.run,
        proof=Proof(
            number=1,
            run=f"{proved.run.id}-r1",
            candidate=proved.second[0].principal,
        ),
        process=proved.process,
        policy=policy,
        rendered_with=proved.values("prove"),
        first=proved.first,
        second=denied,
        build=Build(succeeded=False, status="FAILED", failed_phase="deploy"),
        removed=(),
        left_behind="",
        earlier=(),
    )


def _observed(statement: ExplainedStatement) -> bool:
    kinds = {ground.kind for grant in statement.grants for ground in grant.grounds}
    return "observed" in kinds


# The same of a smaller process, test by test: tests/flow/test_repairs.py.
@pytest.mark.long
def test_without_a_statement_the_cycle_really_fails_and_is_mended(
    cloud: Cloud, proved: Proved, prove: Callable[..., dict[str, Any]]
) -> None:
    number = next(
        number
        for number, one in enumerate(proved.own.statements)
        if "sqs:CreateQueue" in map(str, one.statement.actions)
    )
    sabotaged = replace(proved.refinement, policies=(without(proved.own, number),))

    proof = prove(sabotaged)

    assert proof["verdict"]["kind"] == "proved after 1 repair", proof
    first, second = proof["rounds"]
    assert not first["build"]["succeeded"]
    assert {one["action"] for one in first["repaired"]} <= {
        str(one) for one in proved.own.statements[number].statement.actions
    }
    assert second["build"]["succeeded"]
    assert held(cloud, PROCESS) == []


@pytest.mark.long
def test_names_that_were_not_made_general_fail_the_proof(
    proved: Proved, prove: Callable[..., dict[str, Any]]
) -> None:
    learnt = proved.values("learn")

    def literal(template: Template) -> Template:
        return Template.from_text(template.render(learnt))

    narrow = replace(
        proved.own,
        statements=tuple(
            replace(
                one,
                statement=replace(
                    one.statement, resources=tuple(map(literal, one.statement.resources))
                ),
            )
            for one in proved.own.statements
        ),
    )

    proof = prove(replace(proved.refinement, policies=(narrow,)), rounds_before=4)

    assert proof["verdict"]["kind"] == "not proved"
    assert any("orders-qa" in one for one in proof["verdict"]["missing"])


def test_what_nobody_used_is_dropped_on_request_and_the_rest_is_proved(cloud: Cloud) -> None:
    done = cloud.run("spares")

    assert done.status == "SUCCEEDED", done.cause
    assert done.output["verdict"] == "proved"
    assert done.states.count("RunProof") == 2
    policy = cloud.document("spares", done.run, "policy.json").decode()
    assert "sqs:CreateQueue" in policy
    assert "sqs:PurgeQueue" not in policy
    assert (
        "dropped-grant" in cloud.document("spares", done.run, "findings-with-proof.json").decode()
    )


@pytest.mark.parametrize(
    "state",
    [
        "RunProof",
        pytest.param("AwaitProof", marks=pytest.mark.long),
        pytest.param("JudgeProof", marks=pytest.mark.long),
    ],
)
def test_after_a_stop_in_the_midst_of_a_proof_the_next_run_starts_clean(
    cloud: Cloud, proved: Proved, state: str
) -> None:
    assert proved.execution.status == "SUCCEEDED"
    arn = cloud.begin("parcels")
    until(lambda: state in cloud.states(arn), seconds=DEADLINE, what=state)
    cloud.client("stepfunctions").stop_execution(executionArn=arn, error="Stopped", cause="a test")
    assert cloud.end(arn, seconds=DEADLINE).status == "ABORTED"
    cut_short = bool(held(cloud, "parcels"))  # a judgement may be over before it can be stopped
    assert cut_short or state == "JudgeProof"

    done = cloud.end(cloud.begin("parcels"), seconds=DEADLINE)

    assert done.status == "SUCCEEDED", done.cause
    assert done.output["verdict"] == "proved"
    assert ("CleanUp" in done.states) is cut_short
    assert held(cloud, "parcels") == []
    assert not [one for one in cloud.queues() if "parcels" in one]


def test_a_build_that_is_stopped_ends_the_proof_and_leaves_nothing(cloud: Cloud) -> None:
    arn = cloud.begin("parcels")
    until(lambda: "RunProof" in cloud.states(arn), seconds=DEADLINE, what="RunProof")
    builds = cloud.client("codebuild")

    def running() -> Any:
        ids = builds.list_builds_for_project(projectName="fencepost-parcels")["ids"]
        found = builds.batch_get_builds(ids=ids)["builds"]
        return [one["id"] for one in found if one["buildStatus"] == "IN_PROGRESS"]

    (build,) = until(running, what="the proof's build")
    builds.stop_build(id=build)

    done = cloud.end(arn, seconds=DEADLINE)

    assert done.status == "SUCCEEDED", done.cause
    assert done.output["verdict"] == "not proved"
    assert "CleanUp" in done.states
    assert held(cloud, "parcels") == []
    assert not [one for one in cloud.queues() if "parcels" in one]
