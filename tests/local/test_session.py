"""The embedded AWS starts, is found again, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from local import emulator

pytestmark = pytest.mark.local
ROOT = Path(__file__).parents[2]
# A command that starts an embedded AWS of its own, says so, and then waits for a run.
COMMAND = """
import signal, sys, threading
from pathlib import Path
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests may have ignored it
from local import emulator
from local.command_line import main
from local.runs import commands

def act(_):
    emulator.BUILD = Path(sys.argv[1])
    emulator.STATE = emulator.BUILD / "up"
    with emulator.embedded(region="eu-west-1", say=lambda words: print(words, flush=True)):
        threading.Event().wait()

commands.demo = act
sys.exit(main.main(["demo"]))
"""


def test_starting_twice_finds_the_one_that_runs_and_stopping_ends_it(tmp_path: Path) -> None:
    state = tmp_path / "state"

    first = emulator.start(state, inbox=tmp_path / "inbox")
    second = emulator.start(state, inbox=tmp_path / "inbox")

    assert first == second
    assert emulator.stop(state)
    assert not first.answers()
    assert not state.exists()
    assert not emulator.stop(state)


def test_two_starts_at_once_start_one(tmp_path: Path) -> None:
    state = tmp_path / "state"
    found: list[object] = []
    starts = [
        threading.Thread(target=lambda: found.append(emulator.start(state, inbox=tmp_path)))
        for _ in range(2)
    ]
    for one in starts:
        one.start()
    for one in starts:
        one.join()

    assert len(found) == 2
    assert found[0] == found[1]
    assert emulator.stop(state)


def test_the_file_of_a_dead_process_does_not_stop_a_start(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    stale = '{"endpoint": "http://127.0.0.1:1", "pid": 1, "region": "eu-west-1", "inbox": "/", '
    (state / "endpoint.json").write_text(
        stale + '"accounts": {"123456789012": {"access_key": "a", "secret_key": "b"}}}'
    )

    connection = emulator.start(state, inbox=tmp_path / "inbox")

    assert connection.pid != 1
    emulator.stop(state)


def test_a_start_that_fails_shows_the_end_of_the_log(tmp_path: Path) -> None:
    with pytest.raises(emulator.StartError, match="unrecognized arguments"):
        emulator.start(tmp_path / "state", options=("--no-such-option",))


def test_each_start_has_keys_of_its_own(tmp_path: Path) -> None:
    keys = set()
    for _ in range(2):
        keys.add(emulator.start(tmp_path / "state", inbox=tmp_path).access_key)
        emulator.stop(tmp_path / "state")

    assert len(keys) == 2


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL, None])
def test_what_a_command_has_started_ends_with_it_however_it_ends(
    tmp_path: Path, how: signal.Signals | None
) -> None:
    """A cancelled job, a closed terminal, a kill, and a reader of its words that has gone."""
    command = subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert command.stdout
    if how is None:
        command.stdout.close()
    else:
        command.stdout.readline()  # it is up
        command.send_signal(how)
    try:
        command.wait(30)
    finally:
        command.kill()
        command.stdout.close()

    deadline = time.monotonic() + 20
    while (left := list(tmp_path.iterdir())) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not left
    if how is not signal.SIGKILL:
        assert command.returncode in (2, 130)


def test_no_credentials_of_the_user_reach_the_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.setenv("AWS_PROFILE", "production")

    found = emulator.environment()

    assert not [name for name in found if name.startswith("AWS_")]
    tools = found["PATH"].split(os.pathsep)
    assert [tool for tool in tools if tool.endswith("node_modules/.bin")]
