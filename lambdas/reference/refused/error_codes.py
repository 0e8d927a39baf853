"""What an error says about the permission of the call that failed: rules that are data."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from lambdas.reference.shards import shard

_BEFORE = re.compile(r"^(?:client|server|sender|aws)\.")
_BEHIND = re.compile(r"(?:exception|fault|error)+$")


class Meaning(StrEnum):
    """What a failure proves."""

    REFUSED = "refused"  # IAM said no, or who asked was not known
    AFTER = "after"  # IAM was asked and said yes
    BEFORE = "before"  # nobody had asked IAM, or may have
    UNKNOWN = "unknown"  # no rule knows the error


class _Rule(NamedTuple):
    meaning: Meaning
    code: re.Pattern[str] | None
    message: re.Pattern[str] | None
    services: tuple[str, ...]


@lru_cache(maxsize=16_384)
def meaning_of_error(source: str, code: str, message: str) -> Meaning:
    """What an error of a service proves.

    Args:
        source: CloudTrail's eventSource.
        code: CloudTrail's errorCode.
        message: CloudTrail's errorMessage.
    """
    service = source.partition(".")[0].lower()
    bare = plain(code)
    for rule in _rules():
        if rule.services and service not in rule.services:
            continue
        if rule.code is not None and not rule.code.fullmatch(bare):
            continue
        if rule.message is None or rule.message.search(message):
            return rule.meaning
    return Meaning.UNKNOWN


def plain(code: str) -> str:
    """The code as rules are written for it: `Client.UnauthorizedOperation` and its like are one."""
    text = _BEFORE.sub("", re.sub(r"[^a-z0-9._]", "", code.lower()))
    return _BEHIND.sub("", text) or text


@lru_cache(maxsize=1)
def _rules() -> tuple[_Rule, ...]:
    content = shard("error_codes")
    return tuple(
        _Rule(
            meaning=Meaning(one["outcome"]),
            code=re.compile(one["code"], re.IGNORECASE) if "code" in one else None,
            message=re.compile(one["message"], re.IGNORECASE) if "message" in one else None,
            services=tuple(one.get("service", ())),
        )
        for one in (*content["messages"], *content["codes"])
    )
