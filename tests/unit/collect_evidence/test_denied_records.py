"""Real refusals: each gives its action, on the narrowest ARN that its words or its record allow."""

import json
from pathlib import Path
from typing import Any

import pytest

from lambdas.collect_evidence.translation.translate import translate
from lambdas.model.trail.evidence import Outcome
from lambdas.reference.actions import facts
from lambdas.reference.refused.refused_resources import is_open

FIXTURE = Path(__file__).parents[2] / "fixtures" / "denied-records" / "records.json"
RECORDS: list[dict[str, Any]] = json.loads(FIXTURE.read_text(encoding="ascii"))["Records"]
# Errors that were raised although the user was refused every valid call of the service.
BEFORE = ("Client.Invalid", "NoSuchBucket", "InternalFailure")
# What IAM itself asks about a whole kind, or a service leaves open in its own words.
OPEN_BY_AWS = {"iam:ListOpenIDConnectProviders", "iam:ListRoles", "iam:ListUsers"}


def words(one: dict[str, Any]) -> str:
    answer = one.get("responseElements") or {}
    return str(one.get("errorMessage") or answer.get("message") or "")


def named(one: dict[str, Any]) -> str:
    return f"{one['eventSource'].partition('.')[0]}-{one['eventName']}-{one['eventID'][:4]}"


@pytest.mark.parametrize("one", RECORDS, ids=named)
def test_a_real_record_is_evidence_of_its_own_kind_or_a_finding(one: dict[str, Any]) -> None:
    translation = translate(one, one["userIdentity"]["arn"])

    assert translation.evidence or translation.findings
    before = one["errorCode"].startswith(BEFORE)
    assert [each.kind for each in translation.findings if each.kind == "failed-before-iam"] == (
        ["failed-before-iam"] if before else []
    )
    if "is not authorized to perform" in words(one):
        (line,) = translation.evidence
        assert line.outcome is Outcome.DENIED
        assert str(line.action).lower() in words(one).lower()
        assert not translation.findings


@pytest.mark.parametrize(
    "one",
    [one for one in RECORDS if "on resource: arn:" in words(one)],
    ids=named,
)
def test_an_arn_that_a_refusal_names_is_kept_as_it_is(one: dict[str, Any]) -> None:
    (line,) = translate(one, one["userIdentity"]["arn"]).evidence

    assert f"on resource: {line.resource}" in words(one)


@pytest.mark.parametrize(
    "one", [one for one in RECORDS if one["eventSource"] == "iam.amazonaws.com"], ids=named
)
def test_no_refused_action_of_iam_on_a_user_role_group_policy_or_profile_is_on_any(
    one: dict[str, Any],
) -> None:
    for line in translate(one, one["userIdentity"]["arn"]).evidence:
        if str(line.action) not in OPEN_BY_AWS:
            assert not is_open(line.resource), words(one)
            assert words(one).count(line.resource.rsplit("/", 1)[-1])


@pytest.mark.parametrize(
    "one", [one for one in RECORDS if one["errorCode"] == "AccessDenied"], ids=named
)
def test_any_resource_stands_only_where_an_action_has_none_or_the_words_say_so(
    one: dict[str, Any],
) -> None:
    for line in translate(one, one["userIdentity"]["arn"]).evidence:
        known = facts(line.action)
        assert known is not None
        if line.resource == "*" and any(use.required for use in known.uses):
            assert "on resource: * " in words(one)


def test_an_access_entry_is_named_by_the_principal_that_the_path_holds() -> None:
    (one,) = (each for each in RECORDS if each["eventName"] == "DescribeAccessEntry")
    (line,) = translate(one, one["userIdentity"]["arn"]).evidence

    assert line.resource.endswith(":access-entry/beta-fish/role/111122223333/TrailDiscover/*")
