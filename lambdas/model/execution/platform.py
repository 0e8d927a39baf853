"""Where a run took place: on AWS, on an embedded AWS, or nobody can say.

What is proved on an emulator is proved of the emulator. So every document says where it was shown.
"""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from lambdas.model.text import counted

# Set on a function, these send the SDK's calls elsewhere,
# https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
ENDPOINT_VARIABLE = "AWS_ENDPOINT_URL"
# One for each partition, with and without dual stack: botocore's partitions.json.
DOMAINS = (
    "amazonaws.com",
    "api.aws",
    "amazonaws.com.cn",
    "api.amazonwebservices.com.cn",
    "amazonaws.eu",
    "api.amazonwebservices.eu",
    "c2s.ic.gov",
    "api.aws.ic.gov",
    "sc2s.sgov.gov",
    "api.aws.scloud",
    "cloud.adc-e.uk",
    "api.cloud-aws.adc-e.uk",
    "csp.hci.ic.gov",
    "api.aws.hci.ic.gov",
)
_REGION = r"[a-z]{2,4}(?:-[a-z]+){1,2}-\d+"
_DOMAIN = "|".join(map(re.escape, DOMAINS))
# AWS's own hosts alone: `SERVICE.REGION.amazonaws.com` and the interface endpoints of its services.
# Customers' machines have names below these domains, too (`ec2-….compute.amazonaws.com`,
# load balancers, APIs, functions' URLs, endpoint services of their own): an emulator can be there.
# https://docs.aws.amazon.com/general/latest/gr/rande.html
# https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html
_ENDPOINT = re.compile(
    rf"https://(?:[a-z0-9-]+(?:\.dualstack)?(?:\.{_REGION})?\.(?:{_DOMAIN})"
    rf"|(?:bucket\.|control\.|accesspoint\.)?vpce-[a-z0-9-]+\.(?!vpce)[a-z0-9-]+"
    rf"\.{_REGION}\.vpce\.(?:{_DOMAIN}))(?::443)?/?"
)


class Platform(StrEnum):
    """The value stands in manifests and in sentences."""

    AWS = "AWS"
    EMBEDDED = "an embedded AWS"
    UNKNOWN = "an unknown platform"  # manifests of v0.1, and log files that were handed in

    @property
    def aside(self) -> str:
        """What titles add: ` on an embedded AWS`; nothing on AWS, nor where nobody can say."""
        return f" on {self}" if self is Platform.EMBEDDED else ""

    def compares_with(self, other: "Platform") -> bool:
        """Whether a run here may be compared unasked with an earlier one of the other platform.

        A run on AWS only with what says that it was on AWS: an archive of v0.1 may be a laptop's.
        Elsewhere nothing rests on the difference between an emulator and an unknown platform.
        """
        return self is other or Platform.AWS not in {self, other}

    @classmethod
    def read(cls, stated: object) -> "Platform":
        """What a manifest states; what is none of the values, or missing, is unknown."""
        return next((one for one in cls if one == stated), cls.UNKNOWN)


def platform_of(environment: Mapping[str, str], archive: str) -> Platform:
    """By where a function's calls go: whatever is not sent to AWS is emulated.

    Args:
        environment: the function's; the embedded AWS gives each its own address.
        archive: where the client goes that writes the dossier, as the SDK has resolved it from the
            environment, or from a file that the environment does not show.
    """
    sent = [
        address
        for name, address in environment.items()
        if address and (name == ENDPOINT_VARIABLE or name.startswith(f"{ENDPOINT_VARIABLE}_"))
    ]
    of_aws = all(_ENDPOINT.fullmatch(address) for address in (*sent, archive))
    return Platform.AWS if of_aws else Platform.EMBEDDED


def elsewhere(platforms: Sequence[Platform]) -> str:
    """How many of several runs took place on an embedded AWS; empty when none did."""
    emulated = platforms.count(Platform.EMBEDDED)
    if not emulated:
        return ""
    which = "All of them" if emulated == len(platforms) else counted(emulated, "of them", "of them")
    return f" {which} ran on an embedded AWS, an emulator: nothing of that was shown on AWS."
