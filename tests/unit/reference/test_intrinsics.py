import re
from itertools import product

import pytest

from lambdas.reference.operation_verbs import creating
from lambdas.reference.stacks.intrinsics import joined, long_form, pseudo_parameters


@pytest.mark.parametrize(
    ("tag", "value", "long"),
    [
        ("GetAtt", "A.B.C", {"Fn::GetAtt": ["A", "B.C"]}),
        ("GetAtt", ["A", "B"], {"Fn::GetAtt": ["A", "B"]}),
        ("Ref", "A", {"Ref": "A"}),
        ("Condition", "A", {"Condition": "A"}),
        ("Sub", "${A}", {"Fn::Sub": "${A}"}),
    ],
)
def test_a_short_tag_is_what_json_writes(tag: str, value: object, long: object) -> None:
    assert long_form(tag, value) == long


@pytest.mark.parametrize("held", list(product([True, False, None], repeat=2)))
def test_conditions_are_decided_as_soon_as_they_can_be(held: tuple[bool | None, ...]) -> None:
    both = False if False in held else None if None in held else True
    one = True if True in held else None if None in held else False

    assert joined("Fn::And", held) is both
    assert joined("Fn::Or", held) is one


def test_nothing_is_decided_of_what_is_not_known() -> None:
    assert joined("Fn::Not", [None]) is joined("Fn::Not", []) is joined("Fn::Xor", [True]) is None
    assert joined("Fn::Not", [False]) is True


def test_china_has_an_address_of_its_own() -> None:
    assert pseudo_parameters("aws-cn", "cn-north-1", "1")["AWS::URLSuffix"] == "amazonaws.com.cn"
    assert pseudo_parameters("aws", "eu-west-1", "1")["AWS::URLSuffix"] == "amazonaws.com"


def test_every_reader_knows_the_verbs_that_create_and_may_add_its_own() -> None:
    assert re.match(creating("Put"), "PutRule")
    assert re.match(creating(), "CreateQueue")
    assert not re.match(creating(), "PutRule")
