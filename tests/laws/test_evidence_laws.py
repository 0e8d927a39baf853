"""Laws of evidence: whatever the trail holds, nothing crashes, nothing hangs, nothing is lost."""

import gzip
import json
import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from hypothesis import example, given, settings
from hypothesis import strategies as st

from lambdas.collect_evidence.principals.caller import Caller, services_via
from lambdas.collect_evidence.translation.attribution import Attribution
from lambdas.collect_evidence.translation.translate import translate
from lambdas.model.iam.action import Action
from lambdas.model.iam.arn import is_arn
from lambdas.reference.actions import facts
from tests.unit.collect_evidence.trails import (
    ROLE,
    RUN,
    MadeUpTrail,
    collected,
    evidence_of,
    identity,
    kinds_of,
    lines_of,
    packed,
    record,
)

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)
NAMES = st.sampled_from(
    ["functionName", "name", "bucketName", "key", "roleArn", "role", "tags", "items", "stackName", "arn",
     "resourceArn", "tableName", "requestItems", "transactItems", "statement", "content", "tag", "queueUrl",
     "templateURL", "x-amz-copy-source", "credentials", "assumedRoleUser", "restApiId", "instancesSet",
     "eventTime", "eventID", "requestID", "userAgent", "sourceIPAddress", "userIdentity"]
)  # fmt: skip
ARNS = st.sampled_from(
    [ROLE, "arn:aws:lambda:eu-west-1:111122223333:function:f:live", "arn:", "arn:aws:s3:::", "arn:::::",
     "arn:aws:states:eu-west-1:111122223333:stateMachine:m", "arn:aws-cn:sqs:cn-north-1:1:q"]
)  # fmt: skip
REQUESTS = st.recursive(
    SCALARS | ARNS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=15,
)
SOURCES = st.sampled_from(
    ["lambda", "s3", "iam", "sts", "cloudformation", "apigateway", "dynamodb", "ec2", "kms", "sqs", "logs",
     "events", "monitoring", "ssm", "secretsmanager", "route53", "nosuch", "../etc", ""]
)  # fmt: skip
EVENTS = st.sampled_from(
    ["CreateFunction20150331", "Invoke", "PutObject", "CopyObject", "CreateRole", "AssumeRole", "CreateStack",
     "CreateRestApi", "TagResource", "TransactWriteItems", "ExecuteStatement", "RunInstances", "CreateTags",
     "ReEncrypt", "CreateQueue", "PutTargets", "GetParameters", "GetSecretValue", "Frobnicate", ""]
)  # fmt: skip
MESSAGES = st.text(max_size=40) | st.sampled_from(
    ["User: x is not authorized to perform: iam:PassRole on resource: arn:aws:iam::1:role/r",
     "is not authorized to perform: nosuch:Thing on resource", "not authorized to perform: s3:*"]
)  # fmt: skip


@st.composite
def strange_records(draw: st.DrawFn) -> dict[str, Any]:
    """Records of the principal in which everything else may be anything."""
    made = record(
        draw(SOURCES),
        draw(EVENTS),
        cast("Any", draw(REQUESTS)),
        cast("Any", draw(REQUESTS)),
        number=draw(st.integers(0, 3_000)),
    )
    made["errorCode"] = draw(st.none() | st.sampled_from(["AccessDenied", "Throttling"]) | ANYTHING)
    made["errorMessage"] = draw(st.none() | MESSAGES | ANYTHING)
    for key in draw(st.sets(st.sampled_from(sorted(set(made) - {"userIdentity"})), max_size=4)):
        if draw(st.booleans()):
            del made[key]
        else:
            made[key] = draw(ANYTHING)
    return made


@settings(max_examples=400, deadline=None)
@given(made=strange_records())
def test_every_record_of_the_principal_is_evidence_or_a_finding(made: dict[str, Any]) -> None:
    translation = translate(made, ROLE)
    assert translation.evidence or translation.findings
    for one in translation.evidence:
        known = facts(one.action)
        assert known is not None
        assert known.action == one.action
        assert one.resource == "*" or is_arn(one.resource) or one.resource.startswith("arn:")
    for line in translation.evidence:
        for implied in line.implies:
            assert facts(Action.from_text(str(implied.action))) is not None


@settings(max_examples=100, deadline=None)
@given(made=st.lists(strange_records(), max_size=5), pretty=st.booleans())
def test_a_trail_of_strange_records_loses_none(made: list[dict[str, Any]], pretty: bool) -> None:  # noqa: FBT001
    for number, one in enumerate(made):
        one["eventID"] = f"id{number}"
    content = json.dumps({"Records": made}, indent=1 if pretty else None).encode()
    part = collected(MadeUpTrail({"a.json": content}))
    told = {line["event_id"] for line in lines_of(part)}
    assert len(told) <= len(made)
    counted = sum(one.count for one in part.ledger.sorted())
    assert len(told) + counted >= len(made)


@settings(max_examples=200, deadline=None)
@given(anything=ANYTHING)
def test_any_json_is_read_without_a_crash(anything: object) -> None:
    for wrapped in (anything, {"Records": anything}, [anything], {"Records": [anything]}):
        part = collected(MadeUpTrail({"a.json": json.dumps(wrapped).encode()}))
        assert lines_of(part) == []


@settings(max_examples=200, deadline=None)
@given(who=ANYTHING, arn=st.text(max_size=40) | ARNS)
def test_any_identity_is_read_without_a_crash(who: object, arn: str) -> None:
    assert Caller.of({"userIdentity": who}) is None or isinstance(who, dict)
    Caller.of({"userIdentity": {"arn": arn, "sessionContext": who, "accessKeyId": who}})


SOUND = [record(request={"functionName": f"f{n}"}, number=n) for n in range(30)]
UNPACKED = gzip.decompress(packed(SOUND))
FILES = {"packed": packed(SOUND), "unpacked": UNPACKED}


@dataclass(frozen=True)
class Damage:
    """Bytes of a file that changed, by their place, and how many of all are left."""

    file: str
    changes: tuple[tuple[int, int], ...]
    left: int | None = None

    def done(self) -> bytes:
        damaged = bytearray(FILES[self.file])
        for place, byte in self.changes:
            damaged[place] = byte
        return bytes(damaged[: self.left])


@st.composite
def damages(draw: st.DrawFn) -> Damage:
    file = draw(st.sampled_from(sorted(FILES)))
    places = st.integers(0, len(FILES[file]) - 1)
    changes = st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=3)
    return Damage(file, tuple(draw(changes)), draw(st.none() | places))


# Nothing is lost of a file without its last brace. That its first record is now another role's,
# or has another's id, no reader can tell: nothing vouches for the bytes of what is not packed.
# What is cut, though, is found wherever it is cut: also where nothing of a record is left behind.
NO_BRACE = (len(UNPACKED) - 1, 0)
ANOTHER_ROLE = (UNPACKED.index(b":role/sandbox") + len(":role/"), ord("S"))
LIST, SECOND = UNPACKED.index(b"["), UNPACKED.index(b',{"eventVersion"')
ANOTHER_ID = (UNPACKED.index(b'0","eventType'), ord("1"))


@settings(max_examples=150, deadline=None)
@given(damage=damages())
@example(Damage("unpacked", (ANOTHER_ROLE, NO_BRACE)))
@example(Damage("unpacked", (ANOTHER_ID, NO_BRACE)))
@example(Damage("unpacked", (NO_BRACE,), LIST))
@example(Damage("unpacked", ((SECOND, ord("]")),), UNPACKED.index(b',{"eventVersion"', SECOND + 1)))
@example(Damage("unpacked", ((LIST, ord("}")),), SECOND))
def test_damaged_bytes_are_findings_and_never_silence(damage: Damage) -> None:
    damaged = damage.done()
    part = collected(MadeUpTrail({"a.json.gz": damaged}))
    read = {line["event_id"] for line in lines_of(part)}
    lost = [one for one in SOUND if one["eventID"] not in read]
    assert not lost or kinds_of(part) or _are_others(damaged, lost)


def _are_others(damaged: bytes, lost: list[dict[str, Any]]) -> bool:
    """Whether the damage left well-formed records: then they are simply other records."""
    try:
        plain = gzip.decompress(damaged) if damaged.startswith(b"\x1f\x8b") else damaged
    except (OSError, EOFError, zlib.error):
        return False
    return _is_json(plain) or all(_is_another(plain, one) for one in lost)


def _is_another(plain: bytes, record: dict[str, Any]) -> bool:
    """Whether a different record, as well-formed, stands in its place."""
    before = json.dumps(record, separators=(",", ":")).encode()
    begin = UNPACKED.index(before)
    now = plain[begin : begin + len(before)]
    return now != before and _is_json(now)


def _is_json(content: bytes) -> bool:
    try:
        json.loads(content.decode("utf-8", "surrogateescape"))
    except ValueError:
        return False
    return True


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10_000), files=st.integers(1, 6))
def test_dealing_records_out_to_files_in_any_way_gives_the_same_evidence(
    seed: int, files: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 (seeded)
    records = [record(request={"functionName": f"f{n % 7}"}, number=n) for n in range(40)]
    records += [record("sts", "GetCallerIdentity", number=50, who=identity(session="x"))]
    dealt: list[list[Any]] = [[] for _ in range(files)]
    for one in chance.sample(records, len(records)):
        dealt[chance.randrange(files)].append(one)
    dealt[0] += records[:5]  # delivered twice
    trail = MadeUpTrail({f"{n}.json.gz": packed(one) for n, one in enumerate(dealt)})
    once = MadeUpTrail({"all.json.gz": packed(records)})
    assert [line for _, line in collected(trail).lines()] == [
        line for _, line in collected(once).lines()
    ]


# Who asks in turn: sessions, keys, services that call on, and a role whose session is named alike.
CALLERS = [
    identity(),
    identity(key="ASIAOTHER"),
    identity(session=f"{RUN}remove", invokedBy="cloudformation.amazonaws.com"),
    identity(role="arn:aws:iam::111122223333:role/other", session="sandbox"),
]
PLAIN = st.builds(
    record,
    st.sampled_from(["lambda", "iam", "sqs"]),
    st.sampled_from(["GetFunction20150331v2", "GetRole", "CreateQueue"]),
    st.sampled_from(
        [{"functionName": "f"}, {"roleName": "r"}, {"queueName": "q", "eventTime": ""}]
    ),
    sourceIPAddress=st.sampled_from(["192.0.2.1", "2001:db8::1", "lambda.amazonaws.com", "odd"]),
    userAgent=st.sampled_from(["", 'a ("b" c)', "cloudformation.amazonaws.com"]),
)


@settings(max_examples=100, deadline=None)
@given(made=st.lists(strange_records() | PLAIN, min_size=1, max_size=4), times=st.integers(1, 9))
def test_what_is_remembered_and_written_fast_is_what_the_model_writes(
    made: list[dict[str, Any]], times: int
) -> None:
    records = [
        {
            **one,
            "userIdentity": CALLERS[(turn + index) % len(CALLERS)],
            "eventID": f"id{turn}",
            "eventTime": f"2026-11-23T10:00:{turn:02d}Z",
        }
        for turn in range(times)
        for index, one in enumerate(made)
    ]
    records = json.loads(json.dumps(records))
    wanted: set[tuple[tuple[str, ...], str]] = set()
    for one in records:
        caller = Caller.of(one)
        assert caller is not None
        if caller.principal != ROLE:
            continue
        attribution = Attribution(principal=ROLE, session=caller.session, via=services_via(one))
        wanted.update((line.order, line.to_line()) for line in evidence_of(one, attribution))
    part = collected(MadeUpTrail({"a.json.gz": packed(records)}))
    assert list(part.lines()) == sorted(wanted)


def _one(value: Any) -> list[Any]:
    return [value]


def _each(of: Callable[[Any], Any]) -> Callable[[list[Any]], list[Any]]:
    return lambda made: [of(one) for one in made]


# How people keep records: each form gives the JSON texts of a file.
KEPT: dict[str, Callable[[list[Any]], list[Any]]] = {
    "delivered": lambda made: _one({"Records": made}),
    "with more members": lambda made: _one({"v": 1, "Records": made, "next": "x"}),
    "a list": _one,
    "records": _each(lambda one: one),
    "delivered one by one": _each(lambda one: {"Records": [one]}),
    "a list of delivered": lambda made: _one([{"Records": made}]),
    "log events": lambda made: _one({"logEvents": [{"message": json.dumps(one)} for one in made]}),
}


@settings(max_examples=120, deadline=None)
@given(
    kept=st.lists(st.tuples(st.sampled_from(sorted(KEPT)), st.integers(0, 3)), max_size=4),
    between=st.sampled_from(["", "\n", " "]),
    compact=st.booleans(),
    packing=st.sampled_from(["none", "whole", "each"]),
)
def test_files_put_together_in_any_form_lose_no_record(
    kept: list[tuple[str, int]], *, between: str, compact: bool, packing: str
) -> None:
    parts, total = [], 0
    for form, count in kept:
        text = '}]},{"eventVersion":'  # what stands in a text separates nothing
        made = [
            record(request={"functionName": f"f{number}", "text": text}, number=number)
            for number in range(total, total + count)
        ]
        total += count
        separators = (",", ":") if compact else None
        texts = [json.dumps(one, separators=separators) for one in KEPT[form](made)]
        parts.append(between.join(texts).encode())
    content = {
        "none": between.encode().join(parts),
        "whole": gzip.compress(between.encode().join(parts)),
        "each": b"".join(map(gzip.compress, parts)),
    }[packing]
    lines = lines_of(collected(MadeUpTrail({"a": content})))
    assert len({line["event_id"] for line in lines}) == total
