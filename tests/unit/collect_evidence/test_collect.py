"""From a trail to evidence: selection, order, duplicates, followed sessions and handed roles."""

import itertools
import json
from typing import Any

import pytest

from lambdas.collect_evidence.output import sorted_spool
from lambdas.collect_evidence.principals.selection import Selection
from lambdas.model.trail.evidence import Evidence
from tests.unit.collect_evidence.trails import (
    ACCOUNT,
    ROLE,
    RUN,
    collected,
    identity,
    kinds_of,
    lines_of,
    record,
    trail_of,
)

GET = {"functionName": "orders"}
OTHER = f"arn:aws:iam::{ACCOUNT}:role/somebody-else"


def assume(
    role: str, key: str, *, number: int, who: dict[str, Any] | None = None
) -> dict[str, Any]:
    name = role.rpartition("/")[2]
    return record(
        "sts", "AssumeRole", {"roleArn": role, "roleSessionName": "aws-cdk-me"},
        {
            "credentials": {"accessKeyId": key, "expiration": "Nov 23, 2026, 11:00:00 AM"},
            "assumedRoleUser": {"arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/aws-cdk-me"},
        },
        number=number, who=who,
    )  # fmt: skip


def test_only_the_principal_s_records_are_evidence() -> None:
    part = collected(
        trail_of([record(request=GET), record(request=GET, who=identity(OTHER), number=2)])
    )
    (line,) = lines_of(part)
    assert line["principal"] == ROLE
    assert line["action"] == "lambda:GetFunction"
    assert line["resource"] == f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:orders"


def test_a_line_is_what_the_model_reads_and_writes() -> None:
    part = collected(
        trail_of([record("iam", "CreateRole", {"roleName": "ü"}, number=2)]), session=RUN
    )
    ((_, line),) = list(part.lines())
    assert Evidence.from_json(json.loads(line)).to_line() == line
    assert json.loads(line)["phase"] == "deploy"


def test_sessions_are_chosen_by_prefix_and_the_rest_is_the_phase() -> None:
    others = [record(request=GET, who=identity(session="another.deploy"), number=2)]
    part = collected(trail_of([record(request=GET), *others]), session=RUN)
    assert [(one["session"], one["phase"]) for one in lines_of(part)] == [
        (f"{RUN}deploy", "deploy")
    ]


def test_without_a_session_all_sessions_of_the_role_are_evidence() -> None:
    others = [record(request=GET, who=identity(session="another"), number=2)]
    assert len(lines_of(collected(trail_of([record(request=GET), *others])))) == 2


def test_users_are_principals_too() -> None:
    user = f"arn:aws:iam::{ACCOUNT}:user/team/alice"
    who = {"type": "IAMUser", "arn": user, "accountId": ACCOUNT, "accessKeyId": "AKIA1"}
    part = collected(trail_of([record(request=GET, who=who)]), user)
    (line,) = lines_of(part)
    assert (line["principal"], line["session"]) == (user, "")


def test_a_role_s_path_is_told_by_the_session_s_issuer() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/teams/blue/sandbox"
    part = collected(trail_of([record(request=GET, who=identity(role))]), ROLE)
    assert lines_of(part)[0]["principal"] == role


def test_a_role_of_which_some_records_do_not_tell_the_path_is_one_role() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/teams/blue/sandbox"
    bare = {"type": "Unknown", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/sandbox/{RUN}deploy"}
    records = [
        record("agreement-marketplace", "GetFunction", number=1, who=bare),
        record(request=GET, who=bare, number=2),
        record(request=GET, who=identity(role), number=3),
    ]
    for asked in (ROLE, role):
        part = collected(trail_of(records), asked)
        assert {line["principal"] for line in lines_of(part)} == {role}
    # who asks by the whole ARN tells the path
    assert {line["principal"] for line in lines_of(collected(trail_of(records[:2]), role))} == {
        role
    }
    assert {line["principal"] for line in lines_of(collected(trail_of(records[:2]), ROLE))} == {
        ROLE
    }


def test_two_roles_of_one_name_remain_two() -> None:
    paths = [f"arn:aws:iam::{ACCOUNT}:role/{path}/sandbox" for path in ("red", "blue")]
    records = [record(request=GET, who=identity(one), number=n) for n, one in enumerate(paths)]
    assert {line["principal"] for line in lines_of(collected(trail_of(records), ROLE))} == set(
        paths
    )


def test_a_session_is_its_role_s_whatever_else_the_identity_names() -> None:
    strange = {**identity(), "arn": f"arn:aws:iam::{ACCOUNT}:root"}
    (line,) = lines_of(collected(trail_of([record(request=GET, who=strange)])))
    assert (line["principal"], line["session"]) == (ROLE, f"{RUN}deploy")


def test_the_same_event_delivered_twice_is_one_line() -> None:
    twice = record(request=GET)
    assert len(lines_of(collected(trail_of([twice, twice], [twice])))) == 1


def test_files_in_any_order_give_the_same_lines_and_findings() -> None:
    files = [
        [
            record(request={"functionName": f"f{n}"}, number=n),
            record("nosuch", "Frobnicate", number=n + 30),
        ]
        for n in range(4)
    ]
    answers = set()
    for order in itertools.permutations(files):
        part = collected(trail_of(*order))
        lines = tuple(line for _, line in part.lines())
        answers.add((lines, tuple(map(repr, part.ledger.sorted()))))
    assert len(answers) == 1


def test_more_lines_than_memory_holds_are_sorted_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorted_spool.SortedSpool.__init__, "__kwdefaults__", {"held": 10})
    records = [record(request={"functionName": f"f{n}"}, number=n) for n in range(400)]
    part = collected(trail_of(records[::-1], records[::2]))
    lines = lines_of(part)
    assert [one["time"] for one in lines] == sorted(one["time"] for one in lines)
    assert len(lines) == 400


def test_sessions_that_the_run_assumed_are_followed_by_their_keys() -> None:
    deploy = f"arn:aws:iam::{ACCOUNT}:role/cdk-deploy"
    session = identity(deploy, "aws-cdk-me", "ASIANEW")
    stranger = identity(deploy, "aws-cdk-me", "ASIASTRANGER")
    part = collected(
        trail_of(
            [
                record(request=GET, who=session, number=5),
                record(request=GET, who=stranger, number=6),
            ],
            [assume(deploy, "ASIANEW", number=1)],
        ),
        session=RUN,
    )
    lines = lines_of(part)
    assert [(one["action"], one["principal"], one["phase"]) for one in lines] == [
        ("sts:AssumeRole", ROLE, "deploy"),
        ("lambda:GetFunction", deploy, "deploy"),
    ]


def test_chains_of_assumed_roles_are_followed_to_their_end() -> None:
    roles = [f"arn:aws:iam::{ACCOUNT}:role/link{n}" for n in range(4)]
    records = [assume(roles[0], "KEY0", number=1)]
    for n in range(1, 4):
        who = identity(roles[n - 1], "aws-cdk-me", f"KEY{n - 1}")
        records.append(assume(roles[n], f"KEY{n}", number=n + 1, who=who))
    records.append(record(request=GET, who=identity(roles[3], "aws-cdk-me", "KEY3"), number=9))
    part = collected(trail_of(*[[one] for one in records[::-1]]), session=RUN)
    assert lines_of(part)[-1]["principal"] == roles[3]


def test_calls_that_services_forward_for_a_followed_session_belong_to_it() -> None:
    deploy = f"arn:aws:iam::{ACCOUNT}:role/cdk-deploy"
    forwarded = identity(
        deploy, "aws-cdk-me", "ASIAOFTHESERVICE", invokedBy="cloudformation.amazonaws.com"
    )
    part = collected(
        trail_of(
            [assume(deploy, "ASIANEW", number=1), record(request=GET, who=forwarded, number=5)]
        ),
        session=RUN,
    )
    assert lines_of(part)[-1]["via"] == ["cloudformation.amazonaws.com"]


def test_roles_handed_to_cloudformation_are_followed_while_the_run_lasts() -> None:
    execution = f"arn:aws:iam::{ACCOUNT}:role/cfn-exec"
    stack = {"stackName": "orders", "roleARN": execution}
    made = [
        record("s3", "CreateBucket", {"bucketName": f"b{n}"}, number=n,
               who=identity(execution, "AWSCloudFormation", f"ASIA{n}",
                            invokedBy="cloudformation.amazonaws.com"))
        for n in (1, 20, 3000)
    ]  # fmt: skip
    part = collected(
        trail_of(made, [record("cloudformation", "CreateStack", stack, number=10)]), session=RUN
    )
    buckets = [one for one in lines_of(part) if one["action"] == "s3:CreateBucket"]
    # Before the hand-over and long after the run the role worked for others.
    assert [one["resource"] for one in buckets] == ["arn:aws:s3:::b20"]
    assert buckets[0]["principal"] == execution
    assert buckets[0]["phase"] == "deploy"
    # A service role is no forwarded session: aws:CalledVia would be absent.
    assert buckets[0]["via"] == []


def test_a_refused_hand_over_hands_nothing_over() -> None:
    execution = f"arn:aws:iam::{ACCOUNT}:role/cfn-exec"
    stack = {"stackName": "orders", "roleARN": execution}
    part = collected(
        trail_of(
            [
                record("cloudformation", "CreateStack", stack, number=1, errorCode="AccessDenied"),
                record(
                    "s3",
                    "CreateBucket",
                    {"bucketName": "b"},
                    number=5,
                    who=identity(execution, "AWSCloudFormation"),
                ),
            ]
        )
    )
    assert {one["principal"] for one in lines_of(part)} == {ROLE}


def test_a_role_made_with_a_path_keeps_it_in_later_calls_by_name() -> None:
    full = f"arn:aws:iam::{ACCOUNT}:role/svc/worker"
    part = collected(
        trail_of(
            [record("iam", "PutRolePolicy", {"roleName": "worker", "policyName": "p"}, number=9)],
            [
                record(
                    "iam",
                    "CreateRole",
                    {"roleName": "worker", "path": "/svc/"},
                    {"role": {"arn": full}},
                    number=1,
                )
            ],
        )
    )
    assert {one["resource"] for one in lines_of(part)} == {full}


def test_a_probe_for_a_role_that_is_not_there_yet_is_asked_by_its_name_too() -> None:
    full = f"arn:aws:iam::{ACCOUNT}:role/svc/worker"
    probe = record("iam", "GetRole", {"roleName": "worker"}, number=1)
    part = collected(
        trail_of(
            [
                {**probe, "errorCode": "NoSuchEntityException"},
                record(
                    "iam",
                    "CreateRole",
                    {"roleName": "worker", "path": "/svc/"},
                    {"role": {"arn": full}},
                    number=2,
                ),
            ]
        )
    )
    probed = {one["resource"] for one in lines_of(part) if one["action"] == "iam:GetRole"}
    assert probed == {full, f"arn:aws:iam::{ACCOUNT}:role/worker"}


def test_every_record_of_the_principal_is_evidence_or_a_finding() -> None:
    records = [
        record("sts", "GetCallerIdentity", number=1),
        record("nosuch", "Frobnicate", number=2),
        record("ec2", "SharedSnapshotVolumeCreated", number=3, eventType="AwsServiceEvent"),
        record("signin", "ConsoleLogin", number=4, eventType="AwsConsoleSignIn"),
        {**record(number=5), "eventName": None},
        {"userIdentity": identity()},
        record(request=GET, number=6),
    ]
    part = collected(trail_of(records))
    assert len(lines_of(part)) == 1
    assert sum(finding.count for finding in part.ledger.sorted()) == 6
    assert set(kinds_of(part)) == {
        "needs-nothing", "unmapped-event", "service-event", "strange-record",
    }  # fmt: skip


def test_of_an_account_s_root_user_it_is_said_that_no_policy_limits_it() -> None:
    with pytest.raises(ValueError, match="root user, which no policy limits"):
        Selection.of(f"arn:aws:iam::{ACCOUNT}:root")


@pytest.mark.parametrize("arn", ["nonsense", "arn:aws:s3:::bucket", "arn:aws:iam::1:group/x"])
def test_what_is_neither_role_nor_user_is_refused(arn: str) -> None:
    with pytest.raises(ValueError, match=r"ARN|role"):
        Selection.of(arn)


def test_an_assumed_session_s_arn_names_role_and_session() -> None:
    chosen = Selection.of(f"arn:aws:sts::{ACCOUNT}:assumed-role/sandbox/{RUN}deploy")
    assert str(chosen.principal) == ROLE
    assert chosen.session == f"{RUN}deploy"


@pytest.mark.parametrize("arn", [None, "arn:aws:sts::111122223333:assumed-role/sandboxme@example"])
def test_the_issuer_tells_the_role_where_the_session_s_own_arn_is_odd(arn: str | None) -> None:
    who = {**identity(), "arn": arn}

    (line,) = lines_of(collected(trail_of([record(request=GET, who=who)])))

    assert line["principal"] == ROLE
    assert line["session"] == f"{RUN}deploy"
