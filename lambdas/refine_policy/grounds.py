"""Why a permission is there, in sentences for the reviewer."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from lambdas.model.refinement import Ground
from lambdas.refine_policy.permission import EVENT_IDS, distinct

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lambdas.model.evidence import Evidence
    from lambdas.refine_policy.permission import Permission

# Kinds of derivations and why each exists although no event shows the permission.
BECAUSE = {
    "pass-role": "the request named this role; handing a role to a service leaves no event",
    "tag-on-create": "the request sent tags; tagging while creating is authorised, not recorded",
    "code-read": "the service reads the code as the caller; the trail may not record reads",
    "template-read": "CloudFormation reads the template as the caller, perhaps unrecorded",
    "kms-via-service": "the service uses the key as the caller",
    "service-linked-role": "the first use in an account makes the service's own role",
    "dependent-action": "IAM's reference says that this request needs it too",
    "update": "no update of it was seen, but the next deployment may change it",
    "rollback": "no failure was seen, but CloudFormation must be able to undo what it made",
}


def grounds_of(permissions: Iterable[Permission]) -> tuple[Ground, ...]:
    """One ground for each reason and each way that the calls came, sorted."""
    together: dict[tuple[str, str, tuple[str, ...]], list[Permission]] = defaultdict(list)
    for one in permissions:
        together[one.basis, one.because, one.via].append(one)
    return tuple(sorted(_ground(same) for same in together.values()))


def and_join(texts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(texts) < 2:  # noqa: PLR2004  # nothing to join
        return "".join(texts)
    return f"{', '.join(texts[:-1])} and {texts[-1]}"


def _ground(same: list[Permission]) -> Ground:
    lines = [line for one in same if one.sighting for line in one.sighting.lines]
    if not lines:
        return Ground(kind=same[0].basis, text=same[0].because)
    # Sets and sorted ends alone: the order of the lines cannot matter, nor a second delivery.
    events = sorted({(line.time, line.event_id) for line in lines})
    ids = (event_id for _, event_id in events[:EVENT_IDS])
    listed = any(one.listed for one in same)
    return Ground(
        kind=same[0].basis,
        text=same[0].because or _observed(lines, len(events), same[0].via, listed=listed),
        events=len(events),
        first=events[0][0],
        last=events[-1][0],
        phases=distinct(line.phase for line in lines),
        via=same[0].via,
        event_ids=tuple(ids),
    )


def _observed(lines: list[Evidence], events: int, via: tuple[str, ...], *, listed: bool) -> str:
    times = "once" if events == 1 else f"{events} times"
    through = f", made by {and_join(via)} for the process" if via else ""
    phases = distinct(line.phase for line in lines)
    during = f" in {and_join(phases)}" if phases else ""
    codes = distinct(line.error for line in lines)
    failed = f"; some calls then failed: {and_join(codes)}" if codes else ""
    also = "; Access Analyzer lists the action too" if listed else ""
    names = and_join(distinct(line.name for line in lines))
    return f"{names} was authorised {times}{during}{through}{failed}{also}"
