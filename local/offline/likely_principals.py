"""Who called, in files in which a principal was looked for in vain: to tell a mistyped ARN."""

import gzip
import re
import zlib
from collections import Counter
from collections.abc import Iterator

from lambdas.gateways.cloudtrail.trail import Trail

MOST = 5  # callers that are named
_FILES = 200  # that are looked at: enough to see who calls
_ARN = re.compile(rb'"userIdentity"\s*:\s*\{[^{}]{0,400}?"arn"\s*:\s*"([!-~]{1,512}?)"')
_SESSION = re.compile(r"arn:([^:]+):sts::(\d+):assumed-role/([^/]+)/.*")
_PACKED = b"\x1f\x8b"


def callers(trail: Trail) -> tuple[str, ...]:
    """The roles and users that called most, as `--principal` wants them."""
    counts = Counter(_principal(arn) for arn in _arns(trail))
    return tuple(sorted(counts, key=lambda arn: (-counts[arn], arn))[:MOST])


def _arns(trail: Trail) -> Iterator[str]:
    for file in sorted(trail.files())[:_FILES]:
        try:
            with trail.open(file) as stream:
                body = stream.read()
            text = gzip.decompress(body) if body.startswith(_PACKED) else body
        except (OSError, EOFError, zlib.error):
            continue  # the reader's findings have said it
        yield from (match.decode() for match in _ARN.findall(text))


def _principal(arn: str) -> str:
    match = _SESSION.fullmatch(arn)
    return "arn:{}:iam::{}:role/{}".format(*match.groups()) if match else arn
