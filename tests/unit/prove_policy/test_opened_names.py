"""Names that differ between the cycles are opened for all that was done to the same thing."""

from lambdas.model.trail.evidence import Outcome
from tests.unit.prove_policy.builders import (
    QUEUE,
    SANDBOX,
    a_denial,
    a_line,
    a_statement,
)
from tests.unit.prove_policy.plans import IAM, after, planned, roles, seen


def test_the_same_slot_under_another_name_opens_what_differs_for_all_that_was_done_to_it() -> None:
    (there,) = roles("orders-dev-fn-AAA")
    old, new = roles("orders-qa-fn-XYZ1", "orders-qa-fn-KLM2")
    first = (
        *seen("iam:CreateRole", there),
        *seen("iam:DeleteRole", there),
        *seen("iam:TagRole", *roles("other")),
    )

    (one,) = planned(a_denial("iam:CreateRole", new), first=first, earlier=after(old))

    assert {(str(it.action), it.resource) for it in one.grants} == {
        (action, f"{IAM}:role/orders-dev-fn-*") for action in ("iam:CreateRole", "iam:DeleteRole")
    }


def test_a_name_that_only_the_proof_has_is_repaired_for_all_that_was_done_to_the_one_like_it() -> (
    None
):
    # A name that is too long with `dev` and fits with `qa`: the tool hashes the one alone.
    rules = "arn:aws:events:eu-west-1:123456789012:rule"
    hashed = f"{rules}/shop-notify-the-re9dd4e461268c8034f5c8564e155c67a6-rule-1"
    first = (
        *seen("events:PutRule", hashed, f"{rules}/sweep"),
        *seen("events:PutTargets", hashed),
        *seen("events:DisableRule", f"{rules}/sweep"),
        *seen("sqs:CreateQueue", QUEUE),
    )

    (one,) = planned(
        a_denial("events:PutRule", f"{rules}/shop-notify-the-rest-qa-rule-1"), first=first
    )

    assert {(str(it.action), it.resource, it.opened) for it in one.grants} == {
        (action, f"{rules}/shop-notify-the-rest-dev-rule-1", False)
        for action in ("events:PutRule", "events:PutTargets")
    }


def test_a_name_like_none_of_the_first_cycle_s_is_repaired_alone() -> None:
    first = (*seen("iam:CreateRole", *roles("alpha")), *seen("iam:DeleteRole", *roles("alpha")))
    (new,) = roles("beta")

    (one,) = planned(a_denial("iam:CreateRole", new), first=first)

    assert [(str(it.action), it.resource) for it in one.grants] == [("iam:CreateRole", new)]


def test_names_that_share_nothing_are_two_resources() -> None:
    old, new = roles("alpha", "beta")

    (one,) = planned(a_denial("iam:CreateRole", new), earlier=after(old))

    assert [it.resource for it in one.grants] == [new]


def test_two_resources_that_the_first_cycle_knows_are_two_causes() -> None:
    first = seen("iam:GetRole", *roles("orders-dev-a", "orders-dev-b"))
    old, new = roles("orders-qa-a", "orders-qa-b")

    (one,) = planned(a_denial("iam:CreateRole", new), first=first, earlier=after(old))

    assert {it.resource for it in one.grants} == set(roles("orders-dev-a", "orders-dev-b"))


def test_a_third_name_for_the_same_slot_is_told_as_a_failed_design() -> None:
    names = roles("orders-qa-1x", "orders-qa-2y")

    (one,) = planned(a_denial("iam:CreateRole", *roles("orders-qa-3z")), earlier=after(*names))

    assert one.grants == ()
    assert "third name" in one.hopeless
    assert all(name in one.hopeless for name in names)


def test_a_repair_that_would_grant_what_the_last_one_granted_is_not_made() -> None:
    (made,) = roles("orders-dev-fn-*")
    first = (a_line("iam:CreateRole", made, Outcome.DENIED_IN_PROOF, principal=SANDBOX),)
    old, new = roles("orders-qa-fn-XYZ1", "orders-qa-fn-KLM2")

    (one,) = planned(a_denial("iam:CreateRole", new), first=first, earlier=after(old))

    assert one.grants == ()
    assert "granted the same" in one.hopeless


def test_a_name_that_the_policy_holds_by_heart_beside_an_opened_one_is_opened_for_all() -> None:
    # The first round's CreateBucket was opened; what else was done holds the first cycle's suffix.
    there = "arn:aws:s3:::orders-dev-site-abelonkarepo"
    first = (*seen("s3:CreateBucket", there), *seen("s3:DeleteBucket", there))
    statements = (
        a_statement("s3:CreateBucket", "arn:aws:s3:::orders-${stage}-site-*"),
        a_statement("s3:DeleteBucket", "arn:aws:s3:::orders-${stage}-site-abelonkarepo"),
    )

    (one,) = planned(
        a_denial("s3:DeleteBucket", "arn:aws:s3:::orders-qa-site-m1vky0y5qzb0"),
        first=first,
        statements=statements,
    )

    assert {(str(it.action), it.resource, it.opened) for it in one.grants} == {
        (action, "arn:aws:s3:::orders-dev-site-*", True)
        for action in ("s3:CreateBucket", "s3:DeleteBucket")
    }


def test_a_name_that_a_person_chose_is_not_opened_by_a_wider_grant_of_another_action() -> None:
    first = seen("s3:CreateBucket", "arn:aws:s3:::orders-dev-site")
    statements = (
        a_statement("s3:ListBucket", "arn:aws:s3:::orders-${stage}-*"),
        a_statement("s3:CreateBucket", "arn:aws:s3:::orders-${stage}-site"),
    )

    (one,) = planned(
        a_denial("s3:DeleteBucket", "arn:aws:s3:::orders-qa-site"),
        first=first,
        statements=statements,
    )

    assert [it.resource for it in one.grants] == ["arn:aws:s3:::orders-dev-site"]
