"""The gate is a security boundary: each way around it is tried."""

import http.client
import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from local.connection import Connection

pytestmark = pytest.mark.local

BODY = "Action=GetCallerIdentity&Version=2011-06-15"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
FORBIDDEN = 403
SOCKETS, LISTENING, LOOPBACK = Path("/proc/net/tcp"), "0A", "0100007F"


def send(
    embedded: Connection,
    *,
    method: str = "POST",
    path: str = "/",
    headers: Mapping[str, str] | None = None,
    body: str = BODY,
) -> tuple[int, str, dict[str, str]]:
    host = urlsplit(embedded.endpoint).netloc
    connection = http.client.HTTPConnection(host)
    connection.request(method, path, body.encode(), {**(headers or {})})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text, {k.lower(): v for k, v in answer.getheaders()}


def signed(
    embedded: Connection,
    *,
    access_key: str | None = None,
    secret_key: str | None = None,
    path: str = "/",
    method: str = "POST",
) -> dict[str, str]:
    request = AWSRequest(method, embedded.endpoint + path, data=BODY, headers=FORM)
    credentials = Credentials(access_key or embedded.access_key, secret_key or embedded.secret_key)
    SigV4Auth(credentials, "sts", "eu-west-1").add_auth(request)
    return dict(request.headers.items())


def test_a_request_signed_with_the_root_key_of_this_start_is_served(embedded: Connection) -> None:
    status, text, _ = send(embedded, headers=signed(embedded))

    assert status == 200
    assert f"arn:aws:iam::{embedded.account}:root" in text


def test_only_the_loopback_is_listened_on(embedded: Connection) -> None:
    if not SOCKETS.exists():
        pytest.skip("only Linux lists its sockets in /proc")
    port = urlsplit(embedded.endpoint).port
    rows = [line.split() for line in SOCKETS.read_text().splitlines()[1:]]
    local = [row[1].split(":") for row in rows if row[3] == LISTENING]

    assert [address for address, number in local if int(number, 16) == port] == [LOOPBACK]


@pytest.mark.parametrize(
    "host",
    [
        "attacker.example",
        "attacker.example:{port}",
        "127.0.0.1.nip.io:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost.attacker.example:{port}",
        "bucket.localhost:{port}",
        "[::1]:{port}",
        "",
    ],
)
def test_a_rebound_name_in_the_host_header_is_refused(embedded: Connection, host: str) -> None:
    name = host.format(port=urlsplit(embedded.endpoint).port)

    status, text, _ = send(embedded, headers={**signed(embedded), "Host": name})

    assert status == FORBIDDEN
    assert "root" not in text


def test_two_host_headers_are_refused(embedded: Connection) -> None:
    parts = urlsplit(embedded.endpoint)
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as connection:
        connection.sendall(
            f"GET / HTTP/1.1\r\nHost: {parts.netloc}\r\nHost: attacker.example\r\n\r\n".encode()
        )
        answer = connection.recv(100)

    assert answer.split()[1] in (b"400", b"403")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Origin", "http://attacker.example"),
        ("Origin", "null"),
        ("Origin", "http://127.0.0.1"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Access-Control-Request-Method", "POST"),
    ],
)
def test_a_browser_is_refused_even_with_a_right_signature(
    embedded: Connection, name: str, value: str
) -> None:
    status, _, headers = send(embedded, headers={**signed(embedded), name: value})

    assert status == FORBIDDEN
    assert not [header for header in headers if header.startswith("access-control")]


def test_node_s_own_fetch_is_no_browser(embedded: Connection) -> None:
    status, _, _ = send(embedded, headers={**signed(embedded), "Sec-Fetch-Mode": "cors"})

    assert status != FORBIDDEN


def test_a_preflight_is_refused(embedded: Connection) -> None:
    status, _, headers = send(embedded, method="OPTIONS", body="")

    assert status == FORBIDDEN
    assert not [header for header in headers if header.startswith("access-control")]


def test_no_answer_invites_other_origins(embedded: Connection) -> None:
    _, _, headers = send(embedded, headers=signed(embedded))

    assert not [header for header in headers if header.startswith("access-control")]


@pytest.mark.parametrize("key", ["test", "123456789012", "000000000000", "AKIAIOSFODNN7EXAMPLE"])
def test_well_known_root_keys_are_refused(embedded: Connection, key: str) -> None:
    for secret in ("test", embedded.secret_key):
        status, text, _ = send(
            embedded, headers=signed(embedded, access_key=key, secret_key=secret)
        )

        assert status == FORBIDDEN
        assert "root" not in text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "AWS test:signature"},
        {"Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/sts/aws4_request"},
        {"Authorization": "Bearer token"},
    ],
)
def test_a_request_without_a_whole_signature_is_refused(
    embedded: Connection, headers: Mapping[str, str]
) -> None:
    status, text, _ = send(embedded, headers={**FORM, **headers})

    assert status in (400, FORBIDDEN)
    assert "root" not in text


def test_a_wrong_signature_is_refused(embedded: Connection) -> None:
    status, text, _ = send(embedded, headers=signed(embedded, secret_key="guess"))

    assert status == FORBIDDEN
    assert "SignatureDoesNotMatch" in text


def test_a_body_that_was_not_signed_is_refused(embedded: Connection) -> None:
    status, _, _ = send(embedded, headers=signed(embedded), body=BODY + "&More=1")

    assert status == FORBIDDEN


def test_a_second_signature_in_the_address_is_refused(embedded: Connection) -> None:
    path = "/?X-Amz-Credential=test/20260101/eu-west-1/s3/aws4_request"

    status, _, _ = send(embedded, path=path, headers=signed(embedded, path=path))

    assert status == FORBIDDEN


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/_ministack/reset"),
        ("POST", "/_ministack/config"),
        ("GET", "/_ministack/health"),
        ("GET", "/_ministack/sqs/messages"),
        ("GET", "/_localstack/health"),
        ("GET", "/_ministack/lambda-code/123456789012/eu-west-1/f"),
        ("GET", "/_aws/execute-api/abc/dev/"),
        ("GET", "/health"),
    ],
)
def test_ministacks_own_paths_are_closed(embedded: Connection, method: str, path: str) -> None:
    status, _, _ = send(embedded, method=method, path=path, body="")

    assert status == FORBIDDEN


@pytest.mark.parametrize("path", ["/_ministack/reset", "/_ministack/config"])
def test_ministacks_own_paths_are_closed_even_to_the_root(embedded: Connection, path: str) -> None:
    status, _, _ = send(embedded, path=path, headers=signed(embedded, path=path))

    assert status == FORBIDDEN


def test_our_own_paths_need_the_root_key(embedded: Connection) -> None:
    iam = embedded.client("iam")
    iam.create_user(UserName="gate-user")
    key = iam.create_access_key(UserName="gate-user")["AccessKey"]
    path = "/_fencepost/records"
    headers = signed(
        embedded, access_key=key["AccessKeyId"], secret_key=key["SecretAccessKey"], path=path
    )

    assert send(embedded, path=path, headers=headers)[0] == FORBIDDEN
    assert send(embedded, path=path)[0] == FORBIDDEN


def test_a_user_without_permissions_is_denied(embedded: Connection) -> None:
    iam = embedded.client("iam")
    iam.create_user(UserName="poor-user")
    key = iam.create_access_key(UserName="poor-user")["AccessKey"]
    poor = boto3.client(
        "sqs",
        endpoint_url=embedded.endpoint,
        region_name="eu-west-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )

    with pytest.raises(ClientError, match="AccessDenied"):
        poor.create_queue(QueueName="forbidden")


def test_the_file_with_the_keys_is_for_its_owner_alone(embedded: Connection) -> None:
    file = embedded.inbox.parent / "endpoint.json"

    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/_ministack/cfn-response/guess"),
        ("PUT", "/_ministack/cfn-response/../reset"),
        ("PUT", "/_ministack/cfn-response/%2e%2e/config"),
        ("GET", "/_ministack/cfn-response/guess"),
        ("POST", "/_ministack/cfn-response/../reset"),
        ("GET", "/_fencepost/credentials/guess"),
        ("GET", "/v2/credentials/guess"),
    ],
)
def test_paths_that_need_no_signature_need_a_token_that_cannot_be_guessed(
    embedded: Connection, method: str, path: str
) -> None:
    bucket = embedded.client("s3").list_buckets()["Buckets"]

    status, text, _ = send(embedded, method=method, path=path, body="{}")

    assert status in (400, FORBIDDEN, 404)
    assert "SecretAccessKey" not in text
    assert embedded.client("s3").list_buckets()["Buckets"] == bucket
