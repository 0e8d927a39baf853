from collections.abc import Callable
from pathlib import Path

import pytest

from tests import prose
from tests.prose import all_faults, faults, of_module, of_page


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("What it gets wrong no later step can mend, so it is told.", "begins with its object"),
        ("Read it. What stays is told in the log.", "begins with its object"),
        ("Whoever may start a run may name a revision.", "begins with its object"),
        ("Whether the process needs it, no trail can tell.", "puts the negation before the verb"),
        ("The name is made anew.", "an old word"),
        ("An account's root user, whom no policy limits.", "an old word"),
    ],
)
def test_a_sentence_that_must_be_read_twice_is_a_fault(text: str, rule: str) -> None:
    assert rule in {one.rule for one in faults(text, "a page")}


@pytest.mark.parametrize(
    "text",
    [
        "No later step can correct a mistake made here.",
        "The trail cannot show whether the process needs it.",
        "What a run leaves",
        "What now? Start the run again.",
        "It reads which action, on what, in which phase, through whom.",
    ],
)
def test_plain_english_passes(text: str) -> None:
    assert not list(faults(text, "a page"))


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Writes a file of a repository of its own."""
    monkeypatch.setattr(prose, "ROOT", tmp_path)

    def write(name: str, text: str) -> Path:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


def test_code_and_headings_of_a_page_are_no_prose(written: Callable[[str, str], Path]) -> None:
    text = "# What stays is told, anew\n\n```sh\nmend it anew\n```\n\nRun `anew`. Anew.\n"
    page = written("page.md", text)

    assert [(one.line, one.rule) for one in of_page(page)] == [(7, "an old word")]


def test_of_a_module_the_texts_are_read_and_not_its_comments(
    written: Callable[[str, str], Path],
) -> None:
    text = '"""What this is for, anew."""\n\nTEXT = "The name is made anew."\nKEY = "anew"\n'
    module = written("module.py", text)

    assert [one.line for one in of_module(module)] == [3]


def test_what_fencepost_says_is_plain() -> None:
    assert [str(one) for one in all_faults()] == []
