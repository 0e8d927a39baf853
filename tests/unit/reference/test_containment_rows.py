"""What tells one's own things from others': each row says no more than its sources do."""

import re

import pytest

from lambdas.model.iam.action import Action
from lambdas.model.iam.arn import resource_of
from lambdas.reference import actions as reference
from lambdas.reference.arn_parts import ArnParser
from lambdas.reference.shards import shard
from lambdas.reference.stacks.containment import (
    RESOURCE_TAG,
    Means,
    Row,
    row_of,
    rows,
    services,
    tagged_on_create,
)

ROWS = [one for service in services() for one in rows(service)]
TAGGED = [one for one in ROWS if one.by is Means.STACK_TAG]
UNLISTED = "the reference lists no condition on tags for the type"
NO_TYPE = "no type of the registry to which CloudFormation gives its own tags makes it"


def named(row: Row) -> str:
    return f"{row.service} {row.form}"


def with_tags(service: str, form: str) -> set[bool]:
    """Whether the reference lists tags for the types of a form."""
    return {
        RESOURCE_TAG in kind.condition_keys
        for kind in reference.resource_types(service)
        for arn in kind.arns
        if re.sub(r"\$\{[^}]*\}", "{}", resource_of(arn)) == form
    }


def test_a_row_has_its_page_and_says_what_it_rests_on() -> None:
    assert len({named(one) for one in ROWS}) == len(ROWS)
    for one in ROWS:
        assert one.page.startswith("https://"), named(one)
        assert bool(one.why) is (one.by is Means.NOTHING), named(one)
        assert bool(one.types) is (one.by is Means.STACK_TAG), named(one)


def test_a_stack_s_tag_is_there_from_the_call_on_that_makes_the_thing() -> None:
    for one in TAGGED:
        assert one.types <= tagged_on_create(), named(one)


@pytest.mark.parametrize("row", [one for one in TAGGED if one.listed != "page"], ids=named)
def test_the_reference_lists_the_tag_of_what_a_row_conditions(row: Row) -> None:
    known = [facts for one in reference.actions_of(row.service) if (facts := reference.facts(one))]

    assert any(row.lists(one.action, one) for one in known)


def test_where_no_condition_is_said_to_be_listed_none_is() -> None:
    said = [one for one in ROWS if one.why == UNLISTED]

    assert said
    for one in said:
        assert True not in with_tags(one.service, one.form), named(one)


def test_no_type_that_gets_a_stack_s_tags_is_said_not_to_be_there() -> None:
    """By its noun: `AWS::EC2::Host` would make what `host/{}` is about."""
    nouns = {
        (name.split("::")[1].lower(), name.split("::")[2].lower()) for name in tagged_on_create()
    }
    said = [one for one in ROWS if one.why == NO_TYPE]

    assert said
    for one in said:
        noun = re.sub(r"[^a-z]", "", re.split(r"[/:]\{", one.form.lstrip("/"))[0].lower())
        assert (one.service.replace("-", ""), noun) not in nouns, named(one)


def test_of_the_services_that_people_deploy_every_form_with_an_id_has_a_row() -> None:
    layout = ArnParser(reference)
    tables = shard("authorized_actions")["services"].values()
    unread = [
        f"{service} {resource}"
        for service in sorted({one["prefix"] for one in tables})
        for kind in reference.resource_types(service)
        for resource in map(resource_of, kind.arns)
        for slot in [one for one in layout.read(service, resource)[1] if one.placeholder][:1]
        if slot.is_id and row_of(service, resource) is None
    ]

    assert unread == []


def test_a_row_is_about_its_own_kind_alone() -> None:
    """`transit-gateway` is not `transit-gateway-attachment`, whose actions list the key, too."""
    gateway = row_of("ec2", "transit-gateway/tgw-1")
    attachment = row_of("ec2", "transit-gateway-attachment/tgw-attach-1")
    accept = reference.facts(Action("ec2", "AcceptTransitGatewayVpcAttachment"))
    assert gateway
    assert attachment
    assert accept

    assert attachment.lists(accept.action, accept)
    assert not gateway.lists(accept.action, accept)
