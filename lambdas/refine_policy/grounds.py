"""Why a permission is there, in sentences for the reviewer."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from lambdas.model.refinement import Ground
from lambdas.refine_policy.permission import EVENT_IDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lambdas.refine_policy.permission import Permission, Sighting

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
    # One sighting may stand behind several permissions; it is the same object then.
    found = {id(one.sighting): one.sighting for one in same if one.sighting}
    sightings = sorted(found.values(), key=lambda one: (one.first, one.event_ids))
    if not sightings:
        return Ground(kind=same[0].basis, text=same[0].because)
    ids = dict.fromkeys(event_id for one in sightings for event_id in one.event_ids)
    return Ground(
        kind=same[0].basis,
        text=same[0].because or _observed(sightings, listed=any(one.listed for one in same)),
        events=sum(one.events for one in sightings),
        first=min(one.first for one in sightings),
        last=max(one.last for one in sightings),
        phases=_all(one.phases for one in sightings),
        via=same[0].via,
        event_ids=tuple(ids)[:EVENT_IDS],
    )


def _observed(sightings: list[Sighting], *, listed: bool) -> str:
    events = sum(one.events for one in sightings)
    times = "once" if events == 1 else f"{events} times"
    via = sightings[0].seen.via
    through = f", made by {and_join(via)} for the process" if via else ""
    phases = _all(one.phases for one in sightings)
    during = f" in {and_join(phases)}" if phases else ""
    codes = _all(one.failed for one in sightings)
    failed = f"; some calls then failed: {and_join(codes)}" if codes else ""
    also = "; Access Analyzer lists the action too" if listed else ""
    names = and_join(_all(one.names for one in sightings))
    return f"{names} was authorised {times}{during}{through}{failed}{also}"


def _all(many: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({text for texts in many for text in texts}))
