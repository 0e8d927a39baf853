"""The command line explains itself by examples that work, and its statuses are written down."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from local.command_line import main as entry
from local.command_line.command import Command
from local.command_line.commands import COMMANDS
from local.command_line.main import main
from local.command_line.parser import parser
from local.output import document

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
EVERY = pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.name)


def helped(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as stopped:
        main([*words, "--help"])
    assert stopped.value.code == 0
    return capsys.readouterr().out


@EVERY
def test_each_commands_help_shows_examples_and_what_its_statuses_say(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    text = helped(capsys, command.name)

    assert text.startswith(f"usage: fencepost {command.name} ")
    assert all(typed in text and happens in text for typed, happens in command.examples)
    assert re.findall(r"^  (\d)  (.+)$", text, re.MULTILINE) == [
        (str(number), words) for number, words in enumerate(command.statuses)
    ]
    assert ("--json" in text) is command.document


@EVERY
def test_each_example_is_a_command_line_that_parses(command: Command) -> None:
    assert command.examples
    for typed, _ in command.examples:
        line = re.sub(r'^eval "\$\((.*)\)"$', r"\1", typed).partition(" > ")[0]
        program, *words = shlex.split(line)

        assert program == "fencepost"
        assert parser().parse_args(words).command == command.name


def test_the_help_of_all_names_each_command_once_under_its_group(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = helped(capsys)

    for one in COMMANDS:
        assert (
            len(re.findall(rf"^  {one.name} +{re.escape(one.purpose)}$", text, re.MULTILINE)) == 1
        )
        assert f"{one.group}:" in text


@EVERY
def test_the_page_has_each_command_with_its_statuses(command: Command) -> None:
    yes, no, unknown = command.statuses

    assert f"| `{command.name}` | {command.purpose} | {yes} | {no} | {unknown} |" in PAGE


@EVERY
def test_each_command_has_a_function_that_is_there(command: Command) -> None:
    module, _, function = command.function.partition(":")
    source = (ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")

    assert f"\ndef {function}(" in source


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_a_shell_gets_a_script_that_knows_every_command(
    shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["completion", shell]) == 0

    script = capsys.readouterr().out
    assert all(one.name in script for one in COMMANDS)


def test_the_script_for_bash_is_one_that_bash_can_read(capsys: pytest.CaptureFixture[str]) -> None:
    main(["completion", "bash"])

    script = capsys.readouterr().out
    found = subprocess.run(
        ["bash", "-n"], input=script, text=True, capture_output=True, check=False
    )
    assert (found.returncode, found.stderr) == (0, "")


def test_a_document_is_one_json_value_with_its_command_and_status(
    capsys: pytest.CaptureFixture[str],
) -> None:
    document("run", 1, {"runs": [], "a": "\x1b[31m"})

    printed = capsys.readouterr().out
    assert json.loads(printed) == {
        "command": "run",
        "format": 1,
        "status": 1,
        "runs": [],
        "a": "\x1b[31m",
    }
    assert "\x1b" not in printed


@pytest.mark.parametrize(
    ("raised", "status", "told"),
    [
        (KeyboardInterrupt(), 130, "stopped"),
        (PermissionError(13, "Permission denied", "/logs/\x1b[31m"), 2, r"/logs/\u001b[31m: Perm"),
        (OSError(28, "No space left on device"), 2, "down: No space left on device"),
    ],
)
def test_what_can_be_foreseen_ends_in_a_line_and_a_status(
    raised: BaseException,
    status: int,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def failing(_: object) -> int:
        raise raised

    monkeypatch.setattr(sys.modules[__name__], "failing", failing, raising=False)
    monkeypatch.setitem(entry.FUNCTIONS, "down", f"{__name__}:failing")

    assert main(["down"]) == status
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("local.command_line.parser", ("boto3", "botocore", "rich", "aws_cdk", "shtab", "yaml")),
        ("local.offline.evidence", ("boto3", "botocore", "rich", "yaml", "jsonschema")),
        ("local.offline.policy", ("boto3", "botocore", "rich", "jsonschema")),
        ("local.new_process.command", ("boto3", "botocore", "rich", "jsonschema")),
    ],
)
def test_a_command_starts_without_what_only_others_need(
    module: str, heavy: tuple[str, ...]
) -> None:
    code = f"import sys, {module}; print([n for n in {heavy} if n in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize("words", [("completion", "bash"), ("doctor",)])
def test_a_reader_that_has_gone_is_neither_an_answer_nor_an_error(words: tuple[str, ...]) -> None:
    gone, out = os.pipe()
    os.close(gone)

    done = subprocess.run(
        [sys.executable, "-m", "local.command_line.main", *words],
        cwd=ROOT,
        env={name: one for name, one in os.environ.items() if not name.startswith("AWS_")},
        stdout=out,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(out)

    assert (done.returncode, done.stderr) == (2, "")
