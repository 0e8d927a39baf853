"""The corpus of long names is what it says: public in form, long, and a copy of every service."""

import re
from pathlib import Path

import pytest
import yaml

from stacks.processes.folders import load_processes
from tests.flow.corpus import corpus

LONGEST_STACK = 128  # characters, CloudFormation's limit
STAGE = len("-dev")
SERVICES = corpus.HERE.parent / "services"


def test_every_other_service_has_a_copy_under_a_longer_name() -> None:
    copied = {name.removeprefix(corpus.COPY) for name in corpus.COPIED}

    assert copied >= {one.name for one in SERVICES.iterdir() if one.is_dir()}


@pytest.mark.parametrize("name", corpus.NAMES)
def test_a_name_is_as_long_as_public_ones_and_no_longer_than_allowed(name: str) -> None:
    stack = corpus.stack_name(name)

    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)+", stack)
    assert len(stack) + STAGE <= LONGEST_STACK
    assert len(stack) >= 21


def test_one_stack_is_near_the_longest_name_that_is_allowed() -> None:
    longest = max(len(corpus.stack_name(name)) for name in corpus.NAMES)

    assert LONGEST_STACK - 5 <= longest + STAGE <= LONGEST_STACK


def test_names_differ_so_that_no_two_stacks_can_be_taken_for_one_another() -> None:
    names = [corpus.stack_name(name).lower() for name in corpus.NAMES]

    assert len(set(names)) == len(names)
    assert [one for one in names for other in names if one != other and other.startswith(one)] == []


def test_all_of_it_are_processes_that_fencepost_reads(tmp_path: Path) -> None:
    read = load_processes([corpus.write(tmp_path)])

    assert {one.process.name for one in read} == set(corpus.NAMES)


@pytest.mark.parametrize("name", corpus.COPIED)
def test_a_copy_says_the_longer_name_wherever_its_stack_is_named(name: str, tmp_path: Path) -> None:
    corpus.write(tmp_path, [name])

    texts = [
        one.read_text(encoding="utf-8")
        for one in (tmp_path / name).rglob("*")
        if one.suffix in (".yml", ".yaml", ".sh")
    ]
    said = re.findall(r'(?m)^service: (\S+)|--stack-name "([\w-]+?)-\$STAGE"', "\n".join(texts))
    assert {one or other for one, other in said} == {corpus.stack_name(name)}


def test_every_tool_of_public_repositories_is_used() -> None:
    tools = [yaml.safe_load(one.read_text(encoding="utf-8"))["tool"] for one in corpus.OWN.values()]

    assert set(tools) == {"osls", "cloudformation", "nested", "sam"}
    assert len(tools) >= 20
