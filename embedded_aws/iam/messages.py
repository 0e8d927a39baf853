"""How IAM and each service word what they refuse: codes, denials, and what cannot be found.

MiniStack words them in its own way; tools read AWS's. The Serverless Framework's custom resources,
for one, look for `cannot be found`.
"""

import hashlib
import re
from collections.abc import Callable
from typing import Any

from ministack.services import iam

from embedded_aws.iam import refusal_words
from embedded_aws.iam.evaluation.decision import Denial

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


def error_of(service: str, denial: Denial, account: str, first: str = "") -> tuple[str, str]:
    """The code and the message that a service answers a denial with.

    Args:
        service: MiniStack's key.
        denial: what was refused.
        account: the caller's.
        first: the action of the call itself; what else was asked is told in words of its own.
    """
    message = denial.message
    if denial.check.action != first:
        message = refusal_words.within(service, denial.check, account, message)
    if service == "ec2":
        # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
        proof = hashlib.sha256(message.encode()).hexdigest()
        sentence = "You are not authorized to perform this operation."
        encoded = f". Encoded authorization failure message: {proof}"
        return _CODES["ec2"], f"{sentence} {message}{encoded}"
    code = _CODES.get(service, "AccessDenied" if service in _XML else "AccessDeniedException")
    return code, message
