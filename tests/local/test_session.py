"""The embedded AWS starts, is found again, and leaves nothing behind."""

import os
from pathlib import Path

import pytest

from local import emulator

pytestmark = pytest.mark.local


def test_starting_twice_finds_the_one_that_runs_and_stopping_ends_it(tmp_path: Path) -> None:
    state = tmp_path / "state"

    first = emulator.start(state, inbox=tmp_path / "inbox")
    second = emulator.start(state, inbox=tmp_path / "inbox")

    assert first == second
    assert emulator.stop(state)
    assert not first.answers()
    assert not state.exists()
    assert not emulator.stop(state)


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


def test_no_credentials_of_the_user_reach_the_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.setenv("AWS_PROFILE", "production")

    found = emulator.environment()

    assert not [name for name in found if name.startswith("AWS_")]
    tools = found["PATH"].split(os.pathsep)
    assert [tool for tool in tools if tool.endswith("node_modules/.bin")]
