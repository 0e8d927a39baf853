"""The budget of `make test` holds: who takes longer is told, and fails."""

import pytest

from tests.whole import summary, verdict


def test_a_suite_over_its_budget_fails_and_says_what_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert verdict(900.0, 900.0) == 0
    assert verdict(900.6, 900.0) == 1

    told = capsys.readouterr()
    assert "900 s of a budget of 900 s" in told.out
    assert "OVER the budget" in told.err
    assert "make long" in told.err


def test_the_slowest_files_are_named_the_slowest_first() -> None:
    lines = summary({"check": 20.0}, {f"tests/{index}.py": float(index) for index in range(30)})

    assert lines[0].endswith("20 s  check")
    assert [line.split()[-1] for line in lines[2:]] == [
        f"tests/{index}.py" for index in range(29, 19, -1)
    ]
