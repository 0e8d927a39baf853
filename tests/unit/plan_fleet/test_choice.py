"""Which processes a fleet takes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.errors import FleetNotChosenError
from lambdas.model.definition.process_parameter import Place
from lambdas.plan_fleet.choice import KEYS, Candidate, Choice, chosen

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
NAMES = ("alpha", "beta", "gamma", "delta")
OWNERS = ("a@example.com", "b@example.com")
SANDBOXES = ("north", "south")


def a_candidate(process: str = "alpha", **more: Any) -> Candidate:
    owner, sandbox = more.pop("owner", OWNERS[0]), more.pop("sandbox", SANDBOXES[0])
    place = Place(name=sandbox, account="1" * 12, region="eu-west-1")
    return Candidate(process=process, owner=owner, place=place, **more)


def taken(candidates: list[Candidate], raw: Any) -> list[str]:
    return [one.process for one in chosen(candidates, Choice.from_json(raw), NOW)]


ALL = [
    a_candidate("alpha", proved=NOW - timedelta(days=40)),
    a_candidate("beta", owner=OWNERS[1], proved=NOW - timedelta(days=3)),
    a_candidate("gamma", sandbox="south"),
    a_candidate("delta", sandbox="south", owner=OWNERS[1], proved=NOW - timedelta(days=8)),
]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"all": True}, ["gamma", "alpha", "delta", "beta"]),
        ({"names": ["beta", "alpha"]}, ["alpha", "beta"]),
        ({"owners": [OWNERS[1]]}, ["delta", "beta"]),
        ({"sandboxes": ["south"]}, ["gamma", "delta"]),
        ({"sandboxes": ["south"], "owners": [OWNERS[1]]}, ["delta"]),
        ({"olderThanDays": 7}, ["alpha", "delta"]),
        ({"neverProved": True}, ["gamma"]),
        ({"olderThanDays": 30, "neverProved": True}, ["gamma", "alpha"]),
        ({"names": ["beta"], "olderThanDays": 7}, []),
    ],
)
def test_a_choice_takes_what_it_says_the_most_urgent_first(raw: Any, expected: list[str]) -> None:
    assert taken(ALL, raw) == expected


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (None, "chooses nothing"),
        ({}, "chooses nothing"),
        ([], "chooses nothing"),
        ({"al": True}, "does not know al"),
        ({"all": False}, "choose.all is False"),
        ({"all": True, "names": ["alpha"]}, "beside other keys"),
        ({"names": []}, r"choose.names is \[\]"),
        ({"names": "alpha"}, "write a list"),
        ({"owners": [1]}, "write a list"),
        ({"olderThanDays": -1}, "write a number of days"),
        ({"olderThanDays": True}, "write a number of days"),
        ({"olderThanDays": 1e300}, "write a number of days from 0 to 36500"),
        ({"olderThanDays": "a week"}, "'a week'; write a number of days"),
        ({"x" * 100_000: True}, r"does not know x{200}… \(100,000 characters"),
        ({"names": "x" * 100_000}, r"choose.names is 'x{199}… \(100,002 characters"),
        ({"names": ["x" * 100_000]}, r"choose.names has x{200}… \(100,000 characters"),
        ({"neverProved": False}, "choose.neverProved is False"),
        ({"names": ["ham", "alpha"]}, "choose.names has ham, which no process has; known are"),
        ({"owners": ["nobody@example.com"]}, "choose.owners has nobody@example.com"),
        ({"sandboxes": ["west"]}, "choose.sandboxes has west"),
    ],
)
def test_a_choice_that_cannot_be_meant_is_refused_with_what_to_write(raw: Any, told: str) -> None:
    with pytest.raises(FleetNotChosenError, match=told):
        taken(ALL, raw)


def test_an_age_passes_over_what_has_no_proof_and_that_is_told() -> None:
    there = [a_candidate("beta", proved=NOW), a_candidate("gamma", sandbox="south")]

    def passed_over(**raw: Any) -> list[str]:
        choice = Choice.from_json(raw)
        return [one.process for one in there if choice.passes_over(one)]

    assert passed_over(olderThanDays=7) == ["gamma"]
    assert passed_over(olderThanDays=7, sandboxes=["north"]) == []
    assert passed_over(olderThanDays=7, neverProved=True) == []
    assert passed_over(all=True) == []


def test_of_many_unknown_names_a_message_tells_some() -> None:
    with pytest.raises(FleetNotChosenError, match="and 180 more") as refused:
        taken(ALL, {"names": [f"p{number}" for number in range(200)]})

    assert len(str(refused.value)) < 1_000


candidates = st.lists(
    st.builds(
        a_candidate,
        st.sampled_from(NAMES),
        owner=st.sampled_from(OWNERS),
        sandbox=st.sampled_from(SANDBOXES),
        proved=st.none() | st.integers(0, 90).map(lambda days: NOW - timedelta(days=days)),
    ),
    unique_by=lambda one: one.process,
)
wanted = st.fixed_dictionaries(
    {},
    optional={
        "olderThanDays": st.integers(0, 90),
        "neverProved": st.just(value=True),
    },
)


@given(candidates, wanted)
def test_more_is_never_taken_than_by_all_and_each_once(
    there: list[Candidate], asked: dict[str, Any]
) -> None:
    everything = taken(there, {"all": True})
    found = taken(there, asked or {"all": True})

    assert sorted(everything) == sorted(one.process for one in there)
    assert [one for one in everything if one in found] == found  # the same order, none twice


@given(candidates, st.integers(0, 90))
def test_old_ones_and_unproved_ones_are_apart_and_together_what_both_say(
    there: list[Candidate], days: int
) -> None:
    old, never = taken(there, {"olderThanDays": days}), taken(there, {"neverProved": True})

    assert not set(old) & set(never)
    both = taken(there, {"olderThanDays": days, "neverProved": True})
    assert sorted(both) == sorted([*old, *never])


def test_the_keys_are_those_that_are_documented() -> None:
    assert set(KEYS) == {"all", "names", "owners", "sandboxes", "olderThanDays", "neverProved"}
