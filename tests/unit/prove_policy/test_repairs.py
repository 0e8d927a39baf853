"""What a denial is repaired by: the first cycle's resources, under the proof's names."""

from dataclasses import replace

import pytest

from lambdas.model.definition.variables import Use
from lambdas.prove_policy.denials import Source
from tests.unit.prove_policy.builders import (
    CANDIDATE,
    QUEUE,
    SANDBOX,
    a_denial,
    a_statement,
)
from tests.unit.prove_policy.plans import IAM, planned, repaired, roles, seen


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
