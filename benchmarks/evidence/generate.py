"""A trail made up from a seed: many callers, one of them the run, and the truth of its actions."""

import gzip
import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/sandbox/deployer"
RUN = "20261123T100000Z-0a1b2c3d"
REGION = "eu-west-1"
START = datetime(2026, 11, 23, 10, tzinfo=UTC)
FORWARDED = 0.5  # of the run's events CloudFormation makes so many
FAILED = 0.03
UPPER = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PHASES = ("deploy", "update", "remove")

_LINES = Path(__file__).with_name("calls.json").read_text(encoding="utf-8").splitlines()
_CALLS = [line.strip().removesuffix(",") for line in _LINES[1:-1]]
# Event source, name, request, answer, and the actions that it truly needs.
Kind = tuple[str, str, dict[str, Any] | None, dict[str, Any] | None, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What trail to make."""

    events: int
    share: float  # of the events that are the run's
    files: int
    seed: int = 7
    clustered: bool = False  # the run's events in as few files as they fit
    stacks: int = 0  # deployed in turn, under new names each time; none: the same names again


def generate(folder: Path, wanted: Wanted) -> frozenset[str]:
    """Write the files, and tell the run's true actions."""
    chance = random.Random(wanted.seed)
    truth: set[str] = set()
    per_file = max(1, wanted.events // wanted.files)
    calls = _Calls.of(chance, wanted)
    for number in range(wanted.files):
        first = number * per_file
        last = wanted.events if number == wanted.files - 1 else first + per_file
        records = [
            _event(chance, index, calls, _is_run(chance, index, wanted), truth)
            for index in range(first, last)
        ]
        _write(folder, number, records)
    return frozenset(truth)


def _is_run(chance: random.Random, index: int, wanted: Wanted) -> bool:
    if wanted.clustered:
        return index < wanted.events * wanted.share
    return chance.random() < wanted.share


def _write(folder: Path, number: int, records: list[dict[str, Any]]) -> None:
    time = START + timedelta(minutes=5 * (number // 8))
    place = folder / "AWSLogs" / ACCOUNT / "CloudTrail" / REGION / f"{time:%Y/%m/%d}"
    place.mkdir(parents=True, exist_ok=True)
    unique = hashlib.sha256(str(number).encode()).hexdigest()[:16]
    name = f"{ACCOUNT}_CloudTrail_{REGION}_{time:%Y%m%dT%H%MZ}_{unique}.json.gz"
    text = json.dumps({"Records": records}, separators=(",", ":")).encode()
    (place / name).write_bytes(gzip.compress(text, compresslevel=6, mtime=0))


def _event(
    chance: random.Random,
    index: int,
    calls: "_Calls",
    own: bool,  # noqa: FBT001
    truth: set[str],
) -> dict[str, Any]:
    source, name, request, answer, actions = next(calls.own if own else calls.others)
    forwarded = own and chance.random() < FORWARDED
    if own:
        truth.update(actions)
    error = chance.random()
    time = START + timedelta(seconds=index // 20)
    record = {
        "eventVersion": "1.11",
        "userIdentity": _identity(chance, own, forwarded=forwarded),
        "eventTime": f"{time:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": REGION,
        "sourceIPAddress": "cloudformation.amazonaws.com" if forwarded else f"10.0.{index % 250}.7",
        "userAgent": "cloudformation.amazonaws.com"
        if forwarded
        else "aws-sdk-nodejs/3.700.0 linux/v20.18.0 promise md/crt-avail",
        "requestParameters": request,
        "responseElements": answer,
        "requestID": _uuid(chance),
        "eventID": _uuid(chance),
        "readOnly": answer is None,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": f"{source}.{REGION}.amazonaws.com",
        },
    }
    if error < FAILED:
        record["errorCode"] = "ThrottlingException"
        record["errorMessage"] = "Rate exceeded"
    return record


def _identity(chance: random.Random, own: bool, *, forwarded: bool) -> dict[str, Any]:  # noqa: FBT001
    if own:
        role, session = "deployer", f"{RUN}.{chance.choice(PHASES)}"
        issuer = ROLE
    else:
        role, session = f"service-{chance.randrange(300)}", f"i-{chance.getrandbits(64):016x}"
        issuer = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    identity = {
        "type": "AssumedRole",
        "principalId": f"AROA{hashlib.sha256(role.encode()).hexdigest()[:17].upper()}:{session}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}",
        "accountId": ACCOUNT,
        "accessKeyId": f"ASIA{chance.getrandbits(64):016X}",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": f"AROA{hashlib.sha256(role.encode()).hexdigest()[:17].upper()}",
                "arn": issuer,
                "accountId": ACCOUNT,
                "userName": role,
            },
            "attributes": {"creationDate": "2026-11-23T10:00:00Z", "mfaAuthenticated": "false"},
        },
    }
    if forwarded:
        identity["invokedBy"] = "cloudformation.amazonaws.com"
    return identity


@dataclass(frozen=True, slots=True)
class _Calls:
    """What the run calls, and what everybody else does."""

    own: Iterator[Kind]
    others: Iterator[Kind]

    @classmethod
    def of(cls, chance: random.Random, wanted: Wanted) -> "_Calls":
        if not wanted.stacks:
            both = _repeated(chance)
            return cls(both, both)
        own, others = (random.Random(f"{wanted.seed}/{who}") for who in ("own", "others"))
        return cls(_deployed(own, wanted.stacks), _deployed(others, wanted.stacks))


def _repeated(chance: random.Random) -> Iterator[Kind]:
    """Calls of the list, their names drawn from a few hundred as deployments have them."""
    while True:
        text = chance.choice(_CALLS)
        text = text.replace("{name}", f"orders-dev-{chance.randrange(400)}")
        text = text.replace("{bucket}", f"orders-dev-bucket-{chance.randrange(40):012x}")
        yield _kind(text.replace("{id}", f"{chance.getrandbits(32):08x}"))


def _deployed(chance: random.Random, stacks: int) -> Iterator[Kind]:
    """Every call of the list for one stack after the other, under names never seen before."""
    while True:
        for number in range(stacks):
            stack = f"svc-{number:02d}-dev"
            names = {
                "{name}": f"{stack}-Fn-{''.join(chance.choices(UPPER, k=12))}",
                "{bucket}": f"{stack}-files-{''.join(chance.choices(UPPER.lower(), k=12))}",
                "{id}": f"{chance.getrandbits(64):017x}",
                "orders-dev": f"{stack}-{chance.getrandbits(32):08x}",
                "a1b2c3d4e5": "".join(chance.choices(UPPER.lower(), k=10)),
                "orders/dev": f"{stack}/{chance.getrandbits(32):08x}",
                "dev-orders": f"dev-{stack}-{chance.getrandbits(32):08x}",
            }
            for text in _CALLS:
                filled = text
                for name, value in names.items():
                    filled = filled.replace(name, value)
                yield _kind(filled)


def _kind(text: str) -> Kind:
    source, name, request, answer, actions = json.loads(text)
    return source, name, request, answer, tuple(actions)


def _uuid(chance: random.Random) -> str:
    text = f"{chance.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
