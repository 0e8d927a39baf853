"""Names are cut as public names of real accounts are, and made up as CloudFormation does."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedded_aws.services.cloudformation.engine.physical_names import (
    ALPHABETS,
    known_types,
    rule_of,
)

TYPES = sorted(known_types())
STACKS = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,127}", fullmatch=True)
LOGICAL_IDS = st.from_regex(r"[A-Za-z0-9]{1,255}", fullmatch=True)


@pytest.mark.parametrize("kind", TYPES)
def test_a_type_is_named_as_a_public_name_of_it_shows(kind: str) -> None:
    example = known_types()[kind]["example"]
    rule = rule_of(kind, longest=0)
    suffix = example["name"].rpartition("-")[2]

    assert rule.name(example["stack"], example["logical_id"], suffix) == example["name"]
    assert len(suffix) in {size for sizes in rule.suffix.values() for size in sizes}
    assert example["source"].startswith("https://")


@pytest.mark.parametrize(
    ("longest", "suffix", "stack", "logical_id"),
    [
        (63, 13, 24, 24),  # serverless/serverless#2791
        (63, 12, 25, 24),  # a stack of 25 characters beside a suffix of 12
        (64, 13, 25, 24),  # KensioSoftware/yulin#1113
        (64, 12, 25, 25),
    ],
)
def test_two_long_parts_share_the_room_the_stacks_the_larger(
    longest: int, suffix: int, stack: int, logical_id: int
) -> None:
    name = rule_of("", longest=longest).name("s" * 128, "L" * 128, "X" * suffix)

    assert re.fullmatch(rf"s{{{stack}}}-L{{{logical_id}}}-X{{{suffix}}}", name)


def test_a_short_part_leaves_its_room_to_the_other() -> None:
    role = rule_of("AWS::IAM::Role", longest=64)

    name = role.name("s" * 128, "LambdaExecutionRole", "1IO87ERIY4ZO8")

    assert name == f"{'s' * 30}-LambdaExecutionRole-1IO87ERIY4ZO8"
    assert role.name("short", "L" * 128, "1IO87ERIY4ZO8") == f"short-{'L' * 44}-1IO87ERIY4ZO8"


def test_hyphens_stay_where_a_name_is_cut_behind_one() -> None:
    name = rule_of("AWS::S3::Bucket", longest=63).name(f"{'a' * 23}-dev", "B" * 30, "1" * 13)

    assert name.startswith(f"{'a' * 23}--{'b' * 24}-")


@given(st.sampled_from(TYPES), STACKS, LOGICAL_IDS, st.binary(max_size=16))
def test_a_name_never_exceeds_its_length_and_ends_in_a_suffix_of_its_alphabet(
    kind: str, stack: str, logical_id: str, seed: bytes
) -> None:
    rule = rule_of(kind, longest=0)
    suffix = rule.suffix_of(seed)

    name = rule.name(stack, logical_id, suffix)

    assert len(name) <= rule.longest
    assert name.rpartition("-")[2] == suffix
    assert any(
        len(suffix) in sizes and set(suffix) <= set(ALPHABETS[alphabet])
        for alphabet, sizes in rule.suffix.items()
    )
    assert rule.suffix_of(seed) == suffix
    if rule.lowercase:
        assert name == name.lower()


@given(STACKS, LOGICAL_IDS)
def test_what_fits_is_not_cut(stack: str, logical_id: str) -> None:
    rule = rule_of("", longest=len(stack) + len(logical_id) + 15)

    assert rule.name(stack, logical_id, "X" * 13) == f"{stack}-{logical_id}-{'X' * 13}"
