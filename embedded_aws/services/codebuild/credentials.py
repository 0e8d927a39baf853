"""The container credentials endpoint of a build, as CodeBuild gives one: the only way to its role.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
"""

import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from embedded_aws.gateway import gate
from embedded_aws.protocol.request import Answer, Incoming
from embedded_aws.sessions.caller import Credentials, endpoint

PATH = "/_build/credentials/"
RENEWAL_SECONDS = 600  # before their end credentials are replaced


@dataclass(slots=True)
class Grant:
    """A running build's claim to sessions of its role."""

    role_arn: str
    token: str
    renew: Callable[[], Credentials]
    current: Credentials


_grants: dict[str, Grant] = {}
_guard = threading.Lock()


def install() -> None:
    """Answer on the endpoint's path; it asks for a token of its own."""
    gate.open_routes[PATH] = _answer


def grant(role_arn: str, renew: Callable[[], Credentials]) -> tuple[str, dict[str, str]]:
    """Serve a build's credentials; returns the grant's id and what the build's SDKs need."""
    identifier, token = secrets.token_urlsafe(16), secrets.token_urlsafe(32)
    with _guard:
        _grants[identifier] = Grant(role_arn, token, renew, renew())
    return identifier, {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{endpoint()}{PATH}{identifier}",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": token,
    }


def current(identifier: str) -> Credentials:
    """Credentials that last for a while yet."""
    with _guard:
        found = _grants[identifier]
        if found.current.expires - time.time() < RENEWAL_SECONDS:
            found.current = found.renew()
        return found.current


def revoke(identifier: str) -> None:
    """Serve a build no longer."""
    with _guard:
        _grants.pop(identifier, None)


def _answer(incoming: Incoming) -> Answer:
    identifier = incoming.path.removeprefix(PATH)
    found = _grants.get(identifier)
    offered = incoming.headers.get("authorization", "")
    if found is None or not hmac.compare_digest(offered.encode(), found.token.encode()):
        body = {"code": "AccessDenied", "message": "The token is not that of a running build"}
        return Answer(status=403, body=json.dumps(body).encode())
    credentials = current(identifier)
    expires = datetime.fromtimestamp(credentials.expires, UTC)
    body = {
        "RoleArn": found.role_arn,
        "AccessKeyId": credentials.access_key,
        "SecretAccessKey": credentials.secret_key,
        "Token": credentials.session_token,
        "Expiration": f"{expires:%Y-%m-%dT%H:%M:%SZ}",
    }
    return Answer(status=200, body=json.dumps(body).encode())
