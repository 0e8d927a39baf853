"""Access Analyzer's answer in all the forms that it takes."""

import gzip
import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest

from lambdas.errors import InvalidEventError, PolicyTooLargeError
from lambdas.gateways.archive.documents import FolderArchive
from lambdas.model.dossier.refinement import Refinement
from lambdas.model.trail.evidence import Evidence, Outcome
from lambdas.refine_policy.handler import generated_policies, refine_run
from tests.unit.refine_policy.builders import (
    ACCOUNT,
    REGION,
    ROLE,
    RUN,
    a_process,
    forwarded,
    granted,
    refined,
    seen,
)

LINE = seen("sqs:ListQueues")


def _left(*statements: dict[str, object]) -> dict[str, str]:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return {one.action: one.kind for one in refined([LINE], generated=[document]).left_out}


def test_one_action_or_many_and_placeholders_are_read() -> None:
    assert _left(
        {"Effect": "Allow", "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::${BucketName}"},
        {"Effect": "Allow", "Action": ["sqs:ListQueues", "sqs:CreateQueue"], "Resource": "*"},
    ) == {"s3:GetBucketAcl": "not-of-this-run", "sqs:CreateQueue": "not-of-this-run"}


def test_statements_at_service_level_are_said_to_be_no_more_than_that() -> None:
    assert _left(
        {"Effect": "Allow", "Action": ["sns:*", "glue:${Action}"], "Resource": "*"},
        {"Effect": "Allow", "Action": "sagemaker:", "Resource": "*"},
    ) == {"sns:*": "service-level", "glue:*": "service-level", "sagemaker:*": "service-level"}


def test_what_cloudformation_asks_only_to_warn_is_left_out_and_said() -> None:
    warned = forwarded("lambda:GetAccountSettings")
    listed = {"Statement": {"Effect": "Allow", "Action": "lambda:GetAccountSettings"}}

    refinement = refined([LINE, warned], generated=[listed])

    assert "lambda:GetAccountSettings" not in granted(refinement)
    assert [(one.action, one.kind) for one in refinement.left_out] == [
        ("lambda:GetAccountSettings", "only-warns")
    ]


def test_a_check_that_stopped_a_proof_is_granted() -> None:
    warned = forwarded("lambda:GetAccountSettings")
    stopped = replace(warned, outcome=Outcome.DENIED_IN_PROOF)

    refinement = refined([LINE, warned, stopped])

    assert granted(refinement)["lambda:GetAccountSettings"] == {"*"}
    assert not refinement.left_out


def test_what_the_process_itself_asks_for_is_granted_whatever_it_warns_of() -> None:
    assert "iam:GetAccountSummary" in granted(refined([seen("iam:GetAccountSummary")]))


def test_what_is_no_action_is_a_finding() -> None:
    document = {"Statement": {"Effect": "Allow", "Action": "", "Resource": "*"}}

    findings = refined([LINE], generated=[document]).findings

    assert "generated-policy-not-understood" in {one.kind for one in findings}


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"GeneratedPolicyResult": None},
        {"GeneratedPolicyResult": {"GeneratedPolicies": []}},
        {"GeneratedPolicyResult": {"GeneratedPolicies": None}},
    ],
)
def test_an_empty_answer_is_no_policies(answer: dict[str, object]) -> None:
    assert list(generated_policies(answer)) == []


def test_an_answer_that_is_no_json_names_itself() -> None:
    answer = {"GeneratedPolicyResult": {"GeneratedPolicies": [{"Policy": "{"}]}}

    with pytest.raises(InvalidEventError, match="not JSON"):
        generated_policies(answer)


def _event(archive: FolderArchive, lines: list[Evidence]) -> dict[str, object]:
    text = "".join(f"{line.to_line()}\n" for line in lines)
    evidence = RUN.key("evidence.jsonl.gz")
    archive.put(evidence, gzip.compress(text.encode(), mtime=0), "application/gzip")
    answer = {
        "GeneratedPolicyResult": {"GeneratedPolicies": [{"Policy": json.dumps({"Statement": []})}]}
    }
    generated = RUN.key("generated.json")
    archive.put(generated, json.dumps(answer).encode(), "application/json")
    run = {
        "id": RUN.id,
        "process": RUN.process,
        "principal": ROLE,
        "account": ACCOUNT,
        "region": REGION,
        "startedAt": RUN.started_at,
    }
    process = {**a_process().to_mapping(), "name": "orders"}
    return {"run": run, "process": process, "evidence": evidence, "generated": generated}


def test_the_step_keeps_the_refinement_and_answers_with_its_key(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path)
    event = _event(archive, [LINE])

    answer = refine_run(event, archive)

    assert answer == {"refined": RUN.key("refined.json"), "statements": 1, "policies": 1}
    kept = Refinement.from_json(json.loads(archive.get(RUN.key("refined.json"))))
    assert kept.policies == refined([LINE]).policies
    assert refine_run(event, archive) == answer


def test_a_policy_that_does_not_fit_is_kept_before_the_step_fails(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path)
    tables = [
        seen(
            "dynamodb:DescribeTable",
            f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{'long-' * 20}{''.join(word)}",
        )
        for word in itertools.islice(itertools.permutations("abcdefgh", 4), 600)
    ]

    with pytest.raises(PolicyTooLargeError, match="10 managed policies of 6144"):
        refine_run(_event(archive, tables), archive)

    kept = Refinement.from_json(json.loads(archive.get(RUN.key("refined.json"))))
    (finding,) = (one for one in kept.findings if one.kind == "policy-too-large")
    assert "To make it smaller" in finding.detail
    assert "DynamoDb" in finding.detail
