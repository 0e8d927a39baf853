"""Ask an embedded AWS itself, as its root: its records, and the knobs that tests turn."""

import json
import urllib.request
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.connection import Connection


def ask(connection: Connection, path: str, body: object = None) -> Any:
    """GET a path of ours, or POST a body to it; the answer."""
    text = None if body is None else json.dumps(body)
    method = "GET" if body is None else "POST"
    request = AWSRequest(method, connection.endpoint + path, data=text)
    credentials = Credentials(connection.access_key, connection.secret_key)
    SigV4Auth(credentials, "fencepost", "eu-west-1").add_auth(request)
    sent = urllib.request.Request(  # noqa: S310 - the loopback
        connection.endpoint + path,
        data=text.encode() if text else None,
        headers=dict(request.headers.items()),
        method=method,
    )
    with urllib.request.urlopen(sent) as answer:  # noqa: S310 - the loopback
        return json.loads(answer.read())
