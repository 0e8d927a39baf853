"""statemachine/README.md against the definition, the functions and the errors."""

import re
from pathlib import Path

import pytest

from lambdas import errors
from lambdas.plan_fleet.request import KEYS
from stacks.workflow.state_machine import DEFINITION
from stacks.workflow.step_needs import FLEET_STEPS, STEPS
from tests.stacks.conftest import Synthesis
from tests.stacks.samples import Json
from tests.stacks.test_fleet_machine import states

pytestmark = pytest.mark.stacks
CONTRACT = Path(DEFINITION).with_name("README.md").read_text(encoding="utf-8")
ENVELOPE = {"run", "process", "generator"}
POWERTOOLS = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE"}


def rows(heading: str) -> dict[str, list[str]]:
    """The table below a heading: its first column names the rows."""
    section = CONTRACT.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    cells = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| `")]
    return {words(first)[0]: [one.strip() for one in rest] for first, *rest in cells}


def words(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def check_made_of(told: dict[str, list[str]], every: Json) -> None:
    for name, (made_of, *_) in told.items():
        state = every[name]
        if state["Type"] != "Task":
            assert made_of == state["Type"], name
        elif state["Resource"].endswith("lambda:invoke"):
            assert made_of == "Lambda", name
        else:
            assert words(made_of)[0] in state["Resource"], name


def test_the_contract_tells_of_every_state_in_order(definition: Json) -> None:
    assert set(rows("The states")) == set(definition["States"])


def test_the_contract_tells_what_each_state_is_made_of(definition: Json) -> None:
    check_made_of(rows("The states"), definition["States"])


def test_the_contract_tells_what_each_function_is_given(definition: Json) -> None:
    for step in STEPS:
        payload = set(definition["States"][step.state]["Arguments"]["Payload"])

        assert payload >= ENVELOPE
        assert set(words(rows("The states")[step.state][1])) == payload - ENVELOPE, step.state


def test_the_contract_tells_what_each_batch_is_given(definition: Json) -> None:
    batches, merge = (definition["States"][name] for name in ("ReadBatches", "MergeBatches"))

    for name, payload in {
        "ReadBatches": set(batches["ItemSelector"]),
        "MergeBatches": set(merge["Arguments"]["Payload"]),
    }.items():
        assert payload >= ENVELOPE
        assert set(words(rows("The states")[name][1])) == payload - ENVELOPE, name


def test_the_contract_tells_each_functions_environment(synthesis: Synthesis) -> None:
    functions = synthesis.of_type("workflow", "AWS::Lambda::Function").values()
    environments = {
        one["Handler"].split(".")[1]: set(one["Environment"]["Variables"]) - POWERTOOLS
        for one in functions
    }

    for step in STEPS:
        told = set(words(rows("The functions")[step.state][0]))
        assert told == environments[step.package], step.state


def test_the_contract_tells_of_every_state_of_a_fleet(fleet_definition: Json) -> None:
    every = states(fleet_definition)
    told = rows("The fleet's states")

    assert set(told) == set(every)
    check_made_of(told, every)


def test_the_contract_tells_what_each_function_of_a_fleet_has(
    fleet_definition: Json, synthesis: Synthesis
) -> None:
    functions = synthesis.of_type("workflow", "AWS::Lambda::Function").values()
    environments = {
        one["Handler"].split(".")[1]: set(one["Environment"]["Variables"]) - POWERTOOLS
        for one in functions
    }

    for step in FLEET_STEPS:
        payload = set(fleet_definition["States"][step.state]["Arguments"]["Payload"])
        assert set(words(rows("The fleet's states")[step.state][1])) == payload - {"fleet"}
        assert (
            set(words(rows("The fleet's functions")[step.state][0])) == environments[step.package]
        )


def test_the_contract_tells_every_key_of_a_fleets_input() -> None:
    assert list(rows("The fleet's input")) == list(KEYS)


def test_the_contract_names_errors_that_exist() -> None:
    known = {name for name in dir(errors) if name.endswith("Error")}
    told = {
        name
        for table in ("The functions", "The fleet's functions")
        for cells in rows(table).values()
        for name in words(cells[1])
    }

    assert told
    assert told <= known
