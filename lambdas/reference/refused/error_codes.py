"""What an error says about the permission of the call that failed: rules that are data."""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from lambdas.reference.shards import shard

_BEFORE = re.compile(r"^(?:client|server|sender|aws)\.")
_BEHIND = re.compile(r"(?:exception|fault|error)+$")


class Authorization(StrEnum):
    """What a failure proves of the call's authorization."""

    REFUSED = "refused"  # IAM said no, or who asked was not known
    AFTER = "after"  # IAM was asked and said yes
    BEFORE = "before"  # nobody had asked IAM, or may have
    UNKNOWN = "unknown"  # no rule knows the error


class Rule(NamedTuple):
    """What a failure proves, if the error fits.

    Attributes:
        code: of the whole plain code; `message`: of a part of the message; `services`: by the first
            part of the event source, all when there is none.
    """

    authorization: Authorization
    code: re.Pattern[str] | None
    message: re.Pattern[str] | None
    services: tuple[str, ...]

    def fits(self, service: str, code: str, message: str) -> bool:
        """Whether an error of a service is one of the rule's."""
        if self.services and service not in self.services:
            return False
        if self.code is not None and not self.code.fullmatch(code):
            return False
        return self.message is None or bool(self.message.search(message))


@lru_cache(maxsize=16_384)
def authorization_of(source: str, code: str, message: str) -> Authorization:
    """What an error of a service proves.

    Args:
        source: CloudTrail's eventSource.
        code: CloudTrail's errorCode.
        message: CloudTrail's errorMessage.
    """
    service = source.partition(".")[0].lower()
    bare = plain(code)
    for rule in _rules():
        if rule.fits(service, bare, message):
            return rule.authorization
    host = source.lower().removesuffix(".amazonaws.com")
    return _of_source().get(host, {}).get(bare) or _documented().get(bare, Authorization.UNKNOWN)


def plain(code: str) -> str:
    """The code as rules are written for it: `Client.UnauthorizedOperation` and its like are one."""
    text = _BEFORE.sub("", re.sub(r"[^a-z0-9._]", "", code.lower()))
    return _BEHIND.sub("", text) or text


def rules_of(content: Mapping[str, Any]) -> tuple[Rule, ...]:
    """The curated rules in their order, words before codes."""
    return tuple(
        Rule(
            authorization=Authorization(one["outcome"]),
            code=re.compile(one["code"], re.IGNORECASE) if "code" in one else None,
            message=re.compile(one["message"], re.IGNORECASE) if "message" in one else None,
            services=tuple(one.get("service", ())),
        )
        for one in (*content["messages"], *content["codes"])
    )


@lru_cache(maxsize=1)
def _rules() -> tuple[Rule, ...]:
    return rules_of(shard("error_codes"))


@lru_cache(maxsize=1)
def _documented() -> dict[str, Authorization]:
    """What the services' own models agree on, of codes that no rule knows."""
    return _by_code(shard("error_codes")["documented"])


@lru_cache(maxsize=1)
def _of_source() -> dict[str, dict[str, Authorization]]:
    """What the model of one event source says of a code, where others' say something else."""
    return {host: _by_code(said) for host, said in shard("error_codes")["by_source"].items()}


def _by_code(said: Mapping[str, list[str]]) -> dict[str, Authorization]:
    return {
        code: Authorization(authorization)
        for authorization, codes in said.items()
        for code in codes
    }
