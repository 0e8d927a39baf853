"""Hashes that tools compute of a stack's name, in names of what may never have existed."""

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


def cut_rule(name: str, suffix: str = "rule-1") -> str:
    """As the Serverless Framework names a rule whose name has more than 64 characters.

    https://github.com/serverless/serverless: aws/package/compile/events/event-bridge/utils.js
    """
    whole = f"{name}-{suffix}"
    digest = hashlib.md5(whole.encode(), usedforsecurity=False).hexdigest()
    return f"{whole[: 31 - len(suffix)]}{digest}-{suffix}"


def rule(name: str, bus: str = "") -> str:
    lines = [
        seen("events:PutRule", f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{bus}{name}"),
        seen("cloudformation:CreateChangeSet", stack("orders-dev")),
    ]
    (found,) = granted(refined(lines))["events:PutRule"]
    return found.split(":rule/")[1]


@pytest.mark.parametrize(
    ("name", "opened"),
    [
        (
            "workshop-production-ready-serverless-dev-notify-restaurant",
            "workshop-production-ready*",
        ),
        ("orders-dev-tell-the-warehouse-about-what-was-sold-today-and-why", "orders-${stage}-*"),
        (
            "warehouse-replenishment-dev-notify-the-supplier-of-shortages",
            "warehouse-replenishment-*",
        ),
        ("warehouse-replenishing-dev-notify-the-supplier-of-shortages", "warehouse-replenishing-*"),
    ],
)
def test_a_hash_glued_to_what_is_left_of_a_name_is_open_and_so_is_what_a_value_moves(
    name: str, opened: str
) -> None:
    assert rule(cut_rule(name)) == f"{opened}-rule-1"


def test_a_variable_of_another_part_of_the_arn_moves_nothing() -> None:
    name = "workshop-production-ready-serverless-dev-notify-restaurant"

    assert rule(cut_rule(name), "sales-dev/") == "sales-${stage}/workshop-production-ready*-rule-1"
