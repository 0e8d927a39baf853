"""What is known of one process: its newest run, its newest proof, and how its last start ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lambdas.model.archive.archived_runs import BaselineKind, RunSummary
from lambdas.model.archive.fleet import End
from lambdas.model.archive.proof_age import started_at
from lambdas.model.definition.process_parameter import Place
from lambdas.model.dossier.answer import Answer
from lambdas.model.execution.platform import Platform
from lambdas.model.execution.source_revision import PACKED, SourceRevision
from lambdas.model.text import visible

CAUSE = 300  # characters of a cause that a row holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """What the archive tells of a process.

    Attributes:
        newest: its newest finished run, and the same run's manifest; None when none has finished.
        proved, approved: ids of the newest runs that are so; empty when none is.
        broken: why its documents cannot be read; empty when they can.
    """

    newest: RunSummary | None = None
    manifest: Mapping[str, Any] | None = None
    proved: str = ""
    approved: str = ""
    broken: str = ""


NOTHING = Archived()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One process. What a dossier of an earlier version does not tell is None: not known.

    Attributes:
        place: its sandbox.
        end: of its run in the fleet that is reported; None when the fleet had none of it.
        run: its newest finished run; empty when there is none.
        verdict, platform: of that run. revision: of its source, as people are shown it.
        proved, proved_days: the newest proved run, and its age when the fleet began.
        approved: the newest run whose approval stands.
        new: grants that the run it is compared with had not; None when it was compared with none.
        unapproved: whether that run was approved, so that nobody has approved what is new.
        grounds: grants by ground.
        no_way_up, contained: the answers of the dossier's first page.
        ways_up: findings of ways up. reaches: grants that reach what is not the process's own.
        errors: findings of this severity.
        broken: why its documents cannot be read; empty when they can.
    """

    process: str
    owner: str
    place: Place
    end: End | None = None
    run: str = ""
    verdict: str = ""
    platform: Platform = Platform.UNKNOWN
    revision: str = ""
    proved: str = ""
    proved_days: float | None = None
    approved: str = ""
    new: int | None = None
    unapproved: bool = False
    grounds: Mapping[str, int] | None = None
    wildcards: int | None = None
    no_way_up: Answer | None = None
    ways_up: int | None = None
    contained: Answer | None = None
    reaches: int | None = None
    characters: int | None = None
    errors: int = 0
    broken: str = ""

    @property
    def folder(self) -> str:
        """Of the newest run in the archive."""
        return f"{self.process}/{self.run}/"

    def to_json(self) -> dict[str, Any]:
        """Plain values, in a fixed order."""
        return {
            "process": self.process,
            "owner": self.owner,
            "sandbox": self.place.name,
            "account": self.place.account,
            "region": self.place.region,
            "end": _end(self.end),
            "run": self.run or None,
            "verdict": self.verdict or None,
            "shownOn": self.platform.value if self.run else None,
            "revision": self.revision or None,
            "proved": self.proved or None,
            "provedDays": None if self.proved_days is None else round(self.proved_days, 2),
            "approved": self.approved or None,
            "new": self.new,
            "unapproved": self.unapproved,
            "grounds": dict(self.grounds) if self.grounds is not None else None,
            "wildcards": self.wildcards,
            "noWayUp": self.no_way_up,
            "waysUp": self.ways_up,
            "contained": self.contained,
            "reachesOthers": self.reaches,
            "characters": self.characters,
            "errors": self.errors,
            "broken": self.broken or None,
        }


def row_of(
    process: str, owner: str, place: Place, archived: Archived, *, now: datetime, end: End | None
) -> Row:
    """A row, from what is known."""
    proved = started_at(archived.proved) if archived.proved else None
    newest = archived.newest
    common = {
        "process": process,
        "owner": owner,
        "place": place,
        "end": end,
        "proved": archived.proved,
        "proved_days": (now - proved) / timedelta(days=1) if proved else None,
        "approved": archived.approved,
        "broken": archived.broken,
    }
    if newest is None:
        return Row(**common)  # type: ignore[arg-type]  # named as the fields are
    summary = newest.summary
    manifest = archived.manifest or {}
    compared = manifest.get("compared") or {}
    held = summary.get("contained") or {}
    return Row(
        **common,  # type: ignore[arg-type]  # named as the fields are
        run=newest.manifest.run,
        verdict=newest.verdict,
        platform=newest.platform,
        revision=_revision(manifest),
        new=summary["new"] if summary.get("compared") else None,
        unapproved=compared.get("standing") == BaselineKind.APPROVED and summary["new"] > 0,
        grounds=summary.get("grounds"),
        wildcards=summary.get("wildcards"),
        no_way_up=Answer.of((summary.get("noWayUp") or {}).get("state")),
        ways_up=summary.get("waysUp"),
        contained=Answer.of(held.get("state")),
        reaches=held.get("reaching", summary.get("reachesOthers")),
        characters=summary.get("characters"),
        errors=summary["findings"]["error"],
    )


def _revision(manifest: Mapping[str, Any]) -> str:
    revision = SourceRevision.from_json(manifest.get("revision"))
    return visible(revision.commit[:12]) if revision != PACKED else ""


def _end(end: End | None) -> dict[str, str] | None:
    if end is None:
        return None
    return {
        "status": end.status,
        "error": end.error,
        "cause": end.cause[:CAUSE],
        "execution": end.execution,
    }
