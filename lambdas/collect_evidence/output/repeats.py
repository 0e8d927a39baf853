"""Records that repeat others but for who asked, when and by what ids: told from their bytes.

A run asks the same again and again, under one of its few sessions. CloudTrail writes what differs
in the same places, so it is cut out there, and the rest is compared without being parsed.
"""

import json
import re
from typing import NamedTuple

from lambdas.collect_evidence.record import Record
from lambdas.model.trail.evidence import CLOUDFORMATION

# How CloudTrail begins a record. All of it stands on the record's top level when what is taken
# for the identity is one value, which `is_one_value` sees to.
_BEGIN = re.compile(rb'\{"eventVersion":"[^"\\]*","userIdentity":(?=\{)')
_IDENTITY_ENDS = b'},"eventTime":"'
_HEAD = re.compile(
    rb',"eventTime":"([\w:.+-]*)",("eventSource":"[^"\\]*","eventName":"[^"\\]*",'
    rb'"awsRegion":"[^"\\]*",)"sourceIPAddress":"(?:[\da-fA-F:.]*|([^"\\]*))",'
    rb'"userAgent":"[^"\\]*(?:\\.[^"\\]*)*"'
)
_KEY = b'"accessKeyId":"'
_REQUEST, _EVENT = b'"requestID":"', b'"eventID":"'
_IDS = re.compile(rb'(?:"requestID":"[^"\\]*",)?"eventID":"([\w-]*)"')
_ONCE = (b'"eventTime":"', b'"sourceIPAddress":"', b'"userAgent":"', b'"eventID":"')
IdentityKey = tuple[
    bytes, bytes, bytes
]  # an identity around its access key, and a service's address


class SplitRecord(NamedTuple):
    """A record's bytes, cut into who asked, what is the same in repeated calls, and when."""

    identity_key: IdentityKey
    fingerprint: tuple[bytes, bytes, bytes]
    time: str
    event_id: str
    identity: bytes
    text: bytes


def split_record(text: bytes) -> SplitRecord | None:
    """Cut a record; None when it is not written as CloudTrail does."""
    begun = _BEGIN.match(text)
    if begun is None:
        return None
    begin = begun.end()
    at = text.find(_IDENTITY_ENDS, begin) + 1
    head = _HEAD.match(text, at) if at else None
    if head is None:
        return None
    found = text.rfind(_REQUEST, head.end())
    ids = _IDS.match(text, found if found >= 0 else text.rfind(_EVENT, head.end()))
    if ids is None:
        return None
    identity = text[begin:at]
    before, key, after = identity.partition(_KEY)
    return SplitRecord(
        identity_key=(before, after[after.find(b'"') :] if key else b"", head[3] or b""),
        fingerprint=(head[2], text[head.end() : ids.start()], text[ids.end() :]),
        time=head[1].decode(),
        event_id=ids[1].decode(),
        identity=identity,
        text=text,
    )


def stands_as_cut(split: SplitRecord, record: Record) -> bool:
    """Whether what was cut out of a record is what it says, once.

    Given an identity that is one value, another record with the same rest then says the same but
    for what was cut out.
    """
    if (record.get("eventTime"), record.get("eventID")) != split[2:4]:
        return False
    count = split.text.count
    return all([count(name) == 1 for name in _ONCE])  # noqa: C419 (a list of four is faster)


def is_one_value(text: bytes) -> bool:
    """Whether a text is JSON, whole."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def teaches(record: Record) -> bool:
    """Whether a record tells of sessions or roles at its time, by which others are judged."""
    source, name = record.get("eventSource"), str(record.get("eventName"))
    if source == "sts.amazonaws.com":
        return name.startswith("AssumeRole")
    request = record.get("requestParameters")
    if source != CLOUDFORMATION or not isinstance(request, dict):
        return False
    return any(key.lower() == "rolearn" for key in request)
