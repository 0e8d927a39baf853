"""Names that CloudFormation makes up: every row of the table reproduces real ones; laws of the cut."""

import ast
import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedded_aws.services.cloudformation.engine import glued_names
from embedded_aws.services.cloudformation.forwarding.mapping.call_table import (
    curated_types,
    table_of,
)
from embedded_aws.services.cloudformation.naming import rules
from embedded_aws.services.cloudformation.naming.names import (
    composed,
    drawn_suffix,
    ending_of,
    kept_parts,
    shares,
)
from embedded_aws.services.cloudformation.naming.rules import Rule, rule_of
from embedded_aws.services.cloudformation.registry.types import registered

KNOWN: dict[str, dict[str, Any]] = rules.content()["known"]
LISTED = [*KNOWN, *rules.content()["open"]]
EXAMPLES = [
    pytest.param(kind, one, id=one["name"])
    for kind, row in KNOWN.items()
    for one in row["examples"]
]
LONGEST_STACK = 128  # characters, CloudFormation's own limit
REST = "x" * LONGEST_STACK  # of a part whose end the source does not tell

TYPES = st.sampled_from(LISTED)
STACKS = st.from_regex(r"[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+){0,8}", fullmatch=True).map(
    lambda text: text[:LONGEST_STACK].rstrip("-")
)
LOGICAL_IDS = st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,80}", fullmatch=True)


def suffix_in(rule: Rule, example: dict[str, Any]) -> str:
    """The end of a real name with which the rule makes that very name."""
    stack, logical = (example[part].replace("…", REST) for part in ("stack", "logical"))
    lengths = {length for one in rule.suffixes for length in one.lengths} or {0}
    for length in lengths:
        suffix = str(example["name"][len(example["name"]) - length :])
        if composed(rule, stack, logical, suffix) == example["name"]:
            return suffix
    pytest.fail(f"{example['name']} is no name of {stack} and {logical} by {rule}")


@pytest.mark.parametrize(("kind", "example"), EXAMPLES)
def test_every_row_makes_the_real_names_that_it_was_read_from(
    kind: str, example: dict[str, Any]
) -> None:
    rule = rule_of(kind)

    suffix = suffix_in(rule, example)

    letters = "".join(one.letters for one in rule.suffixes)
    assert set(suffix) <= set(letters.lower() if rule.lowercase else letters)


@pytest.mark.parametrize("kind", KNOWN)
def test_every_row_says_where_its_names_were_seen(kind: str) -> None:
    sources = rules.content()["sources"]

    for example in KNOWN[kind]["examples"]:
        assert sources.get(example["source"], example["source"]).startswith("https://")


def test_the_halves_are_shared_as_public_names_show() -> None:
    # What is left of 63 and 64 characters after two hyphens and a suffix of 12 or 13.
    assert shares(63 - 13 - 2, 70, 26) == (24, 24)
    assert shares(63 - 12 - 2, 26, 28) == (25, 24)
    assert shares(64 - 12 - 2, 26, 45) == (25, 25)
    # A short half leaves its room to the other.
    assert shares(64 - 13 - 2, 40, 19) == (30, 19)
    assert shares(64 - 13 - 2, 8, 58) == (8, 41)


@given(room=st.integers(0, 500), stack=st.integers(0, 128), logical=st.integers(0, 255))
def test_no_room_is_wasted_and_no_half_is_robbed(room: int, stack: int, logical: int) -> None:
    first, second = shares(room, stack, logical)

    assert first + second == min(room, stack + logical)
    assert first >= min(stack, room // 2)
    assert second >= min(logical, room // 2)
    assert first <= stack
    assert second <= logical


@given(kind=TYPES, stack=STACKS, logical=LOGICAL_IDS)
def test_a_name_is_never_too_long_and_ends_in_a_suffix_of_its_type(
    kind: str, stack: str, logical: str
) -> None:
    rule = rule_of(kind)
    suffix = drawn_suffix(rule)

    name = composed(rule, stack, logical, suffix)

    shown = suffix.lower() if rule.lowercase else suffix
    assert len(name) <= rule.limit
    assert name.endswith(f"{rule.separator}{shown}" if shown else name)
    if rule.suffixes:
        assert any(
            set(suffix) <= set(one.letters) and len(suffix) in one.lengths for one in rule.suffixes
        )
    assert name == name.lower() or not rule.lowercase


@given(kind=TYPES, stack=STACKS, logical=LOGICAL_IDS)
def test_hyphens_of_the_stack_stay_where_a_name_may_have_them(
    kind: str, stack: str, logical: str
) -> None:
    rule = rule_of(kind)
    suffix = drawn_suffix(rule)

    kept = kept_parts(rule, stack, logical, suffix=len(suffix))

    if "stack" in kept:
        assert stack.replace("-", rule.separator).startswith(kept["stack"])
    assert logical.startswith(kept["logical"])


@given(logical=LOGICAL_IDS, kind=TYPES)
def test_the_longest_stack_name_leaves_the_logical_id_its_half(kind: str, logical: str) -> None:
    rule, stack = rule_of(kind), "s" * LONGEST_STACK
    suffix = drawn_suffix(rule)

    name = composed(rule, stack, logical, suffix)

    kept = kept_parts(rule, stack, logical, suffix=len(suffix))["logical"]
    assert (kept.lower() if rule.lowercase else kept) in name
    assert len(kept) >= min(len(logical), (rule.limit - 16) // 2 - len(rule.prefix))


def test_a_queue_or_topic_in_order_says_so_within_its_length() -> None:
    for kind, switch in (("AWS::SQS::Queue", "FifoQueue"), ("AWS::SNS::Topic", "FifoTopic")):
        rule = rule_of(kind)

        name = composed(rule, "s" * 128, "Q" * 255, "A" * 12, {switch: "true"})

        assert name.endswith("-AAAAAAAAAAAA.fifo")
        assert len(name) == rule.limit
        assert ending_of(rule, {switch: False}) == ""


def test_suffixes_are_drawn_anew_with_every_length_and_alphabet_of_the_type() -> None:
    rule = rule_of("AWS::IAM::Role")

    drawn = {drawn_suffix(rule) for _ in range(500)}

    assert len(drawn) == 500
    assert {len(one) for one in drawn} == {12, 13}
    assert any(re.search("[a-z]", one) for one in drawn)


def test_a_type_without_a_public_name_follows_the_general_rule_and_is_told() -> None:
    kind = "AWS::MediaLive::Channel"

    rule = rule_of(kind)

    assert not rule.known
    assert kind in rules.findings
    assert composed(rule, "media", "Channel", "A" * 12) == "media-Channel-AAAAAAAAAAAA"


def test_a_type_that_services_give_an_id_has_no_name_to_make_up() -> None:
    assert not rules.is_named("AWS::ApiGatewayV2::RouteResponse")
    assert rules.is_named("AWS::EC2::SecurityGroup")  # the template may give one, beside the id
    assert rules.is_named("AWS::CloudFront::ResponseHeadersPolicy") is False
    rule_of("AWS::ApiGatewayV2::RouteResponse")
    assert "AWS::ApiGatewayV2::RouteResponse" not in rules.findings


def test_what_is_known_is_no_finding() -> None:
    rule_of("AWS::S3::Bucket")

    assert "AWS::S3::Bucket" not in rules.findings


@pytest.mark.parametrize("kind", curated_types())
def test_every_curated_type_that_may_go_unnamed_is_in_the_table(kind: str) -> None:
    """One that is not takes the registry's form, which tells no more than a longest name."""
    table = table_of(kind)
    assert table is not None
    required = registered(kind).required
    if table.name and table.name not in required:
        assert kind in LISTED, f"how does CloudFormation name {kind} without {table.name}?"


# MiniStack's functions that glue a name together, and the types whose handlers they are.
GLUING = {
    "_cfn_wait_condition_create": "AWS::CloudFormation::WaitCondition",
    "_cwlogs_create": "AWS::Logs::LogGroup",
    "_cwlogs_update": "AWS::Logs::LogGroup",
    "_ec2_sg_create": "AWS::EC2::SecurityGroup",
    "_ec2_sg_update": "AWS::EC2::SecurityGroup",
    "_ecs_cluster_create": "AWS::ECS::Cluster",
    "_ecs_cluster_update": "AWS::ECS::Cluster",
    "_ecs_service_create": "AWS::ECS::Service",
    "_ecs_task_def_create": "AWS::ECS::TaskDefinition",
    "_lambda_permission_create": "AWS::Lambda::Permission",
    "_policy_attachment_create": "AWS::SQS::QueuePolicy",
    "_ssm_create": "AWS::SSM::Parameter",
}
# Replaced as a whole, asked for a type that needs a name, or of a type that MiniStack lacks.
OTHERWISE = {
    "_cfn_nested_stack_deploy",
    "_kms_alias_name",
    "_opensearch_physical_name",
    "_physical_name",
    "_provision_resource",
}


def gluing_functions() -> set[str]:
    """MiniStack's functions with a text of a stack's name and a logical id."""
    spec = importlib.util.find_spec("ministack.services.cloudformation.provisioners")
    assert spec is not None
    assert spec.origin is not None
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    return {
        function.name
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for text in ast.walk(function)
        if isinstance(text, ast.JoinedStr)
        and (said := ast.unparse(text))
        and "{stack_name}" in said.replace("parent_", "")
        and "{logical_id" in said
    }


def test_every_name_that_ministack_glues_together_is_named_by_the_rules() -> None:
    assert gluing_functions() == GLUING.keys() | OTHERWISE
    assert set(GLUING.values()) <= glued_names.GIVEN.keys() | set(glued_names.GLUED)
