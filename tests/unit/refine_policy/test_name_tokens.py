"""Which letters are a word and which are drawn: a suffix that is held fails the next run."""

import random
import string

import pytest

from lambdas.refine_policy.resource_names.name_tokens import Shape, may_be_suffix, pieces

DRAWN = 20_000
HELD_IN = 1_000  # one in so many at most; letters alone are one suffix in fifty


@pytest.mark.parametrize("length", [12, 13])
def test_of_letters_that_are_drawn_next_to_none_pass_for_a_word(length: int) -> None:
    draw = random.Random(length)  # noqa: S311 (no secret)
    words = ["".join(draw.choices(string.ascii_lowercase, k=length)) for _ in range(DRAWN)]

    held = [word for word in words if not may_be_suffix(word)]

    assert len(held) <= DRAWN // HELD_IN, held


@pytest.mark.parametrize(
    "word",
    [
        "notification",
        "subscription",
        "registration",
        "transactions",
        "authenticator",
        "ProcessOrder",
    ],
)
def test_a_word_as_long_as_a_suffix_stays_a_word(word: str) -> None:
    assert not may_be_suffix(word)


@pytest.mark.parametrize("digits", [16, 28, 32, 40, 64])
def test_a_hash_is_known_though_a_word_stands_right_before_it(digits: int) -> None:
    digest = "0123456789abcdef" * 8

    cut = pieces(f"order{digest[:digits]}-rule")

    assert [(one.text, one.shape) for one in cut[:2]] == [
        ("order", Shape.WORD),
        (digest[:digits], Shape.HASH),
    ]


@pytest.mark.parametrize(
    "text", ["release20251129123456789", "cafefadedeadbeefaced", "a1b2c3d4e5f60718"]
)
def test_numbers_letters_and_what_stands_alone_are_not_what_is_left_of_a_hash(text: str) -> None:
    assert Shape.HASH not in [one.shape for one in pieces(text)]
