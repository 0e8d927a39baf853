"""DocumentFailure: what failed and what to do, in the archive and in a mail, however little is known."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from lambdas import errors
from lambdas.document_failure.advice import ADVICE, advice
from lambdas.document_failure.handler import document_failure
from lambdas.errors import ArchiveRefusedError, InvalidEventError
from lambdas.gateways.archive.documents import FolderArchive
from lambdas.model.execution.platform import Platform
from lambdas.model.limits import EVENT_LIMIT
from tests.run_events import problems
from tests.unit.document_failure.failures import FOLDER, NO_STACKS, PLACE, RUN, a_build, told
from tests.unit.document_policy.forms import HOSTILE


def test_a_failed_step_is_told_with_its_own_message_and_what_to_do(tmp_path: Path) -> None:
    answer = told(tmp_path)

    assert answer["subject"] == "Failed: orders, RefinePolicy, PolicyTooLargeError"
    assert (answer["error"], answer["cause"]) == ("PolicyTooLargeError", "13 policies")
    assert ADVICE["PolicyTooLargeError"] in answer["message"]
    assert f"{PLACE}{FOLDER}" in answer["message"]
    assert answer["dossier"] == FOLDER


def test_what_was_collected_until_then_is_listed(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path)
    archive.put(f"{FOLDER}generated.json", b"{}", "application/json")

    told(tmp_path)

    kept = json.loads(archive.get(f"{FOLDER}failure.json"))
    assert kept["collected"] == ["generated.json"]
    assert "- `generated.json`" in archive.get(f"{FOLDER}FAILURE.md").decode()


def test_failing_again_after_a_redrive_tells_the_newer_failure(tmp_path: Path) -> None:
    told(tmp_path)
    told(tmp_path, error={"Error": "ArchiveRefusedError", "Cause": "no"})

    kept = json.loads(FolderArchive(tmp_path).get(f"{FOLDER}failure.json"))
    assert kept["error"] == "ArchiveRefusedError"
    assert kept["collected"] == []


def test_a_failure_after_the_dossier_leaves_the_dossier_as_it_is(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path)
    for name in ("README.md", "manifest.json"):
        archive.put(f"{FOLDER}{name}", b"a finished run", "text/plain")

    told(tmp_path, state="NotifyTeam")

    assert archive.get(f"{FOLDER}README.md") == b"a finished run"
    assert archive.exists(f"{FOLDER}FAILURE.md")


@pytest.mark.parametrize(
    "changes",
    [
        {"error": None, "state": None},
        {"error": {"Error": "X"}, "build": {"exported": None, "phases": None}},
        {"error": {"Error": "CycleFailed"}, "build": "odd"},
        {
            "error": {"Error": "CycleFailed"},
            "build": {"exported": {"FAILED_PHASE": "a", "FAILURE_TAIL": "&"}},
        },
    ],
)
def test_a_failure_is_told_however_little_is_known(tmp_path: Path, changes: dict[str, Any]) -> None:
    answer = told(tmp_path, **changes)

    event = {"source": "fencepost", "detail-type": "Run Failed", "detail": answer.pop("event")}
    assert problems(event) == []
    assert set(answer) == {"subject", "message", "error", "cause", "dossier"}
    assert all(isinstance(one, str) and one for one in answer.values())


def test_a_cause_of_any_length_fits_the_state_machine(tmp_path: Path) -> None:
    answer = told(tmp_path, error={"Error": "X", "Cause": "x\x1b[2J" * 20_000})

    assert len(json.dumps(answer["event"])) < EVENT_LIMIT
    assert "\x1b" not in answer["event"]["cause"]
    assert len(answer["cause"]) <= 32_768


def test_without_a_run_there_is_nothing_to_document(tmp_path: Path) -> None:
    with pytest.raises(InvalidEventError):
        told(tmp_path, run={})


def test_an_archive_that_refuses_is_not_hidden(tmp_path: Path) -> None:
    class Refusing(FolderArchive):
        def put(self, key: str, body: bytes, content_type: str, *, replace: bool = False) -> None:
            raise ArchiveRefusedError(f"{key} {len(body)} {content_type} {replace}")

    with pytest.raises(ArchiveRefusedError):
        document_failure({"run": RUN}, Refusing(tmp_path), NO_STACKS, place=PLACE)


def test_advice_is_about_errors_that_exist() -> None:
    ours = {name for name in dir(errors) if name.endswith("Error")}
    of_the_definition = {
        "BuildFailed",
        "CycleFailed",
        "DefinitionNotRead",
        "GenerationCanceled",
        "GenerationFailed",
        "GenerationTimedOut",
        "States.Timeout",
    }

    assert set(ADVICE) <= ours | of_the_definition


def test_every_error_has_advice() -> None:
    assert "quota" in advice("AccessAnalyzer.ServiceQuotaExceededException")
    assert "log of the state" in advice("SomethingElse")


@pytest.mark.parametrize("text", [*HOSTILE, "```\n# owned\n" + "`" * 9])
def test_hostile_text_stays_text_in_the_mail_and_in_the_document(tmp_path: Path, text: str) -> None:
    answer = told(
        tmp_path,
        state=text,
        error={"Error": "CycleFailed", "Cause": text},
        build=a_build(text, FAILED_PHASE=text, PHASES_DONE="install"),
    )

    document = (tmp_path / FOLDER / "FAILURE.md").read_text(encoding="utf-8")
    fence = re.search("^(`{3,})text$", document, re.MULTILINE)
    assert fence
    assert document.count(f"\n{fence[1]}\n") == 1
    assert all(line.isprintable() for line in f"{document}{answer['message']}".split("\n"))
    assert answer["subject"].isprintable()
    assert 0 < len(answer["subject"]) < 100
    assert json.loads((tmp_path / FOLDER / "failure.json").read_text())["state"] == text


def test_a_failure_on_an_embedded_aws_says_so_everywhere(tmp_path: Path) -> None:
    answer = told(tmp_path, platform=Platform.EMBEDDED)

    document = (tmp_path / FOLDER / "FAILURE.md").read_text(encoding="utf-8")
    record = json.loads((tmp_path / FOLDER / "failure.json").read_text())
    assert answer["subject"].startswith("Failed on an embedded AWS: orders")
    assert "on an embedded AWS failed in RefinePolicy" in answer["message"]
    assert "on an embedded AWS" in document
    assert record["shownOn"] == "an embedded AWS"
