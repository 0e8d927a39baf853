import json
from typing import Any

import pytest

from lambdas.document_policy.analysis.call_survey import survey, verb
from lambdas.document_policy.analysis.judges import actions_offered
from lambdas.document_policy.report.report import report
from tests.unit.document_policy.samples import a_refinement, run_facts


def answer(*policies: object) -> dict[str, Any]:
    texts = [one if isinstance(one, str) else json.dumps(one) for one in policies]
    return {"GeneratedPolicyResult": {"GeneratedPolicies": [{"Policy": one} for one in texts]}}


@pytest.mark.parametrize(
    ("generated", "offered"),
    [
        (None, None),
        ({"JobDetails": {}}, 0),
        (answer({"Statement": [{"Action": ["s3:GetObject", "s3:PutObject"]}]}), 2),
        (answer({"Statement": {"Action": "s3:GetObject"}}, {"Statement": [{}]}), 1),
        (answer("not JSON", [], {"Statement": ["odd"]}), 0),
    ],
)
def test_access_analyzers_actions_are_counted_in_every_form(
    generated: dict[str, Any] | None, offered: int | None
) -> None:
    assert actions_offered(generated) == offered


@pytest.mark.parametrize(
    ("action", "word"),
    [
        ("s3:CreateBucket", "create"),
        ("apigateway:POST", "create"),
        ("cloudformation:ExecuteChangeSet", "create"),
        ("lambda:UpdateFunctionCode", "change"),
        ("s3:PutObject", "change"),
        ("sqs:DeleteQueue", "remove"),
        ("apigateway:DELETE", "remove"),
        ("dynamodb:Query", "read"),
        ("logs:DescribeLogGroups", "read"),
    ],
)
def test_an_action_tells_what_it_does(action: str, word: str) -> None:
    assert verb(action) == word


def test_denied_lines_count_as_denied_and_as_nothing_else() -> None:
    line = {
        "action": "sqs:DeleteQueue", "resource": "*", "outcome": "denied", "phase": "remove",
        "event_id": "1", "time": "2026-11-23T12:00:00Z", "via": [],
    }  # fmt: skip

    counts = survey([json.dumps(line), "", b"\n"])

    assert (counts.lines, counts.events, dict(counts.outcomes)) == (1, 1, {"denied": 1})
    assert (dict(counts.calls), dict(counts.verbs)) == ({}, {})


def test_a_run_without_evidence_says_so() -> None:
    page = report(run_facts(a_refinement(), lines=()))

    assert "There is no evidence." in page
