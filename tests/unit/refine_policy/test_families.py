"""Names that differ in a counter or an id become one template, and no word ever does."""

import dataclasses

import pytest

from lambdas.model.findings.finding import Severity
from lambdas.model.trail.evidence import Evidence
from tests.unit.refine_policy.builders import (
    ACCOUNT,
    REGION,
    a_process,
    granted,
    refined,
    seen,
)

AT = f"{REGION}:{ACCOUNT}"
TABLES = f"arn:aws:dynamodb:{AT}:table/"
TABLES_TEMPLATE = "arn:${partition}:dynamodb:${region}:${account}:table/"
DESCRIBE = "dynamodb:DescribeTable"


def tables(*names: str, action: str = DESCRIBE) -> list[Evidence]:
    return [seen(action, f"{TABLES}{name}") for name in names]


def names_of(evidence: list[Evidence], action: str = DESCRIBE) -> set[str]:
    return {one.removeprefix(TABLES_TEMPLATE) for one in granted(refined(evidence))[action]}


def in_session(line: Evidence, session: str) -> Evidence:
    return dataclasses.replace(line, session=session, phase="")


def test_a_counter_with_many_values_keeps_its_length_and_every_fixed_part() -> None:
    lines = tables(*(f"svc-{number:02d}-dev-orders" for number in range(40)))

    assert names_of(lines) == {"svc-??-${stage}-orders"}


def test_a_few_numbered_names_stay_names() -> None:
    names = {f"svc-{number}-x" for number in range(9)}

    assert names_of(tables(*names)) == names


def test_numbers_of_different_lengths_are_spelled_by_length() -> None:
    lines = tables(*(f"orders-{number}" for number in range(120)))

    assert names_of(lines) == {"orders-?", "orders-??", "orders-???"}


def test_ids_without_a_fixed_length_take_a_star() -> None:
    lines = tables(*(f"orders-{10**number}-x" for number in range(12)))

    assert names_of(lines) == {"orders-*-x"}


def test_words_are_never_opened_however_many_there_are() -> None:
    words = [f"{one}{two}-prod" for one in "abcdef" for two in "ghijkl"]

    assert names_of(tables(*words)) == set(words)


def test_what_takes_few_values_beside_a_counter_is_kept() -> None:
    names = [f"svc{number:02d}-v{version}" for number in range(20) for version in (1, 2)]

    assert names_of(tables(*names)) == {"svc??-v1", "svc??-v2"}


def test_other_stages_and_services_are_out_of_reach() -> None:
    lines = tables(*(f"svc-{number:02d}-dev" for number in range(40)), "svc-07-prod", "web-07-dev")

    assert names_of(lines) == {"svc-??-${stage}", "svc-07-prod", "web-07-${stage}"}


def test_an_action_joins_only_when_it_was_seen_on_several() -> None:
    names = [f"svc-{number:02d}" for number in range(40)]
    lines = [
        *tables(*names),
        *tables(*names[:3], action="dynamodb:UpdateTable"),
        *tables(*names[:2], action="dynamodb:DeleteTable"),
    ]

    assert names_of(lines, "dynamodb:UpdateTable") == {"svc-??"}
    assert names_of(lines, "dynamodb:DeleteTable") == {"svc-00", "svc-01"}


def test_a_name_without_a_word_of_its_own_is_no_family() -> None:
    names = {f"{number:02d}" for number in range(40)}

    assert names_of(tables(*names)) == names


def test_regions_and_accounts_are_never_opened() -> None:
    regions = [f"eu-west-{number}" for number in range(1, 10)] + ["eu-north-1", "us-west-2"]
    lines = [seen(DESCRIBE, f"arn:aws:dynamodb:{one}:{ACCOUNT}:table/x") for one in regions]

    found = granted(refined(lines))[DESCRIBE]

    assert len(found) == len(regions)
    assert not any("*" in one or "?" in one for one in found)


def test_ids_that_nothing_names_stay_listed_until_they_fill_a_policy() -> None:
    keys = [f"arn:aws:kms:{AT}:key/{n:08x}-1111-4222-8333-444455556666" for n in range(99)]
    few = granted(refined([seen("kms:Decrypt", key) for key in keys]))["kms:Decrypt"]
    vpcs = [f"arn:aws:ec2:{AT}:vpc/vpc-{number:017x}" for number in range(100)]
    refinement = refined([seen("ec2:CreateTags", vpc) for vpc in vpcs])

    assert len(few) == 99
    (many,) = granted(refinement)["ec2:CreateTags"]
    assert many.endswith(f":vpc/vpc-{'?' * 17}")
    assert "reaches-others" in {one.kind for one in refinement.findings}


def test_what_differed_from_session_to_session_varies_though_it_is_seldom() -> None:
    builds = ("a1b2c3", "9f8e7d", "0c1d2e")
    apart = [
        in_session(line, f"ci-{number}")
        for number, line in enumerate(tables(*(f"build-{one}-results" for one in builds)))
    ]
    together = [in_session(line, "ci") for line in apart]

    assert names_of(apart) == {"build-??????-results"}
    assert names_of(together) == {f"build-{one}-results" for one in builds}


def test_what_came_back_in_another_session_is_no_random_name() -> None:
    shards = [f"shard-{number}-results" for number in range(1, 4)]
    again = [
        in_session(line, f"ci-{day}-{number}")
        for day in range(2)
        for number, line in enumerate(tables(*shards))
    ]

    assert names_of(again) == set(shards)


def test_phases_of_one_run_are_one_session() -> None:
    lines = [
        seen(DESCRIBE, f"{TABLES}build-{build}-x", phase=phase)
        for build, phase in (("a1b2c3", "deploy"), ("9f8e7d", "update"), ("0c1d2e", "remove"))
    ]

    assert len(names_of(lines)) == 3


def test_a_folder_that_much_was_written_to_is_content() -> None:
    bucket = "arn:aws:s3:::site-dev"
    pages = [f"{bucket}/assets/{word}.js" for word in ("abcdefghijkl")]
    lines = [
        *(seen("s3:PutObject", page) for page in (*pages, f"{bucket}/index.html")),
        *(seen("s3:GetObject", page) for page in pages[:2]),
    ]
    found = granted(refined(lines))

    assert found["s3:PutObject"] == {
        "arn:${partition}:s3:::site-${stage}/assets/*",
        "arn:${partition}:s3:::site-${stage}/index.html",
    }
    assert len(found["s3:GetObject"]) == 2


def test_a_folder_that_was_only_read_stays_listed() -> None:
    lines = [seen("s3:GetObject", f"arn:aws:s3:::shared/config/{one}") for one in "abcdefghijkl"]

    assert len(granted(refined(lines))["s3:GetObject"]) == 12


def test_every_family_is_a_warning_with_its_values() -> None:
    refinement = refined(tables(*(f"svc-{number:02d}-x" for number in range(40))))

    (finding,) = (one for one in refinement.findings if one.kind == "family")
    assert finding.severity is Severity.WARNING
    assert "40 values were seen (00, 01, 02, …)" in finding.detail


@pytest.mark.parametrize("name", ["a${b}-{n}", "a*{n}-b", "ä-{n}-ö", "{n}-?", "${stage}-{n}"])
def test_what_a_name_holds_stays_literal_beside_the_counter(name: str) -> None:
    names = [name.replace("{n}", f"{number:02d}") for number in range(12)]
    refinement = refined(tables(*names), process=a_process(variables={}))
    document = refinement.policies[0].policy.render(dict(refinement.variables))

    texts = str(document)
    fixed = name.split("{n}")
    for part in fixed:
        literal = part.replace("${", "${$}{").replace("*", "${*}").replace("?", "${?}")
        assert literal in texts


def test_what_a_family_s_name_covers_is_not_listed_beside_it() -> None:
    folder = f"arn:aws:s3:::logs/AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/2024/01/01/{ACCOUNT}_CloudTrail_{REGION}_"
    mixed = ["HSDOZKVGRC2YJUFQ", "ABCDEFGHIJKLMNOP", "A2B3C4D5E6F7G2H3"]  # digits or none
    lines = [
        seen(
            "s3:GetObject",
            f"{folder}20240101T{hour:02d}05Z_{mixed[hour % 3][:14]}{hour:02d}.json.gz",
        )
        for hour in range(23)
    ] + [seen("s3:GetObject", f"{folder}20240101T2305Z_ABCDEFGHIJKLMNOP.json.gz")]
    refinement = refined(lines)
    assert len(granted(refinement)["s3:GetObject"]) == 1
    assert {"dates", "family"} <= {one.kind for one in refinement.findings}


def test_dates_of_what_the_run_wrote_itself_are_plain_wildcards() -> None:
    key = "arn:aws:s3:::own/serverless/orders/1764547200000-2026-12-01T00:00:00.000Z/t.json"
    found = refined([seen("s3:PutObject", key), seen("s3:GetObject", key)])
    assert "dates" not in {one.kind for one in found.findings}


def test_of_a_service_s_own_role_it_is_said_that_no_policy_can_be_attached() -> None:
    role = (
        f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
    )
    found = refined([seen("s3:ListAllMyBuckets", principal=role)])
    assert [one.subject for one in found.findings if one.kind == "service-linked-role"] == [role]
