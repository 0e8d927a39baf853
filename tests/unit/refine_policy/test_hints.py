"""What the process's owner says is followed, and said."""

from typing import Any

import pytest

from lambdas.errors import ForbiddenActionError, InvalidProcessError
from lambdas.model.definition.process import Process
from lambdas.model.iam.action import Action
from lambdas.model.trail.evidence import Evidence
from tests.unit.refine_policy.builders import (
    ACCOUNT,
    REGION,
    ROLE,
    a_process,
    conditions,
    forwarded,
    granted,
    implied,
    passes,
    refined,
    seen,
    values,
)

AT = f"{REGION}:{ACCOUNT}"
TABLE = f"arn:aws:dynamodb:{AT}:table/orders-dev"
TEMPLATE = "arn:${partition}:dynamodb:${region}:${account}:table/orders-${stage}"
LINE = seen("dynamodb:DescribeTable", TABLE)


def test_an_added_grant_carries_its_owners_reason() -> None:
    grant = {"action": "dynamodb:RestoreTable", "resource": TEMPLATE, "reason": "Disaster drills."}
    refinement = refined([LINE], process=a_process(policy={"grants": {"add": [grant]}}))

    (added,) = (one for one in refinement.policies[0].statements if "ByHint" in one.statement.sid)

    assert granted(refinement)["dynamodb:RestoreTable"] == {TEMPLATE}
    assert [(one.kind, one.text) for one in added.grants[0].grounds] == [
        ("hint", "Disaster drills.")
    ]


def test_a_grant_is_spelled_as_iam_spells_it_and_is_a_way_up_in_any_case() -> None:
    role = "arn:${partition}:iam::${account}:role/shared"
    grant = {"action": "iam:putrolepolicy", "resource": role, "reason": "It is asked for."}
    process = a_process(policy={"grants": {"add": [grant]}})

    refinement = refined([LINE], process=process)

    assert granted(refinement)["iam:PutRolePolicy"] == {role}
    assert "inline policy on a role" in {one.subject for one in refinement.findings}
    put = Action("iam", "PutRolePolicy")
    assert process.hints.dropping([(put, role)]).add == ()


def test_a_hint_that_the_evidence_makes_needless_is_said() -> None:
    grant = {"action": "dynamodb:DescribeTable", "resource": TEMPLATE, "reason": "To be sure."}

    refinement = refined([LINE], process=a_process(policy={"grants": {"add": [grant]}}))

    assert [one.subject for one in refinement.findings if one.kind == "unused-hint"] == [
        "policy.grants.add dynamodb:DescribeTable"
    ]


@pytest.mark.parametrize("pattern", ["dynamodb:DescribeTable", "dynamodb:Describe*", "*:*Table"])
def test_a_forbidden_action_stops_the_run_with_the_reason(pattern: str) -> None:
    rule = {"action": pattern, "reason": "Tables are the data team's."}
    if pattern.startswith("*"):
        with pytest.raises(InvalidProcessError):
            a_process(policy={"grants": {"forbid": [rule]}})
        return

    with pytest.raises(ForbiddenActionError, match=r"Tables are the data team's\."):
        refined([LINE], process=a_process(policy={"grants": {"forbid": [rule]}}))


def test_a_forbidden_action_that_is_not_needed_stops_nothing() -> None:
    rule = {"action": "iam:CreateUser", "reason": "Never."}

    assert granted(refined([LINE], process=a_process(policy={"grants": {"forbid": [rule]}})))


ANY_TABLE = "arn:${partition}:dynamodb:${region}:${account}:table"


def test_what_is_forbidden_may_not_be_met_by_a_wildcard_that_crosses_it() -> None:
    rule = {"resource": f"{ANY_TABLE}/*-prod", "action": "dynamodb:*", "reason": "Not production."}
    wide = {"action": "dynamodb:Scan", "resource": f"{ANY_TABLE}/orders-*", "reason": "All."}

    with pytest.raises(ForbiddenActionError, match=r"orders-\* is forbidden: Not production\."):
        refined([LINE], process=a_process(policy={"grants": {"forbid": [rule], "add": [wide]}}))


def test_what_is_forbidden_is_looked_for_in_the_policies_of_both_cycles() -> None:
    def forbidden(name: str) -> list[Any]:
        return [{"resource": f"{ANY_TABLE}/*-{name}", "action": "dynamodb:*", "reason": "No."}]

    assert granted(
        refined([LINE], process=a_process(policy={"grants": {"forbid": forbidden("prod")}}))
    )
    for stage in ("dev", "qa"):
        with pytest.raises(ForbiddenActionError):
            refined([LINE], process=a_process(policy={"grants": {"forbid": forbidden(stage)}}))


def test_bounds_do_not_take_a_variables_name_for_text() -> None:
    named = a_process(
        policy={"bounds": [{"action": "dynamodb:*", "resource": f"{ANY_TABLE}/*sta*"}]}
    )

    with pytest.raises(ForbiddenActionError, match="exceeds the bounds"):
        refined([LINE], process=named)


def test_bounds_are_a_ceiling() -> None:
    within = a_process(policy={"bounds": [{"action": "dynamodb:*", "resource": TEMPLATE}]})
    beyond = a_process(
        policy={"bounds": [{"action": "dynamodb:*", "resource": f"{TEMPLATE}-other"}]}
    )

    assert granted(refined([LINE], process=within)) == {"dynamodb:DescribeTable": {TEMPLATE}}
    with pytest.raises(ForbiddenActionError, match="exceeds the bounds"):
        refined([LINE], process=beyond)


def test_conditions_are_switched_off_by_kind() -> None:
    lines = [forwarded("sqs:ListQueues"), seen("ec2:DescribeVpcs")]
    process = a_process(policy={"conditions": {"called-via": False, "requested-region": False}})

    assert conditions(refined(lines), "sqs:ListQueues") == {
        "aws:CalledVia": ("cloudformation.amazonaws.com",),
        "aws:RequestedRegion": ("${region}",),
    }
    assert conditions(refined(lines, process=process), "sqs:ListQueues") == {}
    assert conditions(refined(lines, process=process), "ec2:DescribeVpcs") == {}


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"conditions": {"moon": True}}, "conditions.moon"),
        ({"conditions": {"called-via": "no"}}, "write true or false"),
        ({"derivations": {"guess": False}}, "derivations.guess"),
        ({"grants": {"add": [{"action": "s3:GetObject", "resource": "*"}]}}, "reason"),
        ({"grants": {"add": [{"action": "s3:GetObject", "reason": "x"}]}}, "resource"),
        ({"grants": {"add": [{"action": "s3:*", "resource": "*", "reason": "x"}]}}, "one action"),
        ({"grants": {"give": []}}, "grants.give"),
        ({"bounds": [{"action": "s3:*", "resource": "bucket"}]}, "write an ARN"),
        ({"bounds": [{"action": "s3:*", "resource": "arn:aws:s3:::${who}"}]}, "${who}"),
        ({"bounds": {"action": "s3:*"}}, "write a list"),
        ({"split": "terraform"}, "cloudformation"),
    ],
)
def test_a_hint_that_cannot_be_meant_names_its_key(keys: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidProcessError) as error:
        a_process(policy=keys)

    assert said in str(error.value)


def test_hints_survive_the_parameter_store() -> None:
    process = a_process(
        policy={
            "grants": {"add": [{"action": "s3:GetObject", "resource": "*", "reason": "x"}]},
            "conditions": {"called-via": False},
            "split": "cloudformation",
        }
    )

    assert Process.from_mapping("orders", process.to_mapping()) == process


def test_split_gives_cloudformation_a_role_of_its_own_and_joins_the_two_by_one_pass_role() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/orders-dev-lambda"
    function = f"arn:aws:lambda:{AT}:function:orders-dev"
    lines = [
        seen("cloudformation:CreateStack", f"arn:aws:cloudformation:{AT}:stack/orders-dev/*"),
        forwarded(
            "lambda:CreateFunction",
            function,
            implies=(passes(role), implied("tag-on-create", "lambda:TagResource", function)),
        ),
    ]

    refinement = refined(lines, process=a_process(policy={"split": "cloudformation"}))

    deployer, execution = refinement.policies
    assert (deployer.principal, execution.name) == (ROLE, "policy.orders-cloudformation")
    assert set(granted(refinement, 0)) == {"cloudformation:CreateStack", "iam:PassRole"}
    assert granted(refinement, 0)["iam:PassRole"] == {
        "arn:${partition}:iam::${account}:role/orders-cloudformation"
    }
    assert set(granted(refinement, 1)) == {
        "lambda:CreateFunction",
        "lambda:TagResource",
        "iam:PassRole",
    }
    assert "aws:CalledVia" not in str(execution.policy.render(values(refinement)))


def _needless(*lines: Evidence, **keys: Any) -> set[str]:
    findings = refined(lines, process=a_process(policy=keys)).findings
    return {one.subject for one in findings if one.kind == "unused-hint"}


@pytest.mark.parametrize(
    ("keys", "subject"),
    [
        ({"derivations": {"update": False}}, "derivations.update"),
        ({"derivations": {"pass-role": False}}, "derivations.pass-role"),
        ({"conditions": {"called-via": False}}, "conditions.called-via"),
        ({"conditions": {"requested-region": False}}, "conditions.requested-region"),
        ({"wildcards": {"families": False}}, "wildcards.families"),
        ({"split": "cloudformation"}, "split"),
    ],
)
def test_a_hint_that_changes_nothing_is_said_and_one_that_does_is_not(
    keys: dict[str, Any], subject: str
) -> None:
    table = {"types": ("AWS::DynamoDB::Table",), "implies": (passes(ROLE + "-worker"),)}
    lines = [forwarded("dynamodb:CreateTable", TABLE, **table), forwarded("ec2:DescribeVpcs")]
    lines += [seen("sqs:CreateQueue", f"arn:aws:sqs:{AT}:jobs-{n}-x") for n in range(10)]

    assert _needless(LINE, **keys) == {f"policy.{subject}"}
    assert _needless(*lines, **keys) == set()


def test_a_bound_within_which_nothing_lies_is_said() -> None:
    within = {"action": "dynamodb:*", "resource": TEMPLATE}
    beyond = {"action": "sqs:*", "resource": "*"}

    assert _needless(LINE, bounds=[within]) == set()
    assert _needless(LINE, bounds=[within, beyond]) == {"policy.bounds sqs:* on *"}


def test_families_are_listed_by_name_when_the_owner_says_so() -> None:
    lines = [seen("sqs:CreateQueue", f"arn:aws:sqs:{AT}:jobs-{n}-x") for n in range(10)]
    process = a_process(policy={"wildcards": {"families": False}})

    assert len(granted(refined(lines))["sqs:CreateQueue"]) == 1
    assert len(granted(refined(lines, process=process))["sqs:CreateQueue"]) == 10
