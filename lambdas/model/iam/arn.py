"""Amazon Resource Names: six fields, of which the last may hold colons and slashes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Self

FIELDS = 6  # arn:partition:service:region:account:resource
# What IAM takes as a Resource beside `*`; anything else makes the whole document malformed,
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
_RESOURCE = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[^:$]*:[^:$]*:.+", re.DOTALL)


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Arn:
    """One ARN.

    Attributes:
        region: empty for global services and for S3.
        account: empty for S3 and for some of API Gateway's; `aws` for AWS's own managed policies.
        resource: everything after the fifth colon, as spelled.
    """

    partition: str
    service: str
    region: str = ""
    account: str = ""
    resource: str

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read an ARN.

        Raises:
            ValueError: the text has fewer than six fields, or does not begin with `arn:`.
        """
        fields = text.split(":", FIELDS - 1)
        if len(fields) != FIELDS or fields[0] != "arn":
            raise ValueError(f"{text!r} is not an ARN; it has the form arn:partition:service:…")
        _, partition, service, region, account, resource = fields
        return cls(
            partition=partition, service=service, region=region, account=account, resource=resource
        )

    @property
    def name(self) -> str:
        """What follows the last slash, for roles and policies with paths."""
        return self.resource.rsplit("/", 1)[-1]

    def with_resource(self, resource: str) -> Self:
        """The same place, another resource."""
        return replace(self, resource=resource)

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


def is_resource(text: str) -> bool:
    """Whether a policy may name it as a resource: `*`, or an ARN in a partition of AWS's."""
    return text == "*" or _RESOURCE.fullmatch(text) is not None


def is_arn(text: str) -> bool:
    """Whether the text has the six fields of an ARN."""
    return text.startswith("arn:") and text.count(":") >= FIELDS - 1
