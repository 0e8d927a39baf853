"""What a call needs, by the reader of trails and by the embedded AWS: two copies, compared.

Both decide for every operation of every service, on the fullest and on the smallest request that
botocore's models allow; of services outside AWS's tables only what the reader lacks is compared. Where they differ, somebody has judged it: two_deciders.yaml.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from embedded_aws.iam.calls import Call, UnidentifiedCallError
from embedded_aws.iam.requirements.authorized_actions import in_tables
from embedded_aws.iam.requirements.checks import checks_of
from lambdas.collect_evidence.translation.translate import translate
from tests.unit.reference.requests import (
    ACCOUNT,
    REGION,
    modelled,
    recorded,
    request_of,
    required_of,
)

ROLE = f"arn:aws:iam::{ACCOUNT}:role/my-role"
JUDGED = Path(__file__).with_name("two_deciders.yaml")
Needs = dict[str, set[str]]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Difference:
    """One action of one operation that the two do not see alike.

    Attributes:
        kind: `reader lacks`, `emulator lacks`, or `elsewhere` where the resources differ.
    """

    service: str
    operation: str
    action: str
    kind: str

    def __str__(self) -> str:
        return f"{self.service} {self.operation} {self.action}: {self.kind}"


def test_every_difference_between_the_two_deciders_is_judged() -> None:
    rows = judged()

    unjudged = [one for one in differences() if not any(_judges(row, one) for row in rows)]

    assert not unjudged, "\n".join(map(str, unjudged))


def test_no_judgement_is_about_a_difference_that_is_gone() -> None:
    found = differences()

    gone = [row for row in judged() if not any(_judges(row, one) for one in found)]

    assert not gone


def judged() -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = yaml.safe_load(JUDGED.read_text(encoding="utf-8"))
    return rows


def _judges(row: Mapping[str, Any], one: Difference) -> bool:
    operations = row.get("operations", ["*"])
    return (
        fnmatchcase(one.service, row["service"])
        and any(fnmatchcase(one.operation, pattern) for pattern in operations)
        and fnmatchcase(one.action, row["action"])
        and one.kind == row["kind"]
    )


@cache
def differences() -> tuple[Difference, ...]:
    return tuple(sorted(set(_differences())))


def _differences() -> Iterator[Difference]:
    for one in modelled():
        for request in (
            request_of(one.operation, one.known),
            required_of(one.operation, one.known),
        ):
            found = _compared(one.service, one.name, one.source, request)
            # Of the other services nothing tells who is right about a resource, or asks for too much.
            listed = in_tables(one.service)
            yield from (each for each in found if listed or each.kind == "reader lacks")


def _compared(
    service: str, name: str, source: str, request: dict[str, Any]
) -> Iterator[Difference]:
    read, asked = _read(source, name, request), _asked(service, name, request)
    if asked is None:
        return
    for action in sorted(read.keys() | asked.keys()):
        kind = _kind(read.get(action), asked.get(action))
        if kind:
            yield Difference(service=service, operation=name, action=action, kind=kind)


def _kind(read: set[str] | None, asked: set[str] | None) -> str:
    if read is None:
        return "reader lacks"
    if asked is None:
        return "emulator lacks"
    if all(any(_grants(one, resource) for one in read) for resource in asked):
        return ""
    return "elsewhere"


def _grants(granted: str, asked: str) -> bool:
    # The policy spells a log group with its streams as well.
    return fnmatchcase(asked, granted) or asked.startswith(f"{granted}:log-stream:")


def _read(source: str, name: str, request: dict[str, Any]) -> Needs:
    record = {
        "eventSource": source,
        "eventName": name,
        "requestParameters": recorded(request),
        "awsRegion": REGION,
        "recipientAccountId": ACCOUNT,
    }
    found: Needs = defaultdict(set)
    for line in translate(record, ROLE).evidence:
        found[str(line.action)].add(line.resource)
        for one in line.implies:
            found[str(one.action)].add(one.resource)
    return found


def _asked(service: str, name: str, request: dict[str, Any]) -> Needs | None:
    call = Call(service=service, operation=name, params=request, account=ACCOUNT, region=REGION)
    try:
        checks = checks_of(call)
    except UnidentifiedCallError:
        return None  # such a call is denied by name, whatever the policy
    found: Needs = defaultdict(set)
    for one in checks:
        found[one.action].add(one.resource)
    return found
