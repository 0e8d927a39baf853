"""Docs cannot rot: what README and docs name is in the repository."""

import json
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from lambdas.model.findings.finding import FindingKind
from lambdas.model.iam.action import Action
from lambdas.reference.actions import facts
from local.command_line.commands import COMMANDS
from stacks.settings import Settings

ROOT = Path(__file__).parents[3]
LOGS = "CHANGELOG.md"  # says what was, too
MADE = (".build/",)  # what commands make, which Git ignores
FENCED = re.compile(r"```.*?```", re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
COMMAND = re.compile(r"(?:^|bin/)fencepost ([a-z][a-z-]+)", re.MULTILINE)
TARGET = re.compile(r"(?:^|&& )make ([a-z][a-z-]+)", re.MULTILINE)
VARIABLE = re.compile(r"\bFENCEPOST_[A-Z_]+\b")
IDENTIFIER = re.compile(r"[A-Za-z_][\w.:-]{2,}")
FILE = re.compile(r"[\w-]+\.(?:py|cjs|sh|toml|asl\.json)")
ACTION = re.compile(r"[a-z0-9-]+:[A-Z]\w+")
FOUND = re.compile(r"findings?, `([a-z-]+)`")
# Names of which a part is chosen: of a secret, and in examples of scripts.
CHOSEN = {"FENCEPOST_SECRET_NPM_TOKEN", "FENCEPOST_NOTES_TOKEN", "FENCEPOST_COMMIT"}
LARGEST = 300_000  # characters: what is larger is compiled


@cache
def tracked() -> frozenset[str]:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return frozenset(listed.stdout.split("\n")) - {""}


@cache
def folders() -> frozenset[str]:
    return frozenset(str(above) for path in tracked() for above in Path(path).parents)


@cache
def source() -> str:
    """Everything that is no prose and is not compiled."""
    told = (".md", "tests/fixtures/", "tests/golden/")
    files = [ROOT / one for one in tracked() if not one.endswith(told[0])]
    texts = (
        one.read_text(encoding="utf-8", errors="ignore")
        for one in files
        if one.is_file() and not one.relative_to(ROOT).as_posix().startswith(told[1:])
    )
    return "\n".join(text for text in texts if len(text) < LARGEST)


@cache
def words() -> frozenset[str]:
    return frozenset(re.findall(r"\w+", source()))


def pages() -> list[Path]:
    return sorted(ROOT / one for one in tracked() if one.endswith(".md") and _is_told(one))


def _is_told(path: str) -> bool:
    kept = ("tests/", "processes/orders/service/")
    return path != LOGS and not path.startswith(kept) and (ROOT / path).is_file()


def of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    return FENCED.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    return {
        re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-")
        for title in HEADING.findall(prose(page))
    }


def _is_there(path: str) -> bool:
    plain = path.rstrip("/")
    known = plain in tracked() or plain in folders() or path.startswith(MADE)
    return known or ("*" in plain and any(ROOT.glob(plain)))


def _is_known(name: str) -> bool:
    """An action of IAM's, or a name that the code spells, whole or by its parts."""
    if ACTION.fullmatch(name) and facts(Action.from_text(name)):
        return True
    return name in source() or all(part in words() for part in re.split(r"[.:-]", name) if part)


PAGES = pytest.mark.parametrize("page", pages(), ids=of)


@PAGES
def test_every_path_and_file_is_there(page: Path) -> None:
    tops = {Path(one).parts[0] for one in tracked() if "/" in one} | {".build"}
    names = {Path(one).name for one in tracked()}
    named = [one.strip() for one in CODE.findall(prose(page))]
    paths = [one for one in named if re.fullmatch(r"[\w./*-]+/[\w./*-]*", one)]

    assert [one for one in paths if one.split("/")[0] in tops and not _is_there(one)] == []
    assert [one for one in named if FILE.fullmatch(one) and one not in names] == []


@PAGES
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for target in LINK.findall(prose(page)):
        if target.startswith("http"):
            continue
        file, _, anchor = target.partition("#")
        found = (page.parent / file).resolve() if file else page
        if not found.exists() or (anchor and anchor not in anchors(found)):
            broken.append(target)

    assert broken == []


@PAGES
def test_every_command_and_target_can_be_run(page: Path) -> None:
    fenced = FENCED.findall(page.read_text(encoding="utf-8"))
    text = "\n".join([*fenced, *CODE.findall(prose(page))])
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)

    assert set(COMMAND.findall(text)) <= {one.name for one in COMMANDS}
    assert set(TARGET.findall(text)) <= set(targets)


@PAGES
def test_every_variable_of_the_environment_is_read(page: Path) -> None:
    named = set(VARIABLE.findall(page.read_text(encoding="utf-8"))) - CHOSEN

    # The trail's knobs are read by their names.
    assert [one for one in named if one not in source() and "TRAIL_" not in one] == []


@PAGES
def test_every_name_is_one_that_the_code_or_aws_knows(page: Path) -> None:
    """States, metrics, alarms, errors, settings, keys, actions: whatever stands in backticks."""
    files = {Path(one).name for one in tracked()}
    named = {one.strip() for one in CODE.findall(prose(page))}

    assert [
        one
        for one in sorted(named)
        if IDENTIFIER.fullmatch(one) and one not in files and not _is_known(one)
    ] == []


@PAGES
def test_every_finding_that_is_named_can_be_found(page: Path) -> None:
    assert set(FOUND.findall(prose(page))) <= set(FindingKind)


def test_the_runbook_has_every_setting_and_no_other() -> None:
    asked: set[str] = set()
    Settings.from_context(asked.add)  # answers None, as the context does for what nobody set
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    table = text.partition("| key | standard | chooses |")[2].partition("\n\n")[0]
    told = {one for row in table.splitlines() for one in CODE.findall(row.partition(" | ")[0])}

    assert told == asked


def test_every_command_has_its_line_on_the_page_of_commands() -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")

    assert [one.name for one in COMMANDS if f"`{one.name}" not in text] == []


def test_the_readme_has_a_row_for_every_state_with_code() -> None:
    flow = json.loads((ROOT / "statemachine" / "build_policy.asl.json").read_text("utf-8"))
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    steps = {one.parent.name.replace("_", "") for one in ROOT.glob("lambdas/*/handler.py")}
    coded = [name for name in flow["States"] if name.lower() in steps]

    assert coded
    assert [one for one in coded if f"`{one}`" not in text] == []
