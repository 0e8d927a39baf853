"""Hashes that tools compute of a stack's name, in names of what may never have existed."""

from __future__ import annotations

import hashlib

import pytest

from tests.unit.refine_policy.builders import ACCOUNT, REGION, granted, refined, seen


def stack(name: str) -> str:
    return f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{name}/*"


def described(parent: str, companion: str) -> list[str]:
    lines = [
        seen("cloudformation:DeleteStack", stack(parent)),
        seen("cloudformation:DescribeStacks", stack(companion)),
    ]
    (found,) = granted(refined(lines))["cloudformation:DescribeStacks"]
    return found.split(":stack/")[1].split("/")


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_a_hash_of_the_stack_s_name_is_left_open(algorithm: str) -> None:
    digest = hashlib.new(algorithm, b"orders-dev").hexdigest()[:8]

    name, _ = described("orders-dev", f"orders-dev-{digest}-CompanionStack")

    assert name == "orders-${stage}-*-CompanionStack"


def test_a_hash_of_a_name_that_holds_no_variable_is_the_same_in_every_cycle() -> None:
    digest = hashlib.md5(b"shared", usedforsecurity=False).hexdigest()[:8]

    name, _ = described("shared", f"shared-{digest}-CompanionStack")

    assert name == f"shared-{digest}-CompanionStack"


def test_what_only_looks_like_a_hash_stays() -> None:
    name, _ = described("orders-dev", "orders-dev-deadbeef-CompanionStack")

    assert name == "orders-${stage}-deadbeef-CompanionStack"
