"""One embedded AWS for the tests that talk to one; each test makes its own names in it."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local import session
from local.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ACCOUNT, OTHER_ACCOUNT = "123456789012", "210987654321"
DEADLINE = 20  # seconds


class Ask(Protocol):
    """Signs a request to one of our own paths and reads the answer."""

    def __call__(self, path: str, body: object = None) -> Any: ...


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """An embedded AWS with two accounts, whose trail delivers ten times a second."""
    state = tmp_path_factory.mktemp("aws") / "state"
    options = ("--trail-interval", "0.1", "--account", ACCOUNT, "--account", OTHER_ACCOUNT)
    yield session.start(state, inbox=state / "inbox", options=options)
    session.stop(state)


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
        text = None if body is None else json.dumps(body)
        method = "GET" if body is None else "POST"
        request = AWSRequest(method, embedded.endpoint + path, data=text)
        credentials = Credentials(embedded.access_key, embedded.secret_key)
        SigV4Auth(credentials, "fencepost", "eu-west-1").add_auth(request)
        sent = urllib.request.Request(  # noqa: S310 - the loopback
            embedded.endpoint + path,
            data=text.encode() if text else None,
            headers=dict(request.headers.items()),
            method=method,
        )
        with urllib.request.urlopen(sent) as answer:  # noqa: S310 - the loopback
            return json.loads(answer.read())

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
