"""Managed policies that roles were given and the run did not create, as IAM tells them."""

import json
from dataclasses import dataclass
from typing import Self

from lambdas.model.findings.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedPolicies:
    """What IAM told.

    Attributes:
        documents: ARN and document, as JSON in one spelling; sorted.
        findings: what it did not tell.
    """

    documents: tuple[tuple[str, str], ...] = ()
    findings: tuple[Finding, ...] = ()

    @classmethod
    def from_bytes(cls, body: bytes) -> Self:
        """Read what `to_bytes` wrote."""
        raw = json.loads(body)
        return cls(
            documents=tuple(sorted(raw["documents"].items())),
            findings=tuple(Finding.from_json(one) for one in raw["findings"]),
        )

    def to_bytes(self) -> bytes:
        """A document of the archive; the same answers give the same bytes."""
        content = {
            "documents": dict(self.documents),
            "findings": [one.to_json() for one in self.findings],
        }
        return (json.dumps(content, indent=1) + "\n").encode()
