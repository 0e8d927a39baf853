"""The layout is the flow: what `ls` and pyproject.toml say of the rooms holds."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACKAGES = ("embedded_aws", "foretell", "lambdas", "local", "stacks")
MOST_NAMES = 12  # that `ls` of a room shows, packages and modules together
# One folder for each step, and what the steps share.
FLAT = {"lambdas"}
LONGEST = 250  # lines


def folders() -> list[Path]:
    return sorted(
        {path.parent for name in PACKAGES for path in (ROOT / name).rglob("*.py")}
        - {ROOT / "lambdas" / "reference" / "services"}
    )


def of(folder: Path) -> str:
    return folder.relative_to(ROOT).as_posix()


def contracts() -> list[dict[str, object]]:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[dict[str, object]] = table["tool"]["importlinter"]["contracts"]
    return found


def steps() -> set[str]:
    return {f"lambdas.{path.parent.name}" for path in (ROOT / "lambdas").glob("*/handler.py")}


@pytest.mark.parametrize("folder", folders(), ids=of)
def test_a_room_says_what_it_is_for(folder: Path) -> None:
    text = (folder / "__init__.py").read_text(encoding="utf-8")

    said = ast.get_docstring(ast.parse(text)) or ""
    assert len(said) > 40, f"{of(folder)}/__init__.py says nothing"


@pytest.mark.parametrize("folder", [one for one in folders() if of(one) not in FLAT], ids=of)
def test_a_room_is_read_at_a_glance(folder: Path) -> None:
    names = {one.stem for one in folder.glob("*.py")} - {"__init__", "__main__"}
    names |= {one.parent.name for one in folder.glob("*/__init__.py")}

    assert len(names) <= MOST_NAMES, sorted(names)


def test_no_module_is_longer_than_a_person_reads_at_once() -> None:
    long = {
        of(path): lines
        for folder in folders()
        for path in folder.glob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    }

    assert not long


@pytest.mark.parametrize(
    ("contract", "field"),
    [
        ("Steps never import each other", "modules"),
        ("boto3 lives in the gateways alone", "source_modules"),
    ],
)
def test_a_new_step_cannot_be_forgotten_by_a_contract(contract: str, field: str) -> None:
    (found,) = [one for one in contracts() if one["name"] == contract]

    listed = found[field]
    assert isinstance(listed, list)
    assert {one for one in listed if one in steps()} == steps()


def test_the_emulator_and_the_laptop_are_barred_from_every_step() -> None:
    barred = {str(name) for one in contracts() for name in one.get("forbidden_modules", [])}  # type: ignore[attr-defined]

    assert "lambdas" in barred  # to the emulator, all of it
    assert {f"{step}.handler" for step in steps()} <= barred


def test_the_glossary_names_modules_that_define_its_words() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \*\*(.+?)\*\* \| .+ \| (.+) \|$", text, re.MULTILINE)

    assert len(rows) > 20
    for word, places in rows:
        paths = re.findall(r"`([\w./-]+)`", places)
        assert paths, word
        for path in paths:
            assert (ROOT / path).exists(), f"{word}: {path} is not there"
