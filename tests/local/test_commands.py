"""What a person sees of runs, and what may not reach the terminal."""

import io
import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from rich.console import Console

from lambdas.errors import InvalidProcessError
from local.command_line.main import main
from local.connection import Connection
from local.deploy import synthesis
from local.emulator import Deployed
from local.runs import commands
from local.runs.build_progress import MARK, Build
from local.runs.commands import show
from local.runs.definitions import tell_of_unreadable
from local.runs.dossiers import fetch, restore
from local.runs.executions import Finished
from local.runs.progress import Progress, plain
from tests.stacks.samples import write_process

RUN = "20260102T030405Z-0a1b2c3d"


def lines(told: io.StringIO) -> list[str]:
    return [line[9:] for line in told.getvalue().splitlines()]


def test_states_and_phases_are_plain_lines_where_there_is_no_terminal() -> None:
    told = io.StringIO()

    with Progress(Console(file=told)) as progress:
        progress.begin("orders")
        for state in ("RunCycle", "Wait", "Read", "Decide", "Wait", "Read", "Decide", "Archive"):
            progress.state("orders", state)
        progress.phase("orders", "phase [bold]de\x1b[2Jploy begin")
        progress.end("orders", ok=False, seconds=1.25)
        progress.tick()

    assert lines(told) == [
        "orders: RunCycle",
        "orders: Wait",
        "orders: Read",
        "orders: Decide",
        "orders: Archive",
        r"orders:   phase [bold]de\u001b[2Jploy begin",
        "orders: failed after 1.2 s",
    ]


def test_only_a_mark_at_the_start_of_a_line_is_one() -> None:
    assert MARK.search("::fencepost phase deploy end failed with status 1")
    assert MARK.search("::fencepost closing us-east-1")
    assert not MARK.search('  echo "::fencepost phase $phase begin"')
    assert not MARK.search("::fencepost command deploy npm ci")


def test_a_build_is_known_by_its_project_and_its_run() -> None:
    parameters = {
        "ProjectName": "fencepost-orders",
        "EnvironmentVariablesOverride": [{"Name": "FENCEPOST_RUN", "Value": RUN}],
    }
    event = {"taskScheduledEventDetails": {"parameters": json.dumps(parameters)}}

    assert Build.in_event(event) == Build(project="fencepost-orders", run=RUN)
    assert Build.in_event({"taskScheduledEventDetails": {"parameters": "{}"}}) is None
    assert Build.in_event({"type": "ExecutionStarted"}) is None


def test_what_terminals_obey_is_shown_instead() -> None:
    assert plain("a\x1b[31mb\u202ec\td\ne\x07\x9b") == (
        r"a\u001b[31mb\u202ec" + "   d\n" + r"e\u0007\u009b"
    )


def test_a_finished_run_is_a_row_and_a_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = {
        "verdict": {"kind": "proved"},
        "summary": {
            "statements": 3,
            "actions": 7,
            "findings": {"error": 0, "warning": 1},
            "new": 2,
            "gone": 0,
        },
        "compared": {"run": "earlier", "standing": "proved"},
    }
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "report.html").write_text("")

    show(
        [
            Finished(process="orders", run=RUN, succeeded=True, seconds=1, dossier=tmp_path),
            Finished(process="other", run=RUN, succeeded=False, seconds=1, error="E", cause="why"),
        ]
    )

    told = capsys.readouterr().out
    for word in ("proved", "3 statements", "7 actions", "1 warning", "2 new", "failed", "why"):
        assert word in told
    assert "report.html" in told.replace("\n", "")


def test_an_unknown_command_is_refused_and_nothing_heavy_is_imported(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["fly"])

    assert stopped.value.code == 2
    assert "invalid choice" in capsys.readouterr().err


def test_the_same_sources_have_the_same_assembly(tmp_path: Path) -> None:
    extra = tmp_path / "processes"
    (extra / "one").mkdir(parents=True)
    (extra / "one" / "process.yaml").write_text("description: one\n")
    with_extra = {"FENCEPOST_PROCESSES": str(extra)}

    before = synthesis.fingerprint(with_extra)
    assert synthesis.fingerprint(with_extra) == before
    assert synthesis.fingerprint({}) != before

    (extra / "one" / "process.yaml").write_text("description: another\n")
    assert synthesis.fingerprint(with_extra) != before


def test_a_source_outside_its_processs_folder_is_part_of_the_assembly(tmp_path: Path) -> None:
    source = tmp_path / "service"
    source.mkdir()
    (source / "a.js").write_text("1")
    write_process(tmp_path / "processes", "one", source="../../service")
    environment = {"FENCEPOST_PROCESSES": str(tmp_path / "processes")}
    before = synthesis.fingerprint(environment)

    (source / "a.js").write_text("2")

    assert synthesis.fingerprint(environment) != before


def test_a_neighbour_that_cannot_be_read_is_told_and_one_that_is_wanted_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_process(tmp_path, "good")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "process.yaml").write_text("")
    monkeypatch.setenv("FENCEPOST_PROCESSES", str(tmp_path))
    told: list[str] = []

    tell_of_unreadable(["good"], told.append)

    assert len(told) == 1
    assert told[0].startswith("left out: bad, because its definition cannot be read: ")
    with pytest.raises(InvalidProcessError, match=r"bad/process\.yaml:1"):
        tell_of_unreadable(["good", "bad"], told.append)


def test_a_process_that_there_is_not_is_told_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_process(tmp_path, "good")
    monkeypatch.setenv("FENCEPOST_PROCESSES", str(tmp_path))

    with pytest.raises(InvalidProcessError, match=r"no process bad or worse; there are .*good"):
        tell_of_unreadable(["good", "worse", "bad"], print)


def test_a_run_says_which_keys_stand_where_0_1_had_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_process(tmp_path, "old", prove=False)
    write_process(tmp_path, "new", proof={"attempt": False})
    monkeypatch.setenv("FENCEPOST_PROCESSES", str(tmp_path))
    told: list[str] = []

    tell_of_unreadable(["old", "new"], told.append)

    (note,) = told
    assert note.startswith("note: old: keys of 0.1 are still read")
    assert note.endswith("prove is proof.attempt")


@pytest.mark.local
def test_earlier_dossiers_go_into_an_empty_archive_and_come_out_again(
    embedded: Connection, tmp_path: Path
) -> None:
    place = {"LocationConstraint": embedded.region}
    embedded.client("s3").create_bucket(Bucket="shelf", CreateBucketConfiguration=place)
    deployed = Deployed(connection=embedded, machine="", fleets="", archive="shelf", topic="")
    out = tmp_path / "out"
    for run, files in ((RUN, ("manifest.json", "policy.json")), ("broken", ("policy.json",))):
        (out / "orders" / run).mkdir(parents=True)
        for name in files:
            (out / "orders" / run / name).write_text(name)
    (out / "orders" / "latest.json").write_text("{}")
    (out / "inbox").mkdir()
    (out / "inbox" / "mail.eml").write_text("")

    assert restore(deployed, out) == 1
    assert restore(deployed, out) == 0

    again = tmp_path / "again"
    assert fetch(deployed, "orders", RUN, again) == again / "orders" / RUN
    assert sorted(path.relative_to(again).as_posix() for path in again.rglob("*.json")) == [
        f"orders/{RUN}/manifest.json",
        f"orders/{RUN}/policy.json",
        "orders/latest.json",
    ]


def test_an_embedded_aws_that_has_gone_is_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    once = Config(retries={"total_max_attempts": 1})
    client: Any = boto3.Session("a", "b", region_name="eu-west-1").client(
        "sts", endpoint_url="http://127.0.0.1:1", config=once
    )

    def act(_: object) -> int:
        client.get_caller_identity()
        return 0

    assert commands._guarded(act, as_json=False) == 2  # noqa: SLF001
    assert "the embedded AWS has gone in the middle" in capsys.readouterr().err
