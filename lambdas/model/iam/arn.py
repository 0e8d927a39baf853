"""Amazon Resource Names: six fields, of which the last may hold colons and slashes."""

import re
from dataclasses import dataclass, replace
from typing import Self

FIELDS = 6  # arn:partition:service:region:account:resource
RESOURCE_FIELD = FIELDS - 1
ACCOUNT_ID = r"\d{12}"  # a regular expression
# Services whose ARNs name no region, or no account,
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
_WITHOUT_REGION = frozenset({"iam", "s3", "sts"})
_WITHOUT_ACCOUNT = frozenset({"apigateway", "s3"})
# What IAM takes as a Resource beside `*`; anything else makes the whole document malformed,
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
_RESOURCE = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[^:$]*:[^:$]*:.+", re.DOTALL)

# Of IAM, what may have a path before its name,
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
WITH_PATHS = "role|user|group|policy|instance-profile"


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


def arn_of(
    service: str, resource: str, *, partition: str, region: str = "", account: str = ""
) -> str:
    """An ARN of a place; what of the place the service's ARNs do not name is left out."""
    region = "" if service in _WITHOUT_REGION else region
    account = "" if service in _WITHOUT_ACCOUNT else account
    return f"arn:{partition}:{service}:{region}:{account}:{resource}"


def arn_pattern(
    service: str,
    resource: str,
    *,
    partition: str = "[^:]+",
    region: str = "[^:]*",
    account: str = "[^:]*",
) -> str:
    """The regular expression of a service's ARNs; each field is one itself."""
    return f"arn:{partition}:{service}:{region}:{account}:{resource}"


def resource_of(arn: str) -> str:
    """What follows the fifth colon; of a text with fewer, what follows the last."""
    return arn.split(":", RESOURCE_FIELD)[-1]


def is_resource(text: str) -> bool:
    """Whether a policy may name it as a resource: `*`, or an ARN in a partition of AWS's."""
    return text == "*" or _RESOURCE.fullmatch(text) is not None


def is_arn(text: str) -> bool:
    """Whether the text has the six fields of an ARN."""
    return text.startswith("arn:") and text.count(":") >= FIELDS - 1
