"""One JSON Schema names the keys of process.yaml; the reader, the types and the docs agree."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from lambdas.errors import InvalidProcessError
from lambdas.model.archive.approval import BY_HAND, NARROWER
from lambdas.model.definition.boundary_use import BoundaryUse
from lambdas.model.definition.moved_keys import MOVED, as_written, note, with_moved_keys
from lambdas.model.definition.process import Process
from lambdas.model.definition.process_schema import SCHEMA_FILE, choices, keys, schema
from lambdas.model.definition.source import SourceKind
from lambdas.model.trail.ground_kind import DERIVATIONS
from lambdas.refine_policy.findings.unused_hints import CONDITION_KEYS
from local.new_process.key_tables import GROUPS, OLD, PAGE, WHOLE, page, table, with_derivations

ROOT = Path(__file__).parents[3]
FOR_EVERYBODY = 12
SMALL: dict[str, Any] = {
    "description": "Orders",
    "owner": "team@example.com",
    "phases": {"deploy": ["a"], "remove": ["b"]},
}
# As 0.1 wrote it, every key of its own.
FLAT: dict[str, Any] = {
    **SMALL,
    "node": "22",
    "secretsForRevisions": True,
    "prove": False,
    "dropUnused": True,
    "conditions": {"called-via": False},
    "derivations": {"update": False},
    "wildcards": {"families": False},
    "grants": {"add": [{"action": "s3:GetObject", "resource": "*", "reason": "The drill."}]},
    "bounds": [{"action": "s3:*"}],
    "split": "cloudformation",
}
JUNK: tuple[Any, ...] = (
    None,
    7,
    21.5,
    True,
    "",
    "  ",
    "two words",
    [],
    ["two words"],
    [7],
    {},
    {"x": 1},
    {"x": "y"},
)


def paths() -> list[tuple[str, ...]]:
    """Every key, with those of the groups."""
    return [*((key,) for key in keys()), *((group, key) for group in GROUPS for key in keys(group))]


def with_value(path: tuple[str, ...], value: object) -> dict[str, Any]:
    return SMALL | ({path[0]: value} if len(path) == 1 else {path[0]: {path[1]: value}})


def refused(definition: object) -> bool:
    try:
        Process.from_mapping("orders", definition)
    except InvalidProcessError:
        return True
    return False


@pytest.mark.parametrize("path", paths(), ids=".".join)
def test_the_reader_refuses_what_the_schema_refuses_and_nothing_else(path: tuple[str, ...]) -> None:
    validator = Draft202012Validator(schema())
    cases = [with_value(path, junk) for junk in JUNK]

    assert [refused(one) for one in cases] == [not validator.is_valid(one) for one in cases]


def test_the_schema_is_one_and_takes_every_definition_of_this_repository() -> None:
    Draft202012Validator.check_schema(schema())
    found = [*ROOT.glob("processes/*/process.yaml"), *ROOT.glob("tests/flow/*/*/process.yaml")]

    assert len(found) > 20
    for path in found:
        definition = with_moved_keys(yaml.safe_load(path.read_text(encoding="utf-8")))
        Draft202012Validator(schema()).validate(definition)


def test_a_definition_is_written_as_the_schema_wants_it() -> None:
    written = Process.from_mapping("orders", FLAT).to_mapping()

    Draft202012Validator(schema()).validate(written)
    assert not set(written) & set(MOVED)


def test_the_words_of_the_schema_are_those_of_the_types() -> None:
    assert choices("policy.boundary") == tuple(BoundaryUse)
    assert choices("policy.approve") == (BY_HAND, NARROWER)
    assert keys("policy.derivations") == DERIVATIONS
    assert keys("policy.conditions") == tuple(CONDITION_KEYS)
    fetched = [keys(f"${kind}")[0] for kind in SourceKind if kind is not SourceKind.FOLDER]
    assert fetched == [kind for kind in SourceKind if kind is not SourceKind.FOLDER]


def test_everybody_meets_twelve_keys_and_the_rest_is_in_three_groups() -> None:
    assert len(keys()) == FOR_EVERYBODY + len(GROUPS)
    assert all(one["description"] for one in schema()["properties"].values())


def test_the_page_has_the_tables_of_the_schema_as_it_is_now() -> None:
    text = PAGE.read_text(encoding="utf-8")

    assert page(text) == text, "python -m local.new_process.key_tables"
    assert all(table(one) in text for one in (WHOLE, *GROUPS, OLD))


def test_the_schema_has_a_switch_for_every_derivation_and_the_command_writes_them() -> None:
    text = SCHEMA_FILE.read_text(encoding="utf-8")
    lacking = text.replace('            "update": {"type": "boolean"},\n', "", 1)

    assert lacking != text
    assert with_derivations(lacking) == with_derivations(text) == text


def test_a_definition_of_0_1_means_what_it_meant() -> None:
    found = Process.from_mapping("orders", FLAT)

    assert found.build.runtimes == (("nodejs", "22"),)
    assert (found.prove, found.drop_unused) == (False, True)
    assert found.build.secrets_for_revisions
    assert found.hints.split == "cloudformation"
    assert found.hints.derivations_off == {"update"}
    assert found == Process.from_mapping("orders", with_moved_keys(FLAT))


@pytest.mark.parametrize("key", MOVED)
def test_a_key_of_0_1_is_told_where_it_stands_now_and_may_not_stand_twice(key: str) -> None:
    assert f"{key} is {MOVED[key]}" in note(FLAT)
    both = {**with_moved_keys(FLAT), key: FLAT[key]}

    with pytest.raises(InvalidProcessError, match=f"^{key}: says what {MOVED[key]} says"):
        Process.from_mapping("orders", both)


def test_nothing_is_told_of_a_definition_of_today() -> None:
    assert note(with_moved_keys(FLAT)) == note(None) == ""


def test_what_is_wrong_is_named_as_the_definition_spells_it() -> None:
    bad = {"grants": {"add": [{"action": "s3"}]}}

    assert as_written("policy.grants.add[0].resource", bad) == "grants.add[0].resource"
    assert as_written("policy.grants.add[0].resource", {"policy": bad}).startswith("policy.")
    assert as_written("policy.grantsx", bad) == "policy.grantsx"
