"""What every test may rely on: no credentials of the developer, and laws tried often enough."""

import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# One embedded AWS for every folder of tests that talks to one.
pytest_plugins = ("tests.emulator",)

# `ci` draws the same examples every time, so that a red build is somebody's change, in CI and in
# `make test`; developers' runs draw new ones.
FIXED = os.environ.get("CI") or os.environ.get("FENCEPOST_EXAMPLES") == "fixed"
settings.register_profile("dev", max_examples=30, deadline=None)
settings.register_profile(
    "ci",
    max_examples=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("ci" if FIXED else "dev")

# Files that take longest go first, so that no process is left alone with one of them at the end.
LONGEST = (
    "test_proof.py",
    "test_services.py",
    "test_paths.py",
    "test_changes.py",
    "test_trail_delivery.py",
)
SECONDS_FILE = "FENCEPOST_SECONDS_FILE"
REPORT_TESTS = "tests/report/"
OWN_CREDENTIALS = ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


@pytest.fixture(autouse=True)
def _shield(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Keep tests away from the developer's own account, but those that are for it."""
    if request.node.get_closest_marker("aws"):
        return
    for name in OWN_CREDENTIALS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--long` runs what takes hours; `--shard 2/4` a quarter of it."""
    parser.addoption("--long", action="store_true", help="run the tests that are marked long")
    parser.addoption("--shard", default="1/1", metavar="K/N", help="a part of the long tests")


def shard(text: str) -> tuple[int, int]:
    """`2/4` as numbers; a part that is none would run nothing and look like a success."""
    match = re.fullmatch(r"([1-9][0-9]*)/([1-9][0-9]*)", text)
    if match is None or int(match[1]) > int(match[2]):
        message = f"--shard is K/N with 1 <= K <= N, such as 2/4, not {text!r}"
        raise pytest.UsageError(message)
    return int(match[1]), int(match[2])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is long, unless asked; begin with the longest files, each in its order."""
    if config.getoption("--long"):
        which, of = shard(config.getoption("--shard"))
        long = sorted(one.nodeid for one in items if one.get_closest_marker("long"))
        mine = set(long[which - 1 :: of])
        config.hook.pytest_deselected(items=[one for one in items if one.nodeid not in mine])
        items[:] = [one for one in items if one.nodeid in mine]
    else:
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(pytest.mark.skip(reason="`make long` runs it"))
    rank = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.name, len(LONGEST)))


_SECONDS: dict[str, float] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up what each file takes, set-up and end included."""
    file = report.nodeid.partition("::")[0]
    _SECONDS[file] = _SECONDS.get(file, 0.0) + report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave the seconds of each file where `tests.whole` asks for them."""
    asked = os.environ.get(SECONDS_FILE)
    if asked and not hasattr(session.config, "workerinput"):
        Path(asked).write_text(json.dumps(_SECONDS), encoding="utf-8")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Say aloud, in the last lines, that the report's browser tests did not run."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    skipped = [
        one
        for one in (reporter.stats.get("skipped", ()) if reporter else ())
        if one.nodeid.startswith(REPORT_TESTS)
    ]
    if reporter and skipped:
        reporter.line(
            f"NO BROWSER: {len(skipped)} tests of the report did not run; no Chromium or Chrome "
            "with its driver was found. On Debian: apt-get install chromium chromium-driver",
            red=True,
        )
