"""A quota's error is told by the quota's name and place, and waited for only where that helps."""

import re

import pytest

from lambdas.document_failure.advice import advice
from lambdas.document_policy.analysis.waits import waited
from lambdas.model.execution.quotas import FREEING, HOPELESS, QUOTAS, quota_of

CODEBUILD = "CodeBuild.AccountLimitExceededException"
ANALYZER = "AccessAnalyzer.ServiceQuotaExceededException"


@pytest.mark.parametrize(
    ("error", "cause", "name", "frees"),
    [
        (CODEBUILD, "Cannot have more than 0 builds in queue for the account", "builds", False),
        (CODEBUILD, "Cannot have more than 1 builds in queue for the account", "builds", True),
        (CODEBUILD, "Cannot have more than 10 builds in queue", "builds", True),
        ("CodeBuild.InvalidInputException", "concurrent build limit reached", "own limit", True),
        (ANALYZER, "Policy generations per day quota exceeded", "per day", False),
        (ANALYZER, "whatever\nAWS says", "Concurrent", True),
        ("Lambda.TooManyRequestsException", "Rate Exceeded.", "Concurrent executions", True),
        ("CandidateRefusedError", "LimitExceeded: 1,500 policies", "policies", False),
    ],
)
def test_an_error_of_a_quota_is_told_by_its_name_and_its_place(
    error: str, cause: str, name: str, *, frees: bool
) -> None:
    quota = quota_of(error, cause)

    assert quota
    assert quota.frees is frees
    told = advice(error, cause)
    assert name in told
    assert quota.place in told
    assert quota.do in told
    said = f"{error}: {' '.join(cause.split())}"
    assert bool(re.search(HOPELESS, said)) is not frees
    assert bool(re.search(FREEING, said)) or not frees


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        ("CodeBuild.InvalidInputException", "CodeBuild is not authorized to perform: x"),
        ("CandidateRefusedError", "MalformedPolicyDocument"),
        ("States.Timeout", ""),
    ],
)
def test_other_errors_are_of_no_quota(error: str, cause: str) -> None:
    assert quota_of(error, cause) is None


def test_the_patterns_stand_in_the_definition_as_they_are_written() -> None:
    # They are filled into JSON, and there into a JSONata expression between slashes.
    assert not set(HOPELESS + FREEING) & set("/\"'\\{}%")


def test_every_quota_names_where_its_words_come_from() -> None:
    assert all(one.source.startswith("https://") for one in QUOTAS)


def test_what_a_run_waited_for_is_a_note_with_the_quota_its_minutes_and_aws_s_words() -> None:
    waits = {"RunCycle": {"error": CODEBUILD, "cause": "Cannot have more than 1", "minutes": 7}}

    (note,) = waited(waits)

    assert (note.kind, note.severity) == ("waited-for-a-quota", "note")
    assert "RunCycle waited 7 minutes" in note.detail
    assert "Cannot have more than 1" in note.detail
    assert waited({}) == ()
