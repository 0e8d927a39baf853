"""What is installed: named, pinned, hashed, and under a licence that is told."""

import json
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pytest

from local import licences

ROOT = Path(__file__).parents[3]
LOCKS = {name: (ROOT / name).read_text() for name in licences.LOCKS}
LOCK = LOCKS["constraints.txt"]
ENTRY = re.compile(
    r"^(\S+)==(\S+)[^\n]*\\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE
)
PINNED = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==(\S+)$", re.MULTILINE)
JAVASCRIPT: dict[str, dict[str, Any]] = json.loads((ROOT / "package-lock.json").read_text())[
    "packages"
]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-laptop.txt", "requirements-dev.txt"]
)
def test_what_we_ask_for_is_locked_at_its_version(name: str) -> None:
    asked = PINNED.findall((ROOT / name).read_text())
    locked = {(found[1], found[2]) for found in ENTRY.finditer(LOCK)}

    assert asked
    assert [one for one in asked if (normal(one[0]), one[1]) not in locked] == []


def test_the_laptop_gets_what_developers_get_and_nothing_that_only_they_use() -> None:
    laptop, whole = (
        {(found[1], found[2]) for found in ENTRY.finditer(LOCKS[name])}
        for name in ("constraints-laptop.txt", "constraints.txt")
    )

    assert laptop < whole
    tools = {"mypy", "ruff", "pytest", "selenium", "hypothesis", "import-linter"}
    assert tools <= {name for name, _ in whole} - {name for name, _ in laptop}


@pytest.mark.parametrize("name", sorted(LOCKS))
def test_every_line_of_a_lock_is_a_version_or_its_hash(name: str) -> None:
    rest = ENTRY.sub("", LOCKS[name])

    assert ENTRY.search(LOCKS[name])
    assert [line for line in rest.splitlines() if not line.startswith("#")] == []


def test_a_package_with_compiled_parts_is_locked_for_other_machines_too() -> None:
    hashes = {found[1]: found[3].count("--hash") for found in ENTRY.finditer(LOCK)}

    # A wheel per Python, system and processor.
    assert all(hashes[name] > 20 for name in ("mypy", "orjson", "pyyaml", "regex", "rpds-py"))


@pytest.mark.parametrize(
    "name", [*sorted(LOCKS), "requirements.txt", "requirements-laptop.txt", "requirements-dev.txt"]
)
def test_no_place_to_get_packages_from_is_named(name: str) -> None:
    text = (ROOT / name).read_text()

    assert not re.search(r"https?:|file:|--(?:extra-)?index-url|--find-links", text)


def test_every_javascript_package_has_a_hash_and_no_place() -> None:
    packages = {path: one for path, one in JAVASCRIPT.items() if path}

    assert packages
    assert [path for path, one in packages.items() if "integrity" not in one] == []
    assert [path for path, one in packages.items() if "resolved" in one] == []


def test_everything_that_is_locked_has_its_licence_on_the_page() -> None:
    rows = re.findall(r"^\| (\S+) \| (.+) \|$", licences.PAGE.read_text(), re.MULTILINE)
    told = dict(rows)

    assert [name for name in licences.names() if name not in told] == []
    assert {name for name, _ in rows} - {"package", "---"} == {
        *licences.names(),
        *licences.javascript(),
    }


def test_the_page_says_what_the_packages_say() -> None:
    told = dict(re.findall(r"^\| (\S+) \| (.+) \|$", licences.PAGE.read_text(), re.MULTILINE))
    installed = {name for name in licences.names() if _installed(name)}

    assert len(installed) > 80
    assert {n: found for n in installed if (found := licences.licence(n)) != told[n]} == {}


def _installed(name: str) -> bool:
    try:
        return bool(version(name))
    except PackageNotFoundError:
        return False
