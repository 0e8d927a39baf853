"""The manifest of a run: what it left in the archive, and which run came before.

Each manifest holds the SHA-256 of every document of its run and of the manifest before it: a change
anywhere breaks a link that a later run has sealed. Its own seal names a change in itself.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Self

FORMAT = 1
MANIFEST = "manifest.json"
APPROVAL = "approval.json"
WITHDRAWAL = "withdrawal.json"  # of the approval


def digest(body: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return sha256(body).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Kept:
    """One document of the run."""

    name: str
    sha256: str
    size: int

    @classmethod
    def of(cls, name: str, body: bytes) -> Self:
        """Measure a document."""
        return cls(name=name, sha256=digest(body), size=len(body))


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A document of another run, pinned: its manifest or approval by SHA-256."""

    run: str
    sha256: str

    @classmethod
    def from_json(cls, raw: Mapping[str, Any] | None) -> Self | None:
        """Read what `to_json` wrote."""
        return cls(run=raw["run"], sha256=raw["sha256"]) if raw else None

    def to_json(self) -> dict[str, str]:
        """Plain values, in a fixed order."""
        return {"run": self.run, "sha256": self.sha256}


def sealed(content: Mapping[str, Any]) -> bytes:
    """Canonical JSON with its own seal as the last field."""
    body = _canonical(content)
    return _canonical({**content, "seal": digest(body)})


def unsealed(body: bytes) -> dict[str, Any]:
    """Read what `sealed` wrote.

    Raises:
        ValueError: a byte of it is not as it was written.
    """
    try:
        content = json.loads(body)
        seal = content.pop("seal")
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise ValueError("it is not sealed JSON") from error
    if not isinstance(content, dict) or sealed(content) != body:
        raise ValueError(f"it does not match its own seal {seal}")
    return content


_PAGE_SEAL = re.compile(rb"<!-- seal ([0-9a-f]{64}) -->\n\Z")


def sealed_page(page: str) -> bytes:
    """A page that lists runs, with its own seal as the last line."""
    body = page.encode()
    return body + f"<!-- seal {digest(body)} -->\n".encode()


def page_intact(body: bytes) -> bool:
    """Whether a page is as `sealed_page` wrote it."""
    found = _PAGE_SEAL.search(body)
    return found is not None and digest(body[: found.start()]).encode() == found.group(1)


def _canonical(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=True) + "\n").encode()
