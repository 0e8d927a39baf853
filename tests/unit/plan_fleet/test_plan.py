"""What a fleet takes, and what becomes of Access Analyzer's quota."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.errors import FleetNotChosenError, FleetNotConfirmedError
from lambdas.model.archive.fleet import Fleet
from lambdas.model.definition.process_parameter import Place
from lambdas.plan_fleet.choice import Candidate
from lambdas.plan_fleet.documents import documents
from lambdas.plan_fleet.plan import DAY, MOST_DAYS, Plan, plan, quota_of
from lambdas.plan_fleet.request import Request

FLEET = Fleet(id="20261130T120000Z-1a2b3c4d", started_at="2026-11-30T12:00:00.000Z")
PLACES = (
    Place(name="north", account="1" * 12, region="eu-west-1"),
    Place(name="milan", account="2" * 12, region="eu-south-1"),
)


def many(number: int, place: Place = PLACES[0], **more: Any) -> list[Candidate]:
    return [
        Candidate(process=f"p{at:03}", owner="a@example.com", place=place, **more)
        for at in range(number)
    ]


def planned(candidates: list[Candidate], **asked: Any) -> Plan:
    given_ = {"choose": {"all": True}, "confirm": True, **asked}
    request = Request.from_json(given_, generator="access-analyzer", at_once=5)
    return plan(candidates, request, known=len(candidates), confirm_above=20)


def generators(made: Plan) -> list[str]:
    return [run.generator for one in made.sandboxes for run in one.runs]


def test_the_quota_is_that_of_the_region() -> None:
    assert [quota_of(one) for one in PLACES] == [50, 5]


def test_what_is_beyond_the_quota_of_a_day_goes_without_access_analyzer() -> None:
    made = planned(many(53) + many(7, PLACES[1]))

    milan, north = made.sandboxes
    assert (milan.generations, milan.without, milan.days) == (5, 2, 1)
    assert (north.generations, north.without, north.days) == (50, 3, 1)
    assert "5 runs without Access Analyzer: its generations of a day do not suffice." in made.words


def test_or_it_waits_for_another_day_when_the_input_says_so() -> None:
    made = planned(many(12, PLACES[1]), beyondQuota="days")

    (milan,) = made.sandboxes
    assert milan.without == 0
    assert [one.day for one in milan.runs] == [0] * 5 + [1] * 5 + [2] * 2
    assert 2 * DAY < milan.minutes < 3 * DAY
    assert "They start on 3 days" in made.words


def test_with_the_generator_trail_there_is_no_quota() -> None:
    made = planned(many(100), generator="trail", beyondQuota="days")

    assert set(generators(made)) == {"trail"}
    assert {one.day for sandbox in made.sandboxes for one in sandbox.runs} == {0}
    assert "the input says so" in made.words


def test_a_fleet_of_more_days_than_there_may_be_is_refused() -> None:
    with pytest.raises(FleetNotChosenError, match=f"A fleet may take {MOST_DAYS} days"):
        planned(many(5 * MOST_DAYS + 1, PLACES[1]), beyondQuota="days")
    assert planned(many(5 * MOST_DAYS, PLACES[1]), beyondQuota="days").runs == 70


def test_a_large_fleet_must_be_confirmed_and_says_what_it_would_take() -> None:
    with pytest.raises(FleetNotConfirmedError) as refused:
        planned(many(21), confirm=False)

    told = str(refused.value)
    assert told.startswith("21 runs of 21 processes in 1 sandbox: about ")
    assert '"confirm": true' in told
    assert "hours" in told
    assert "dollars" in told
    assert "Nothing has been started" in told
    assert planned(many(20), confirm=False).runs == 20


def test_a_run_takes_what_the_documentation_says_of_one() -> None:
    (sandbox,) = planned(many(1)).sandboxes

    assert sandbox.minutes == pytest.approx(54, abs=1)  # docs/operations.md, proved at once
    assert sandbox.dollars == pytest.approx(0.138, abs=0.001)


def test_a_known_cycle_counts_and_a_proof_that_is_left_out_does_not() -> None:
    (usual,) = planned(many(1)).sandboxes
    (longer,) = planned(many(1, cycle=16.0)).sandboxes
    (alone,) = planned(many(1), prove=False).sandboxes
    (never,) = planned(many(1, proves=False)).sandboxes

    assert longer.minutes == usual.minutes + 20
    assert longer.dollars == pytest.approx(usual.dollars + 0.2)
    assert alone.minutes == never.minutes < usual.minutes
    assert not alone.runs[0].proves


def test_nothing_chosen_is_a_plan_of_nothing() -> None:
    made = planned([])

    assert (made.runs, made.minutes, made.dollars) == (0, 0, 0)
    assert made.words == "None of 0 processes is chosen."


def test_what_an_age_passes_over_is_told_with_what_to_write() -> None:
    asked = {"choose": {"olderThanDays": 7}}
    request = Request.from_json(asked, generator="trail", at_once=5)

    def words(runs: int, passed_over: int) -> str:
        return plan(many(runs), request, known=3, confirm_above=20, passed_over=passed_over).words

    told = "no proof at all, which olderThanDays does not choose: neverProved does."
    assert words(0, 2) == f"None of 3 processes is chosen. 2 processes have {told}"
    assert words(2, 1).endswith(f" 1 process has {told}")
    assert "no proof at all" not in words(2, 0)


counts = st.tuples(st.integers(0, 120), st.integers(0, 60))


@given(counts, st.sampled_from(["trail", "days"]), st.integers(1, 50))
def test_no_day_of_any_account_has_more_generations_than_its_quota(
    sizes: tuple[int, int], beyond: str, at_once: int
) -> None:
    made = planned(many(sizes[0]) + many(sizes[1], PLACES[1]), beyondQuota=beyond, atOnce=at_once)

    for one in made.sandboxes:
        for day in range(one.days):
            ours = [run for run in one.runs if run.day == day and run.generator != "trail"]
            assert len(ours) <= quota_of(one.place)
    assert made.runs == sum(sizes)
    assert made.dollars == pytest.approx(sum(one.dollars for one in made.sandboxes))


@given(st.integers(1, 60), st.integers(1, 20))
def test_more_at_once_never_takes_longer_nor_more_processes_less(number: int, at_once: int) -> None:
    def minutes(size: int, lanes: int) -> float:
        return planned(many(size), atOnce=lanes).minutes

    assert minutes(number, at_once + 1) <= minutes(number, at_once)
    assert minutes(number + 1, at_once) >= minutes(number, at_once)


@given(counts, st.randoms())
def test_a_plan_is_the_same_whatever_order_processes_are_listed_in(
    sizes: tuple[int, int], random: Any
) -> None:
    there = many(sizes[0]) + [
        replace(one, process=f"m{one.process}") for one in many(sizes[1], PLACES[1])
    ]
    first = documents(FLEET, planned(sorted(there, key=lambda one: one.urgency)))
    random.shuffle(there)

    assert documents(FLEET, planned(sorted(there, key=lambda one: one.urgency))) == first


def test_items_name_each_run_for_its_fleet_and_its_day() -> None:
    files = documents(FLEET, planned(many(7, PLACES[1], proves=False), beyondQuota="days"))
    (sandbox,) = json.loads(files["sandboxes.json"])
    items = json.loads(files[sandbox["items"].removeprefix(FLEET.key(""))])

    assert sandbox == {"sandbox": "milan", "atOnce": 5, "items": FLEET.key("items/0000.json")}
    assert [one["name"] for one in items] == [f"{FLEET.id}-p{at:03}" for at in range(7)]
    assert json.loads(items[0]["input"]) == {
        "process": "p000",
        "generator": "access-analyzer",
        "fleet": FLEET.id,
        "prove": False,
    }
    began = datetime.fromisoformat(FLEET.started_at)
    assert [datetime.fromisoformat(one["due"]) - began for one in items] == [
        timedelta(days=0)
    ] * 5 + [timedelta(days=1)] * 2
    assert all(len(one["name"]) <= 80 for one in items)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"chose": {}}, "does not know chose"),
        ({"generator": "magic"}, "generator is 'magic'; write access-analyzer or trail"),
        ({"beyondQuota": "never"}, "write trail or days"),
        ({"atOnce": 0}, "write a number from 1 to 100"),
        ({"atOnce": 1.5}, "write a whole number"),
        ({"generator": "x" * 100_000}, r"generator is 'x{199}… \(100,002 characters"),
        ({"atOnce": True}, "write a number from 1 to 100"),
        ({"tolerate": 101}, "write a number from 0 to 100"),
        ({"confirm": 1}, "write true or false"),
        ({"prove": "no"}, "write true or false"),
    ],
)
def test_an_input_that_cannot_be_meant_names_the_key(asked: dict[str, Any], told: str) -> None:
    with pytest.raises(FleetNotChosenError, match=told):
        planned([], **asked)
