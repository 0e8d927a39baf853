"""Where a run took place: on AWS, on an embedded AWS, or nobody says.

What is proved on an emulator is proved of the emulator. So every document says where it was shown.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

# Set on a function, these send the SDK's calls elsewhere,
# https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
ENDPOINT_VARIABLE = "AWS_ENDPOINT_URL"
# Every endpoint of AWS, those of interface endpoints in a VPC as well, ends in one of these,
# https://docs.aws.amazon.com/general/latest/gr/rande.html
AWS_DOMAINS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".on.aws", ".aws.dev")


class Platform(StrEnum):
    """The value stands in manifests and in sentences."""

    AWS = "AWS"
    EMBEDDED = "an embedded AWS"
    UNTOLD = "a platform that is not told"  # manifests of v0.1, and log files that were handed in

    @property
    def aside(self) -> str:
        """What titles add: nothing on AWS, ` on an embedded AWS` elsewhere."""
        return f" on {self}" if self is Platform.EMBEDDED else ""

    def compares_with(self, other: Platform) -> bool:
        """Whether runs of the two may be compared unasked: not what ran on AWS with what did not.

        A run of which nobody says where it took place is compared with both.
        """
        return {self, other} != {Platform.AWS, Platform.EMBEDDED}

    @classmethod
    def read(cls, told: object) -> Platform:
        """What a manifest tells; what is none of the words, or missing, is not told."""
        return next((one for one in cls if one == told), cls.UNTOLD)


def platform_of(environment: Mapping[str, str]) -> Platform:
    """By where a function's calls go: whatever is not sent to AWS is emulated.

    The embedded AWS gives each function its own address and takes no call without it.
    """
    endpoints = [
        text
        for name, text in environment.items()
        if text and (name == ENDPOINT_VARIABLE or name.startswith(f"{ENDPOINT_VARIABLE}_"))
    ]
    return Platform.AWS if all(map(_of_aws, endpoints)) else Platform.EMBEDDED


def _of_aws(endpoint: str) -> bool:
    try:
        host = urlsplit(endpoint).hostname or ""
    except ValueError:
        return False
    return host.endswith(AWS_DOMAINS)
