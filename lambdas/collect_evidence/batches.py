"""Reading in batches: what one batch of files gave as a document, and all documents as one whole.

A batch reads its files for the principal and for what was known of followed sessions when it began.
The merge joins the documents; where they teach more than was known, the batches are read once more.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from lambdas.collect_evidence.collect import PartialEvidence, read_followed, read_own
from lambdas.collect_evidence.principals.followed import (
    AssumedSession,
    FollowedPrincipals,
    ServiceRole,
)
from lambdas.collect_evidence.principals.iam_paths import IamPaths
from lambdas.collect_evidence.principals.selection import Selection
from lambdas.gateways.cloudtrail.trail import Trail, TrailFile
from lambdas.model.findings.finding import Finding
from lambdas.model.findings.finding_ledger import FindingLedger
from lambdas.model.trail.evidence import with_order

# A batch must fit a function's time and memory even if every record of it is the run's.
LARGEST_BATCH = 16 << 20  # packed bytes
MOST_FILES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineLimit:
    """How many files are read in one call, in number and in packed bytes."""

    files: int
    size: int

    @classmethod
    def of(cls, *, files: str, megabytes: str) -> Self:
        """Read what the function's environment says."""
        return cls(files=int(files), size=int(float(megabytes) * (1 << 20)))

    def covers(self, files: Sequence[TrailFile]) -> bool:
        """Whether these are few."""
        return len(files) <= self.files and sum(file.size for file in files) <= self.size


def batches_of(files: Iterable[TrailFile]) -> list[list[TrailFile]]:
    """Files in order, cut so that each batch is read within minutes."""
    batches: list[list[TrailFile]] = []
    size = LARGEST_BATCH
    for file in sorted(files):
        if size + file.size > LARGEST_BATCH or len(batches[-1]) >= MOST_FILES:
            batches.append([])
            size = 0
        batches[-1].append(file)
        size += file.size
    return batches


def read_batch(
    trail: Trail, files: Sequence[TrailFile], selection: Selection, known: FollowedPrincipals
) -> bytes:
    """What the files gave, as a document."""
    part = PartialEvidence(followed=known.copy())
    read_own(trail, files, selection, part)
    if known.needles():
        # Only what was known when all batches began: each must read by the same knowledge.
        more = PartialEvidence(followed=known.copy(), last=part.last)
        read_followed(trail, files, selection, more)
        part.absorb(more)
    return json.dumps(_document(part), separators=(",", ":")).encode()


def merged(documents: Iterable[bytes]) -> PartialEvidence:
    """All documents of a pass, joined."""
    whole = PartialEvidence()
    for document in documents:
        raw = json.loads(document)
        for line in raw["own"]:
            whole.own.add(with_order(line))
        for line in raw["handed"]:
            whole.handed.add(with_order(line))
        rest = PartialEvidence(
            ledger=FindingLedger.of(Finding.from_json(one) for one in raw["findings"]),
            followed=followed_from(raw["followed"]),
            paths=IamPaths.of(raw["paths"]),
            last=raw["last"],
        )
        whole.absorb(rest)
    return whole


def followed_to(followed: FollowedPrincipals) -> dict[str, Any]:
    """Plain values, in a fixed order."""
    return {
        "assumed": [asdict(one) for one in sorted(followed.assumed.values())],
        "handed": [asdict(one) for one in sorted(followed.handed)],
    }


def followed_from(raw: Mapping[str, Any]) -> FollowedPrincipals:
    """Read what `followed_to` wrote."""
    assumed = (AssumedSession(**one) for one in raw["assumed"])
    return FollowedPrincipals(
        assumed={one.key: one for one in assumed},
        handed={ServiceRole(**one) for one in raw["handed"]},
    )


def _document(part: PartialEvidence) -> dict[str, Any]:
    return {
        "followed": followed_to(part.followed),
        "paths": part.paths.known,
        "last": part.last,
        "findings": [one.to_json() for one in part.ledger.sorted()],
        "own": [text for _, text in part.own.sorted()],
        "handed": [text for _, text in part.handed.sorted()],
    }
