"""Runs, actions, ARNs, findings, evidence: what they read and what they write."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.errors import InvalidEventError, InvalidTemplateError
from lambdas.model.execution.run import Run
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.iam.action import Action
from lambdas.model.iam.arn import Arn, is_arn
from lambdas.model.iam.policy import Condition, Policy, Statement, policy_size, policy_text
from lambdas.model.iam.template import ANY, Part, Template, Variable, Wildcard
from lambdas.model.text import counted
from lambdas.model.trail.evidence import Evidence, Implied, Outcome
from lambdas.model.trail.ground_kind import GroundKind
from tests.run_input import RUN


def test_a_run_names_its_sessions_and_its_place_in_the_archive() -> None:
    run = Run.from_json(RUN)

    assert run.session("deploy") == "20261123T180000Z-1a2b3c4d.deploy"
    assert run.key("policy.json") == "orders/20261123T180000Z-1a2b3c4d/policy.json"


def test_the_longest_session_name_fits_in_what_sts_takes() -> None:
    assert len(Run.from_json(RUN).session("p" * 31)) <= 64


def test_a_run_without_a_field_is_refused_by_its_name() -> None:
    for key in RUN:
        with pytest.raises(InvalidEventError, match=key):
            Run.from_json({name: value for name, value in RUN.items() if name != key})


def test_an_action_is_a_service_and_a_name() -> None:
    assert str(Action.from_text("s3:GetObject")) == "s3:GetObject"
    for text in ("s3", "s3:", ":GetObject"):
        with pytest.raises(ValueError, match="is not an IAM action"):
            Action.from_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:s3:::bucket/key:with:colons",
        "arn:aws-cn:iam::123456789012:role/path/name",
        "arn:aws:states:eu-west-1:123456789012:execution:machine:name",
    ],
)
def test_an_arn_says_what_it_was_read_from(text: str) -> None:
    assert str(Arn.from_text(text)) == text
    assert is_arn(text)


def test_what_is_no_arn_is_refused() -> None:
    for text in ("", "bucket", "arn:aws:s3", "ARN:aws:s3:::bucket"):
        with pytest.raises(ValueError, match="is not an ARN"):
            Arn.from_text(text)


def test_an_arn_gives_its_name_and_takes_another_resource() -> None:
    arn = Arn.from_text("arn:aws:iam::123456789012:role/path/name")

    assert arn.name == "name"
    assert str(arn.with_resource("role/other")) == "arn:aws:iam::123456789012:role/other"


def evidence(**changes: Any) -> Evidence:
    values: dict[str, Any] = {
        "action": Action("s3", "GetObject"),
        "resource": "arn:aws:s3:::bucket/key",
        "outcome": Outcome.FAILED,
        "principal": "arn:aws:iam::123456789012:role/sandbox",
        "session": "x.deploy",
        "phase": "deploy",
        "via": ("cloudformation.amazonaws.com",),
        "region": "eu-west-1",
        "event_id": "1",
        "time": "2026-11-23T18:00:00Z",
        "source": "s3.amazonaws.com",
        "name": "GetObject",
        "error": "NoSuchKey",
        "implies": (
            Implied(
                kind=GroundKind.PASS_ROLE,
                action=Action("iam", "PassRole"),
                resource="*",
                context=(("iam:PassedToService", "lambda.amazonaws.com"),),
            ),
        ),
        "types": ("AWS::S3::Bucket",),
    }
    return Evidence(**{**values, **changes})


@pytest.mark.parametrize("changes", [{}, {"error": "", "implies": (), "types": (), "via": ()}])
def test_evidence_is_read_back_from_its_line(changes: dict[str, Any]) -> None:
    one = evidence(**changes)

    assert Evidence.from_json(json.loads(one.to_line())) == one


@given(st.text())
def test_a_name_can_break_neither_a_line_nor_a_terminal(name: str) -> None:
    line = evidence(resource=name).to_line()

    assert line.isascii()
    assert line.isprintable()
    assert Evidence.from_json(json.loads(line)).resource == name


def test_a_finding_is_read_back_from_its_json() -> None:
    one = Finding(
        severity=Severity.ERROR, kind=FindingKind.UNMAPPED_EVENT, subject="s", detail="d", count=3
    )

    assert Finding.from_json(json.loads(json.dumps(one.to_json()))) == one


VARIABLES = (
    Variable("stage"),
    Variable("account"),
    Variable("stage", 3),
    Variable("stage", 4, "-a"),
    Variable("stage", joined=True),
)
literals = st.text(max_size=8)
parts: st.SearchStrategy[Part] = st.one_of(
    literals, st.sampled_from([ANY, Wildcard("?"), *VARIABLES])
)
templates = st.lists(parts, max_size=6).map(lambda many: Template.of(*many))


@given(templates)
def test_a_template_is_read_back_from_its_text(template: Template) -> None:
    assert Template.from_text(str(template)) == template


@given(literals)
def test_a_literal_stays_a_literal_whatever_it_holds(text: str) -> None:
    template = Template.from_text(str(Template.of(text)))

    assert not template.wild
    assert not template.variables


@given(literals, literals)
def test_a_value_is_data_however_it_is_written(before: str, value: str) -> None:
    template = Template.of(before, Variable("stage"))

    assert template.render({"stage": value}) == Template.of(before, value).render({})


def test_templates_join_literals_and_fold_stars() -> None:
    assert Template.of("a", "", "b", ANY, ANY) == Template.of("ab", ANY)


@pytest.mark.parametrize("text", ["${Stage}", "${}", "${a b}"])
def test_what_is_neither_variable_nor_escape_is_refused(text: str) -> None:
    with pytest.raises(InvalidTemplateError):
        Template.from_text(text)


def test_a_policy_is_written_in_iams_words_sorted_and_without_single_lists() -> None:
    statement = Statement(
        sid="Objects",
        actions=(Action("s3", "PutObject"), Action("s3", "GetObject")),
        resources=(Template.from_text("arn:${partition}:s3:::${stage}/*"),),
        conditions=(
            Condition(
                operator="StringEquals",
                key="aws:RequestedRegion",
                values=(Template.of("eu-west-1"),),
            ),
        ),
    )

    document = Policy((statement,)).render({"partition": "aws", "stage": "dev"})

    assert document == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Objects",
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:PutObject"],
                "Resource": "arn:aws:s3:::dev/*",
                "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}},
            }
        ],
    }
    assert policy_text(document).isascii()
    assert policy_size(document) < len(policy_text(document))


def test_a_permission_that_is_granted_by_a_pattern_alone_is_spelled_with_its_asterisk() -> None:
    actions = (Action("lambda", "EnableReplication"), Action("lambda", "GetFunction"))
    everything = (Template.from_text("*"),)
    statement = Statement(sid="Edge", actions=actions, resources=everything)

    assert statement.render({})["Action"] == ["lambda:EnableReplication*", "lambda:GetFunction"]


@pytest.mark.parametrize(
    ("number", "noun", "expected"),
    [
        (1, "process", "1 process"), (2, "process", "2 processes"), (0, "sandbox", "0 sandboxes"),
        (2, "more policy", "2 more policies"), (3, "day", "3 days"), (1_000, "event", "1,000 events"),
    ],
)  # fmt: skip
def test_what_is_counted_has_its_plural(number: int, noun: str, expected: str) -> None:
    assert counted(number, noun) == expected
