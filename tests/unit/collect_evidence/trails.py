"""Trails made up for the tests: records as CloudTrail writes them, and where they lie."""

import gzip
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, BinaryIO

from lambdas.collect_evidence.collect import PartialEvidence, collect
from lambdas.collect_evidence.principals.selection import Selection
from lambdas.collect_evidence.translation.attribution import Attribution
from lambdas.collect_evidence.translation.translate import translate
from lambdas.gateways.cloudtrail.trail import TrailFile
from lambdas.model.trail.evidence import Evidence

ACCOUNT = "111122223333"
REGION = "eu-west-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/sandbox"
RUN = "20261123T100000Z-0a1b2c3d."

Record = dict[str, Any]


def identity(
    role: str = ROLE, session: str = f"{RUN}deploy", key: str = "ASIAOWN", **more: Any
) -> Record:
    name = role.rpartition("/")[2]
    account = role.split(":")[4]
    return {
        "type": "AssumedRole",
        "principalId": f"AROAEXAMPLE:{session}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
        "accountId": account,
        "accessKeyId": key,
        "sessionContext": {"sessionIssuer": {"type": "Role", "arn": role, "userName": name}},
        **more,
    }


STRANGER = identity(f"arn:aws:iam::{ACCOUNT}:role/stranger", "other")


def record(
    source: str = "lambda",
    name: str = "GetFunction20150331v2",
    request: Mapping[str, Any] | None = None,
    response: Mapping[str, Any] | None = None,
    *,
    number: int = 1,
    who: Record | None = None,
    **more: Any,
) -> Record:
    return {
        "eventVersion": "1.11",
        "userIdentity": who or identity(),
        "eventTime": f"2026-11-23T10:{number // 60:02d}:{number % 60:02d}Z",
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": REGION,
        "sourceIPAddress": "192.0.2.1",
        "userAgent": "aws-cli/2.31",
        "requestParameters": request,
        "responseElements": response,
        "requestID": f"{number:012d}",
        "eventID": f"00000000-0000-4000-8000-{number:012d}",
        "eventType": "AwsApiCall",
        "recipientAccountId": ACCOUNT,
        **more,
    }


def packed(records: Sequence[Any]) -> bytes:
    text = json.dumps({"Records": list(records)}, separators=(",", ":"))
    return gzip.compress(text.encode(), mtime=0)


class MadeUpTrail:
    """Files in memory; a name may be told to fail."""

    def __init__(self, files: Mapping[str, bytes], broken: Sequence[str] = ()) -> None:
        self._files = dict(files)
        self._broken = set(broken)

    def files(self) -> Iterator[TrailFile]:
        for name, content in self._files.items():
            yield TrailFile.of(name, len(content))

    def open(self, file: TrailFile) -> BinaryIO:
        if file.name in self._broken:
            raise OSError("no permission")
        return io.BytesIO(self._files[file.name])


def trail_of(*files: Sequence[Any]) -> MadeUpTrail:
    return MadeUpTrail({f"{index}.json.gz": packed(one) for index, one in enumerate(files)})


def collected(trail: MadeUpTrail, principal: str = ROLE, session: str = "") -> PartialEvidence:
    return collect(trail, Selection.of(principal, session))


def lines_of(part: PartialEvidence) -> list[Record]:
    return [json.loads(line) for _, line in part.lines()]


def kinds_of(part: PartialEvidence) -> list[str]:
    return [finding.kind for finding in part.ledger.sorted()]


def evidence_of(record: Record, attribution: Attribution) -> tuple[Evidence, ...]:
    """What the line writer must write of a record of the attribution."""
    found = translate(record, attribution.principal)
    via = attribution.asked_via(found.through, found.hidden)
    return tuple(
        replace(one, session=attribution.session, phase=attribution.phase, via=via)
        for one in found.evidence
    )
