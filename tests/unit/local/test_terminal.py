"""What a person sees on a terminal: colours that mean something, and no text that acts."""

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from lambdas.model.text import visible
from local.runs import commands
from local.runs.commands import show
from local.runs.executions import Finished
from local.runs.progress import Progress, plain
from tests.unit.document_policy.forms import HOSTILE

COLOUR = re.compile(r"\x1b\[[0-9;]*m")  # ours
GREEN, YELLOW, RED = "\x1b[32m", "\x1b[33m", "\x1b[31m"


def finished(folder: Path, verdict: str = "proved", **content: Any) -> Finished:
    summary = {"statements": 3, "actions": 5, "new": 2, "gone": 0, "findings": {"error": 1}}
    manifest = {"verdict": {"kind": verdict}, "summary": summary, "compared": None, **content}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return Finished(process="orders", run="1", succeeded=True, seconds=1.0, dossier=folder)


def shown(monkeypatch: pytest.MonkeyPatch, one: Finished, *, colours: bool = True) -> str:
    screen = io.StringIO()

    def console() -> Console:
        return Console(
            file=screen,
            force_terminal=colours,
            color_system="standard" if colours else None,
            width=200,
        )

    monkeypatch.setattr(commands, "Words", console)
    monkeypatch.delenv("NO_COLOR", raising=False)
    show([one])
    return screen.getvalue()


@pytest.mark.parametrize(
    ("verdict", "colour"),
    [
        ("proved", GREEN),
        ("proved after 2 repairs", GREEN),
        ("not attempted", YELLOW),
        ("not proved", RED),
    ],
)
def test_the_verdicts_colour_is_green_for_what_was_proved_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, verdict: str, colour: str
) -> None:
    assert f"{colour}{verdict}" in shown(monkeypatch, finished(tmp_path, verdict))


def test_new_access_beyond_an_approved_policy_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    compared = {"standing": "approved", "manifest": {"run": "0"}, "approval": None}

    assert "UNAPPROVED" in shown(monkeypatch, finished(tmp_path, compared=compared))
    proved = finished(tmp_path, compared={**compared, "standing": "proved"})
    assert "UNAPPROVED" not in shown(monkeypatch, proved)


def test_the_reports_path_stands_below_the_table(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "report.html").write_text("")

    told = shown(monkeypatch, finished(tmp_path), colours=False)

    assert told.rstrip().endswith(str(tmp_path / "report.html"))
    assert "\x1b" not in told


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_obeyed_by_no_terminal(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    failed = Finished(
        process="orders", run="1", succeeded=False, seconds=1.0, error="Failed", cause=text[:3000]
    )
    screen = io.StringIO()
    progress = Progress(console=Console(file=screen, force_terminal=True, width=200))
    progress.begin("orders")

    progress.state("orders", text)
    progress.phase("orders", text)
    told = COLOUR.sub("", shown(monkeypatch, failed) + screen.getvalue())

    assert all(line.isprintable() for line in told.split("\n"))
    assert visible(text.split("\n", maxsplit=1)[0].expandtabs(4))[:100] in told


def test_several_lines_stay_several_lines() -> None:
    assert plain("a\n\tb\x1b[2J") == "a\n    b\\u001b[2J"
