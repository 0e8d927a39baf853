"""How IAM and each service word what they refuse: codes, denials, and what cannot be found.

MiniStack words them in its own way; tools read AWS's. The Serverless Framework's custom resources,
for one, look for `cannot be found`.
"""

import hashlib
import re
from collections.abc import Callable
from typing import Any

from ministack.services import iam

_MISSING = re.compile(r"^(Role|User|Group|Policy|Instance [Pp]rofile) (\S+) (?:was )?not found\.?$")
# Services whose denials have a code of their own; EC2 words the sentence in its own way too.
_CODES = {"sns": "AuthorizationError", "ec2": "UnauthorizedOperation"}
# Query and REST-XML services say `AccessDenied`, JSON services `AccessDeniedException`.
_XML = {
    "autoscaling",
    "cloudformation",
    "cloudfront",
    "elasticache",
    "elasticloadbalancing",
    "iam",
    "monitoring",
    "rds",
    "route53",
    "s3",
    "ses",
    "sqs",
    "sts",
}


def install() -> None:
    """Say it as IAM does."""
    iam._error = _worded(iam._error)


def _worded(original: Callable[..., Any]) -> Callable[..., Any]:
    def error(status: int, code: str, message: str, ns: str = "iam") -> Any:
        return original(status, code, as_iam_says(message), ns)

    return error


def as_iam_says(message: str) -> str:
    """Turn `Role x not found.` into IAM's `The role with name x cannot be found.`."""
    found = _MISSING.match(message)
    if found is None:
        return message
    return f"The {found[1].lower()} with name {found[2]} cannot be found."


def error_of(service: str, message: str) -> tuple[str, str]:
    """The code and the message that a service answers a denial with."""
    if service == "ec2":
        # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
        proof = hashlib.sha256(message.encode()).hexdigest()
        sentence = "You are not authorized to perform this operation."
        return _CODES[
            "ec2"
        ], f"{sentence} {message}. Encoded authorization failure message: {proof}"
    code = _CODES.get(service, "AccessDenied" if service in _XML else "AccessDeniedException")
    return code, message
