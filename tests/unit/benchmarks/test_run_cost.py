"""What the runbook says that a run costs is what the documented times and list prices give."""

from pathlib import Path
from statistics import median

from benchmarks.cost.run_cost import RunCost, table, trail_waits

RUNBOOK = Path(__file__).parents[3] / "docs" / "operations.md"


def test_the_table_of_the_runbook_is_computed() -> None:
    assert "\n".join(table()) in RUNBOOK.read_text(encoding="utf-8")


def test_the_example_is_proved_within_75_minutes_and_for_less_than_a_dollar() -> None:
    usual = RunCost(repairs=0, waits=int(median(trail_waits())))

    assert usual.minutes < 75
    assert usual.dollars < 1


def test_a_repair_costs_a_cycle_a_clean_up_and_another_trail() -> None:
    once, again = RunCost(repairs=0, waits=16), RunCost(repairs=1, waits=16)

    assert again.minutes - once.minutes == 6 + 3 + 16 + 5
    assert again.dollars > once.dollars


def test_a_boundary_costs_two_states_and_one_for_each_clean_up() -> None:
    plain, bounded = (RunCost(repairs=1, waits=16, bounded=one) for one in (False, True))

    assert bounded.minutes == plain.minutes
    assert 0 < bounded.dollars - plain.dollars < 0.001
