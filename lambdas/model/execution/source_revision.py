"""The revision of the source that a run's cycles ran, as its build resolved it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from lambdas.model.text import counted, visible

if TYPE_CHECKING:
    from collections.abc import Mapping

SHORT = 12  # characters of a commit that people are shown
TOLD = 10  # commits named in one sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRevision:
    """What ran.

    Attributes:
        named: the revision that the run's input asked for; empty for the process's own.
        commit: what it was resolved to: a commit, or an object's version; empty for a folder that
            was packed at deployment.
        log: commits and their subjects, the newest first, as far back as the build told.
    """

    named: str = ""
    commit: str = ""
    log: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_json(cls, raw: object) -> Self:
        """Read the state machine's `revision`, or the manifest's; every part may be missing."""
        given: Mapping[str, Any] = raw if isinstance(raw, dict) else {}
        return cls(
            named=str(given.get("named") or ""),
            commit=str(given.get("commit") or ""),
            log=_log(str(given.get("log") or "")),
        )

    def to_json(self) -> dict[str, str]:
        """What a manifest keeps: not the log, which the repository has."""
        return {"named": self.named, "commit": self.commit}

    @property
    def aside(self) -> str:
        """` of the revision feature`, for a run of another one than the process names."""
        return f" of the revision {visible(self.named)}" if self.named else ""

    @property
    def words(self) -> str:
        """`3f2a…, asked for as feature`, or empty when there is nothing to tell."""
        asked = f", asked for as {visible(self.named)}" if self.named else ""
        return f"{visible(self.commit)}{asked}" if self.commit else ""

    def since(self, before: SourceRevision) -> str:
        """The commits since another run, a sentence; empty when nothing moved or is known."""
        if not (self.commit and before.commit) or self.commit == before.commit:
            return ""
        span = f"{visible(before.commit[:SHORT])}..{visible(self.commit[:SHORT])}"
        commits = [one for one, _ in self.log]
        if before.commit not in commits:
            return f"The source went from {span.replace('..', ' to ')}."
        new = self.log[: commits.index(before.commit)]
        subjects = "; ".join(
            f"{visible(one[:7])} {visible(subject)}" for one, subject in new[:TOLD]
        )
        more = f"; and {len(new) - TOLD} more" if len(new) > TOLD else ""
        return f"The source moved by {counted(len(new), 'commit')}, {span}: {subjects}{more}."


PACKED = SourceRevision()  # of a folder that was packed at deployment: nothing more is known


def _log(encoded: str) -> tuple[tuple[str, str], ...]:
    try:
        lines = base64.b64decode(encoded, validate=True).decode(errors="replace").splitlines()
    except ValueError:  # not base64, not even ASCII
        return ()
    pairs = (line.partition(" ") for line in lines)
    return tuple((commit, subject) for commit, _, subject in pairs if commit)
