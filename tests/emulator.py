"""One embedded AWS for the tests that talk to one; each test makes its own names in it."""

import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Protocol

import botocore.session
import pytest

from lambdas.gateways import clients
from local import emulator
from local.connection import Connection
from tests import asking

ACCOUNT, OTHER_ACCOUNT = "123456789012", "210987654321"
DEADLINE = 120  # seconds, also on a busy machine


class Ask(Protocol):
    """Signs a request to one of our own paths and reads the answer."""

    def __call__(self, path: str, body: object = None) -> Any: ...


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """An embedded AWS with two accounts, whose trail delivers ten times a second."""
    state = tmp_path_factory.mktemp("aws") / "state"
    options = ("--trail-interval", "0.1", "--account", ACCOUNT, "--account", OTHER_ACCOUNT)
    yield emulator.start(state, inbox=state / "inbox", options=options)
    emulator.stop(state)


@pytest.fixture(scope="session")
def other_account(embedded: Connection) -> Connection:
    """The same embedded AWS, as the root of its second account."""
    found = Connection.of(embedded.inbox.parent, account=OTHER_ACCOUNT)
    assert found
    return found


@pytest.fixture
def ask(embedded: Connection) -> Ask:
    """Ask the embedded AWS itself, as its root: all records, the trail's knobs."""

    def asked(path: str, body: object = None) -> Any:
        return asking.ask(embedded, path, body)

    return asked


@pytest.fixture
def eventually() -> Callable[[Callable[[], Any]], Any]:
    """Ask until the answer is there, not longer than a deadline."""

    def wait(question: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            answer = question()
            if answer:
                return answer
            time.sleep(0.05)
        pytest.fail(f"not within {DEADLINE} s")

    return wait


@pytest.fixture
def shell(embedded: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell whose SDKs go to the embedded AWS."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", embedded.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", embedded.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", embedded.secret_key)
    monkeypatch.setattr(clients, "_session", cache(botocore.session.get_session))
