"""Messages of IAM that tools read: MiniStack words them in its own way.

The Serverless Framework's custom resources, for one, look for `cannot be found`.
"""

import re
from collections.abc import Callable
from typing import Any

from ministack.services import iam

_MISSING = re.compile(r"^(Role|User|Group|Policy|Instance [Pp]rofile) (\S+) (?:was )?not found\.?$")


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
