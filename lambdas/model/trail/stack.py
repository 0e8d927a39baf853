"""Stacks of a run, as CloudFormation describes them: what it read, and which name is whose."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from lambdas.model.findings.finding import Finding
from lambdas.model.trail.evidence import Implied


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class StackResource:
    """A resource of a stack.

    Attributes:
        logical_id: its name in the template.
        type: such as `AWS::S3::Bucket`.
        physical_id: what `Ref` gives: a name, an id or an ARN.
        given: whether the template gives the name itself.
    """

    logical_id: str
    type: str
    physical_id: str
    given: bool = False

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        return cls(
            logical_id=raw["logicalId"],
            type=raw["type"],
            physical_id=raw["physicalId"],
            given=raw["given"],
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values, in a fixed order."""
        return {
            "logicalId": self.logical_id,
            "type": self.type,
            "physicalId": self.physical_id,
            "given": self.given,
        }


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Stack:
    """A stack of the run.

    Attributes:
        id: its ARN.
        reads: permissions that CloudFormation asks the caller for while it reads the template.
        resources: sorted.
    """

    id: str
    reads: tuple[Implied, ...] = ()
    resources: tuple[StackResource, ...] = ()

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        return cls(
            id=raw["id"],
            reads=tuple(Implied.from_json(one) for one in raw["reads"]),
            resources=tuple(StackResource.from_json(one) for one in raw["resources"]),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values, in a fixed order."""
        return {
            "id": self.id,
            "reads": [one.to_json() for one in self.reads],
            "resources": [one.to_json() for one in self.resources],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class StackReport:
    """What was read of the run's stacks, and what was not."""

    stacks: tuple[Stack, ...] = ()
    findings: tuple[Finding, ...] = ()

    @classmethod
    def from_bytes(cls, document: bytes) -> Self:
        """Read what `to_bytes` wrote."""
        raw = json.loads(document)
        return cls(
            stacks=tuple(Stack.from_json(one) for one in raw["stacks"]),
            findings=tuple(Finding.from_json(one) for one in raw["findings"]),
        )

    def to_bytes(self) -> bytes:
        """A JSON document, in a fixed order."""
        content = {
            "stacks": [one.to_json() for one in self.stacks],
            "findings": [one.to_json() for one in self.findings],
        }
        return (json.dumps(content, indent=1) + "\n").encode()
