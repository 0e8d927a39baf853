"""The runs before this one, as far as a dossier speaks of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from lambdas.model.archive.manifest import Link, digest, unsealed
from lambdas.model.dossier.refinement import Refinement
from lambdas.model.dossier.verdict import Verdict
from lambdas.model.execution.platform import Platform
from lambdas.model.execution.source_revision import PACKED, SourceRevision


class BaselineKind(StrEnum):
    """Why a run is the one to compare with; the first that exists is taken."""

    APPROVED = "approved"
    PROVED = "proved"
    LATEST = "latest"  # neither approved nor proved: the run before


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The run that this one is compared with.

    Attributes:
        manifest: the run, pinned. approval: its approval, pinned, when it has one.
        versions, definition, types: as its manifest tells them; for finding causes.
        platform: where it took place, as its manifest tells. revision: of its source.
    """

    manifest: Link
    standing: BaselineKind
    refinement: Refinement
    approval: Link | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    definition: Mapping[str, Any] = field(default_factory=dict)
    types: tuple[str, ...] = ()
    platform: Platform = Platform.UNKNOWN
    revision: SourceRevision = PACKED

    @property
    def run(self) -> str:
        """Its id."""
        return self.manifest.run


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviousRun:
    """What came before: the manifest to chain to, and the run to compare with.

    Attributes:
        platform: where the run of the manifest took place.
    """

    manifest: Link | None = None
    baseline: Baseline | None = None
    platform: Platform = Platform.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """A finished run in the list of its process's runs.

    Attributes:
        manifest: the run, pinned. approval: its approval, pinned, or None. by: who approved it.
        withdrawn: who took the approval back; empty while it stands.
        verdict: the verdict's words. proved: whether they say that the policy suffices.
        summary: counts, as the manifest holds them.
        platform: where the run took place.
    """

    manifest: Link
    verdict: str
    proved: bool
    started: str
    summary: Mapping[str, Any]
    approval: Link | None = None
    by: str = ""
    withdrawn: str = ""
    platform: Platform = Platform.UNKNOWN

    @property
    def stands(self) -> bool:
        """Whether the run is approved, and nobody has taken that back."""
        return self.approval is not None and not self.withdrawn

    @classmethod
    def from_manifest(
        cls,
        body: bytes,
        content: Mapping[str, Any],
        approval: bytes | None = None,
        withdrawal: bytes | None = None,
    ) -> Self:
        """The row of a run, from its manifest (as bytes, and read) and what was signed of it."""
        run = str(content["run"])
        return cls(
            manifest=Link(run=run, sha256=digest(body)),
            verdict=content["verdict"]["kind"],
            proved=Verdict.from_json(content["verdict"]).proved,
            started=content["startedAt"],
            summary=content["summary"],
            approval=Link(run=run, sha256=digest(approval)) if approval is not None else None,
            by=_signer(approval),
            withdrawn=_signer(withdrawal),
            platform=Platform.read(content.get("shownOn")),
        )

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        return cls(
            manifest=Link(run=raw["run"], sha256=raw["sha256"]),
            verdict=raw["verdict"],
            proved=raw["proved"],
            started=raw["started"],
            summary=raw["summary"],
            approval=Link.from_json(raw["approval"]),
            by=raw["by"],
            withdrawn=raw.get("withdrawn", ""),
            platform=Platform.read(raw.get("shownOn")),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values, in a fixed order."""
        return {
            **self.manifest.to_json(),
            "verdict": self.verdict,
            "shownOn": self.platform.value,
            "proved": self.proved,
            "started": self.started,
            "summary": dict(self.summary),
            "approval": self.approval.to_json() if self.approval else None,
            "by": self.by,
            **({"withdrawn": self.withdrawn} if self.withdrawn else {}),
        }


def _signer(signed: bytes | None) -> str:
    return str(unsealed(signed).get("by", "")) if signed is not None else ""
