"""Denials become evidence in the first cycle's names."""

from dataclasses import replace

import pytest

from lambdas.model.definition.variables import Use
from lambdas.model.dossier.refinement import ExplainedStatement
from lambdas.model.trail.evidence import Evidence, Outcome
from lambdas.prove_policy.denials import Denial, Source
from lambdas.prove_policy.installation.candidate_policies import own_policy
from lambdas.prove_policy.repair_plan import Before, Repair, plan
from lambdas.prove_policy.repairs import repairs
from lambdas.prove_policy.resource_mapping import ResourceMapping
from lambdas.prove_policy.rounds import Round
from tests.unit.prove_policy.builders import (
    CANDIDATE,
    FAILED,
    QUEUE,
    ROUND,
    SANDBOX,
    VALUES,
    a_denial,
    a_line,
    a_process,
    a_refinement,
    a_round,
    a_statement,
)

BUCKETS = a_statement("s3:PutObject", "arn:aws:s3:::orders-${stage}-uploads-*/*")


def seen(action: str, *resources: str) -> tuple[Evidence, ...]:
    return tuple(a_line(action, one, principal=SANDBOX) for one in resources)


def planned(
    *denied: Denial,
    uses: tuple[Use, ...] | None = None,
    first: tuple[Evidence, ...] = (),
    earlier: tuple[Round, ...] = (),
    statements: tuple[ExplainedStatement, ...] = (BUCKETS,),
) -> tuple[Repair, ...]:
    known = a_process().variables if uses is None else uses
    policy = own_policy(a_refinement(*statements), SANDBOX, a_process())
    learn = VALUES | {one.name: one.learn for one in known}
    prove = learn | {one.name: one.prove for one in known}
    return plan(
        denied,
        Before(
            mapping=ResourceMapping.of(policy, first, known, learn=learn, prove=prove),
            policy=policy,
            first=first,
            earlier=earlier,
            candidate=CANDIDATE,
            principal=SANDBOX,
        ),
    )


def repaired(
    *resources: str,
    action: str = "sqs:CreateQueue",
    uses: tuple[Use, ...] | None = None,
    first: tuple[Evidence, ...] = (),
) -> list[str]:
    found = repairs(
        planned(*(a_denial(action, one) for one in resources), uses=uses, first=first),
        principal=SANDBOX,
        round_id=ROUND,
        time="2026-11-23T18:00:00Z",
    )
    assert all(one.outcome is Outcome.DENIED_IN_PROOF and one.principal == SANDBOX for one in found)
    assert all(one.error == "denied-in-proof" for one in found)
    return [one.resource for one in found]


def test_the_proofs_names_become_the_first_cycles() -> None:
    assert repaired(QUEUE) == [QUEUE.replace("-qa-", "-dev-")]


@pytest.mark.parametrize(
    "resource", ["arn:aws:s3:::aquarium", "arn:aws:s3:::qa1", "arn:aws:s3:::saqa-x"]
)
def test_the_same_letters_within_a_word_stay(resource: str) -> None:
    assert repaired(resource) == [resource]


def test_the_longest_value_is_taken_first() -> None:
    uses = (Use(name="a", learn="dev", prove="qa"), Use(name="stage", learn="d-eu", prove="qa-eu"))

    assert repaired("arn:aws:s3:::x-qa-eu-y-qa", uses=uses) == ["arn:aws:s3:::x-d-eu-y-dev"]


def test_values_that_look_like_patterns_are_text() -> None:
    uses = (Use(name="stage", learn="x", prove="q.a"),)

    assert repaired("arn:aws:s3:::b-q.a", "arn:aws:s3:::b-qxa", uses=uses) == [
        "arn:aws:s3:::b-x",
        "arn:aws:s3:::b-qxa",
    ]


def test_what_is_random_in_a_name_is_told_by_the_policy() -> None:
    first = seen("s3:PutObject", "arn:aws:s3:::orders-dev-uploads-1a2b/key")

    name = "arn:aws:s3:::orders-qa-uploads-9z8y/other"
    found = repaired(name, action="s3:PutObject", first=first)

    assert found == ["arn:aws:s3:::orders-dev-uploads-1a2b/key"]


def test_resources_that_were_handled_alike_are_repaired_together() -> None:
    groups = [f"arn:aws:logs:eu-west-1:1:log-group:/aws/lambda/orders-dev-{n}" for n in "abc"]
    first = (
        *seen("logs:CreateLogGroup", *groups),
        *seen("logs:DeleteLogGroup", *groups[:2]),
        *seen("logs:CreateLogGroup", "arn:aws:logs:eu-west-1:1:destination:orders-dev"),
        *seen("logs:DeleteLogGroup", "arn:aws:logs:eu-west-1:1:destination:orders-dev"),
    )

    denied = groups[0].replace("dev", "qa")
    assert repaired(denied, action="logs:CreateLogGroup", first=first) == groups[:2]


def test_the_candidate_itself_stands_for_the_sandbox_role() -> None:
    assert repaired(CANDIDATE) == [SANDBOX]


IAM = "arn:aws:iam::123456789012"


def roles(*names: str) -> list[str]:
    return [f"{IAM}:role/{name}" for name in names]


def test_what_is_denied_on_no_named_resource_is_granted_on_what_the_first_cycle_used() -> None:
    first = seen("iam:PutRolePolicy", *roles("orders-dev-a", "orders-dev-b"))

    (one,) = planned(a_denial("iam:PutRolePolicy", "*"), first=first)

    assert [it.resource for it in one.grants] == roles("orders-dev-a", "orders-dev-b")


@pytest.mark.parametrize("resource", ["*", f"{IAM}:role/*", f"{IAM}:role/o*", f"{IAM}:role/?"])
@pytest.mark.parametrize(
    "action", ["iam:PutRolePolicy", "iam:PassRole", "iam:DeleteRole", "iam:NobodyKnows"]
)
def test_an_action_that_escalates_is_never_granted_on_any_resource(
    action: str, resource: str
) -> None:
    (one,) = planned(a_denial(action, resource))

    assert one.grants == ()
    assert action in one.hopeless


KEYS = "arn:aws:kms:eu-west-1:123456789012:key"


def test_a_key_is_repaired_for_the_service_that_used_it() -> None:
    (one,) = planned(a_denial("kms:Decrypt", f"{KEYS}/1111", via=("sqs.amazonaws.com",)))

    assert [(it.resource, it.via) for it in one.grants] == [
        (f"{KEYS}/1111", ("sqs.amazonaws.com",))
    ]


@pytest.mark.parametrize("resource", ["*", f"{KEYS}/*"])
def test_no_key_is_granted_on_any_when_nothing_says_who_used_it(resource: str) -> None:
    (one,) = planned(a_denial("kms:Decrypt", resource))

    assert one.grants == ()
    assert "kms:Decrypt" in one.hopeless


def test_a_key_of_which_only_a_tool_s_words_tell_is_not_granted_for_every_service() -> None:
    printed = replace(a_denial("kms:Decrypt", f"{KEYS}/1111"), source=Source.OUTPUT, event_id="")

    (one,) = planned(printed)
    (direct,) = planned(replace(printed, call="kms.amazonaws.com:Decrypt"))

    assert (one.grants, "which service" in one.hopeless) == ((), True)
    assert [it.resource for it in direct.grants] == [f"{KEYS}/1111"]


def test_what_the_policy_grants_on_the_first_cycle_s_resources_is_not_granted_again() -> None:
    first = seen("iam:PutRolePolicy", *roles("orders-dev-a"))
    granted = a_statement("iam:PutRolePolicy", f"{IAM}:role/orders-${{stage}}-a")

    (one,) = planned(a_denial("iam:PutRolePolicy", "*"), first=first, statements=(granted,))

    assert one.grants == ()


def test_no_bucket_action_is_granted_on_an_object() -> None:
    both = a_statement("s3:GetBucketTagging", "arn:aws:s3:::orders-${stage}*")
    first = (
        *seen("s3:CreateBucket", "arn:aws:s3:::orders-dev"),
        *seen("s3:CreateBucket", "arn:aws:s3:::orders-dev/key"),
    )

    (one,) = planned(
        a_denial("s3:PutBucketTagging", "arn:aws:s3:::orders-qa"), first=first, statements=(both,)
    )

    assert [it.resource for it in one.grants] == ["arn:aws:s3:::orders-dev"]


def after(*rounds: str, action: str = "iam:CreateRole") -> tuple[Round, ...]:
    return tuple(
        a_round(number, FAILED, repaired=(a_denial(action, name),))
        for number, name in enumerate(rounds, start=1)
    )


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


def test_a_name_without_its_path_stands_for_the_first_cycle_s_role_with_it() -> None:
    first = seen("iam:CreateRole", *roles("made/orders-dev"))

    assert repaired(*roles("orders-qa"), action="iam:PutRolePolicy", first=first) == roles(
        "made/orders-dev"
    )


def test_a_random_name_without_its_path_is_told_by_the_policy() -> None:
    first = seen("iam:CreateRole", *roles("made/orders-dev-1A2B"))
    known = a_statement("iam:CreateRole", f"{IAM}:role/made/orders-${{stage}}-*")

    (one,) = planned(
        a_denial("iam:PutRolePolicy", *roles("orders-qa-9Z8Y")), first=first, statements=(known,)
    )

    assert [it.resource for it in one.grants] == roles("made/orders-dev-1A2B")
