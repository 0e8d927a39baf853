"""The three acts of the proof, over an archive in a folder and an IAM in memory."""

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lambdas.errors import InvalidEventError, PolicyNotEffectiveError
from lambdas.gateways.archive.documents import FolderArchive
from lambdas.model.dossier.refinement import ExplainedStatement
from lambdas.model.dossier.verdict import Verdict
from lambdas.model.trail.evidence import Evidence, Outcome
from lambdas.prove_policy import proof_record
from lambdas.prove_policy.handler import prove
from tests import run_input
from tests.unit.prove_policy.builders import (
    ACCOUNT,
    CANDIDATE,
    QUEUE,
    ROUND,
    RUN,
    SANDBOX,
    FakeCandidate,
    FakePolicies,
    a_line,
    a_process,
    a_refinement,
    a_statement,
)

REFINED, EVIDENCE = f"orders/{RUN}/refined.json", f"orders/{RUN}/evidence.jsonl.gz"
OBSERVED = f"orders/{ROUND}/evidence.jsonl.gz"
PASSED = {"id": "b:1", "status": "SUCCEEDED", "exported": {"PHASES_DONE": "deploy remove"}}


class Stage:
    """A run up to its proof."""

    def __init__(self, folder: Path, *statements: ExplainedStatement) -> None:
        self.archive = FolderArchive(folder)
        self.candidate = FakeCandidate()
        self.policies = FakePolicies()
        refined = json.dumps(a_refinement(*(statements or (a_statement(),))).to_json())
        self.archive.put(REFINED, refined.encode(), "application/json")
        self.keep(EVIDENCE, a_line(principal=SANDBOX, resource=QUEUE.replace("qa", "dev")))
        self.keep(OBSERVED, a_line())

    def keep(self, key: str, *lines: Evidence) -> None:
        self.archive.put(key, proof_record.to_evidence(lines), "application/gzip")

    def act(self, act: str, *, number: int = 1, **more: Any) -> dict[str, Any]:
        event = {
            "act": act,
            "run": {**run_input.RUN, "id": RUN, "principal": SANDBOX, "account": ACCOUNT},
            "process": {"name": "orders", **a_process().to_mapping()},
            "proof": {"round": number, "run": f"{RUN}-r{number}", "candidate": CANDIDATE},
            "refined": REFINED,
            "evidence": EVIDENCE,
            "findings": None,
            "observed": OBSERVED,
            **more,
        }
        return prove(event, self.archive, self.candidate, self.policies, below="/fencepost/")


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_installing_tells_what_was_left_over(stage: Stage) -> None:
    stage.candidate.policies["arn:aws:iam::1:policy/fencepost/orders/old"] = "{}"

    assert stage.act("install") == {"policies": 1, "cleared": ["old"]}
    assert len(stage.candidate.held) == 1


def test_what_was_left_over_is_told_again_when_iam_was_too_slow(stage: Stage) -> None:
    stage.candidate.policies["arn:aws:iam::1:policy/fencepost/orders/old"] = "{}"
    stage.candidate.slow = 1

    with pytest.raises(PolicyNotEffectiveError):
        stage.act("install")

    assert stage.act("install") == {"policies": 1, "cleared": ["old"]}


def test_retiring_leaves_nothing(stage: Stage) -> None:
    stage.act("install")

    assert stage.act("retire")["retired"] == [f"fencepost-orders-{ROUND}-1"]
    assert not stage.candidate.policies


def test_a_clean_round_is_proved_and_its_evidence_is_kept_beside_the_firsts(stage: Stage) -> None:
    stage.keep(OBSERVED, a_line())

    answer = stage.act("judge", observed=OBSERVED, build=PASSED)

    assert answer["next"] == "proved"
    assert answer["evidence"] == EVIDENCE
    assert stage.archive.exists(f"orders/{RUN}/proof-1-evidence.jsonl.gz")
    assert json.loads(stage.archive.get(f"orders/{RUN}/proof.json"))["verdict"]["kind"] == "proved"


def test_a_denial_gives_new_evidence_and_the_second_round_knows_it(stage: Stage) -> None:
    stage.keep(OBSERVED, a_line("sqs:TagQueue", outcome=Outcome.DENIED))
    failed = {"id": "b:1", "status": "SUCCEEDED", "exported": {"FAILED_PHASE": "deploy"}}

    first = stage.act("judge", observed=OBSERVED, build=failed)

    assert first["next"] == "repair"
    lines = proof_record.from_evidence(stage.archive.get(first["evidence"]))
    (missed,) = (one for one in lines if one.outcome is Outcome.DENIED_IN_PROOF)
    assert (str(missed.action), missed.resource) == ("sqs:TagQueue", QUEUE.replace("qa", "dev"))
    assert len(lines) == 2

    stage.keep(OBSERVED, a_line())
    second = stage.act("judge", number=2, evidence=first["evidence"], build=PASSED)

    assert Verdict.from_json(second["verdict"]).words == "proved after 1 repair"
    assert "sqs:TagQueue" in second["verdict"]["repairs"][0]


def test_judging_again_changes_nothing(stage: Stage) -> None:
    stage.keep(OBSERVED, a_line("sqs:TagQueue", outcome=Outcome.DENIED))
    failed = {"id": "b:1", "status": "SUCCEEDED", "exported": {"FAILED_PHASE": "deploy"}}

    once = stage.act("judge", observed=OBSERVED, build=failed)
    proof = stage.archive.get(f"orders/{RUN}/proof.json")

    assert stage.act("judge", observed=OBSERVED, build=failed) == once
    assert stage.archive.get(f"orders/{RUN}/proof.json") == proof


def test_the_tools_output_counts_even_when_the_trail_has_nothing(stage: Stage) -> None:
    said = (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/candidate-orders/{ROUND}.deploy is not "
        f"authorized to perform: sqs:TagQueue on resource: {QUEUE}"
    )
    exported = {
        "FAILED_PHASE": "deploy",
        "FAILURE_TAIL": base64.b64encode(said.encode()).decode(),
    }

    answer = stage.act("judge", build={"id": "b:1", "status": "SUCCEEDED", "exported": exported})

    assert answer["next"] == "repair"
    assert answer["denied"] == 1


def test_what_the_sandbox_role_removed_is_told(stage: Stage) -> None:
    cleaned = f"orders/{RUN}-c1/evidence.jsonl.gz"
    stage.keep(cleaned, a_line("sqs:DeleteQueue", principal=SANDBOX), a_line(principal=SANDBOX))

    stage.act("judge", cleaned=cleaned, build={"id": "b:1", "status": "STOPPED", "exported": {}})

    proof = json.loads(stage.archive.get(f"orders/{RUN}/proof.json"))
    assert proof["rounds"][0]["removed"] == [f"sqs:DeleteQueue {QUEUE}"]
    assert proof["verdict"]["kind"] == "not proved"


@pytest.mark.parametrize(("done", "told"), [("deploy", True), ("deploy remove", False)])
def test_a_sandbox_that_may_not_be_clean_is_a_finding(
    stage: Stage, done: str, *, told: bool
) -> None:
    answer = stage.act(
        "judge",
        build={
            "id": "b:1",
            "status": "SUCCEEDED",
            "exported": {"FAILED_PHASE": "x", "PHASES_DONE": done},
        },
        cleanup={"status": "FAILED", "id": "b:2"},
    )

    assert bool(answer["findings"]) is told
    if told:
        (finding,) = json.loads(stage.archive.get(answer["findings"]))
        assert finding["kind"] == "sandbox-not-clean"


def test_a_grant_that_nothing_used_is_a_finding_beside_the_others(tmp_path: Path) -> None:
    stage = Stage(tmp_path, a_statement(), a_statement("sqs:PurgeQueue", kind="hint"))
    stage.archive.put(f"orders/{RUN}/evidence-findings.json", b"[]", "application/json")

    answer = stage.act("judge", build=PASSED, findings=f"orders/{RUN}/evidence-findings.json")

    (finding,) = json.loads(stage.archive.get(answer["findings"]))
    assert finding["kind"] == "unused-grant"


SPARE = {"action": "sqs:PurgeQueue", "resource": "arn:aws:sqs:*:*:spare", "reason": "drills"}
NEEDED = {"action": "sqs:TagQueue", "resource": "arn:aws:sqs:*:*:tagged", "reason": "drills"}


@pytest.fixture
def generous(tmp_path: Path) -> Stage:
    """A policy with a grant that somebody asked for and nothing uses."""
    spare = a_statement(SPARE["action"], SPARE["resource"], kind="hint")
    return Stage(tmp_path, a_statement(), spare)


def asking(*added: dict[str, str], drop: bool = True) -> dict[str, Any]:
    return {
        "name": "orders",
        **a_process().to_mapping(),
        "policy": {"grants": {"add": list(added)}},
        "proof": {"attempt": True, **({"dropUnused": True} if drop else {})},
    }


def test_a_grant_that_nothing_used_is_dropped_on_request_and_the_rest_proved_again(
    generous: Stage,
) -> None:
    process = asking(SPARE, NEEDED)

    answer = generous.act("judge", build=PASSED, process=process)

    assert answer["next"] == "repair"
    assert answer["process"] == {**process, "policy": {"grants": {"add": [NEEDED]}}}
    assert answer["evidence"] == EVIDENCE
    (finding,) = json.loads(generous.archive.get(answer["findings"]))
    assert finding["kind"] == "dropped-grant"
    assert "sqs:PurgeQueue" in finding["subject"]


def test_what_is_left_after_a_drop_is_proved_without_a_repair(generous: Stage) -> None:
    left = generous.act("judge", build=PASSED, process=asking(SPARE))["process"]

    answer = generous.act("judge", number=2, build=PASSED, process=left)

    assert answer["next"] == "proved"
    assert Verdict.from_json(answer["verdict"]).repairs == 0
    rounds = json.loads(generous.archive.get(f"orders/{RUN}/proof.json"))["rounds"]
    assert rounds[0]["dropped"] == [f"sqs:PurgeQueue on {SPARE['resource']}"]


def test_a_round_that_fails_after_a_drop_says_what_was_proved_before(generous: Stage) -> None:
    left = generous.act("judge", build=PASSED, process=asking(SPARE))["process"]
    failed = {"id": "b:2", "status": "SUCCEEDED", "exported": {"FAILED_PHASE": "deploy"}}

    answer = generous.act("judge", number=2, build=failed, process=left)

    assert answer["next"] == "stop"
    assert "round 1 was proved with what was dropped since" in answer["verdict"]["reason"]
    assert answer["verdict"]["missing"] == [f"sqs:PurgeQueue on {SPARE['resource']}, dropped"]


@pytest.mark.parametrize(("number", "drop"), [(1, False), (5, True)])
def test_nothing_is_dropped_without_a_request_or_without_a_round_left(
    generous: Stage, number: int, *, drop: bool
) -> None:
    generous.archive.put(f"orders/{RUN}/proof.json", b'{"rounds": []}', "application/json")
    process = asking(SPARE, drop=drop)

    answer = generous.act("judge", number=number, build=PASSED, process=process)

    assert answer["next"] == "proved"
    assert answer["process"] == process


def test_a_build_that_says_well_is_no_proof_where_the_trail_shows_nothing(stage: Stage) -> None:
    answer = stage.act("judge", build=PASSED, observed=None)

    assert answer["next"] == "stop"
    assert answer["verdict"]["kind"] == "not proved"
    assert "the trail shows no call" in answer["verdict"]["reason"]


def test_a_build_that_failed_by_itself_names_no_phase(stage: Stage) -> None:
    stage.act("judge", observed=OBSERVED, build={"id": "b:1", "status": "TIMED_OUT"})

    proof = json.loads(stage.archive.get(f"orders/{RUN}/proof.json"))
    (build,) = [one["build"] for one in proof["rounds"]]
    assert (build["status"], build["failed_phase"]) == ("TIMED_OUT", "")


@pytest.mark.parametrize("exported", [{}, {"PHASES_DONE": "remove"}])
def test_a_build_that_left_out_a_phase_is_no_proof(stage: Stage, exported: dict[str, str]) -> None:
    answer = stage.act("judge", build={**PASSED, "exported": exported})

    assert answer["verdict"]["kind"] == "not proved"
    assert "does not say that deploy was done" in answer["verdict"]["reason"]


def test_what_an_administrator_is_denied_elsewhere_excuses_no_denial(stage: Stage) -> None:
    theirs = a_line("sqs:ListQueueTags", principal=SANDBOX, outcome=Outcome.DENIED)
    stage.keep(EVIDENCE, replace(theirs, resource=f"arn:aws:sqs:eu-west-1:{ACCOUNT}:guarded"))
    own = a_line("sqs:ListQueueTags", outcome=Outcome.DENIED)

    stage.keep(OBSERVED, a_line(), own)
    assert stage.act("judge", build=PASSED)["next"] == "repair"

    stage.keep(EVIDENCE, replace(theirs, resource=QUEUE.replace("qa", "dev")))
    assert stage.act("judge", build=PASSED)["next"] == "proved"


def test_a_check_that_only_warns_is_repaired_when_it_alone_stopped_the_cycle(stage: Stage) -> None:
    via = ("cloudformation.amazonaws.com",)
    warned = a_line("lambda:GetAccountSettings", "*", Outcome.DENIED, via=via)
    missing = a_line("sqs:TagQueue", outcome=Outcome.DENIED)
    broke = {**PASSED, "exported": {"FAILED_PHASE": "deploy", "PHASES_DONE": "remove"}}
    stage.keep(OBSERVED, a_line(), warned)

    assert stage.act("judge", build=PASSED)["next"] == "proved"

    stopped = stage.act("judge", build=broke)
    assert stopped["next"] == "repair"
    assert "lambda:GetAccountSettings" in json.dumps(stopped)

    stage.keep(OBSERVED, a_line(), warned, missing)
    stopped = stage.act("judge", build=broke)
    assert stopped["next"] == "repair"
    assert "lambda:GetAccountSettings" not in json.dumps(stopped)


def test_the_same_call_that_a_process_makes_itself_is_missing(stage: Stage) -> None:
    stage.keep(OBSERVED, a_line(), a_line("lambda:GetAccountSettings", "*", Outcome.DENIED))

    assert stage.act("judge", build=PASSED)["next"] == "repair"


@pytest.mark.parametrize("act", ["", "prove", None])
def test_an_unknown_act_is_refused(stage: Stage, act: Any) -> None:
    with pytest.raises(InvalidEventError, match="install, judge or retire"):
        stage.act(act)
