"""Why a permission is there, in sentences for the reviewer."""

from collections import defaultdict
from collections.abc import Iterable

from lambdas.model.dossier.refinement import Ground
from lambdas.model.text import listed
from lambdas.model.trail.evidence import Evidence
from lambdas.refine_policy.observations import EVENT_IDS, Permission, distinct


def grounds_of(permissions: Iterable[Permission]) -> tuple[Ground, ...]:
    """One ground for each reason and each way that the calls came, sorted."""
    together: dict[tuple[str, str, tuple[str, ...]], list[Permission]] = defaultdict(list)
    for one in permissions:
        together[one.kind, one.text, one.via].append(one)
    return tuple(sorted(_ground(same) for same in together.values()))


def _ground(same: list[Permission]) -> Ground:
    lines = [line for one in same for line in one.lines]
    if not lines:
        return Ground(kind=same[0].kind, text=same[0].text)
    # Sets and sorted ends alone: the order of the lines cannot matter, nor a second delivery.
    events = sorted({(line.time, line.event_id) for line in lines})
    ids = (event_id for _, event_id in events[:EVENT_IDS])
    by_analyzer = any(one.listed for one in same)
    return Ground(
        kind=same[0].kind,
        text=same[0].text or _observed(lines, len(events), same[0].via, by_analyzer=by_analyzer),
        events=len(events),
        first=events[0][0],
        last=events[-1][0],
        phases=distinct(line.phase for line in lines),
        via=same[0].via,
        event_ids=tuple(ids),
    )


def _observed(
    lines: list[Evidence], events: int, via: tuple[str, ...], *, by_analyzer: bool
) -> str:
    times = "once" if events == 1 else f"{events} times"
    through = f", made by {listed(via)} for the process" if via else ""
    phases = distinct(line.phase for line in lines)
    during = f" in {listed(phases)}" if phases else ""
    codes = distinct(line.error for line in lines)
    failed = f"; some calls then failed: {listed(codes)}" if codes else ""
    also = "; Access Analyzer lists the action too" if by_analyzer else ""
    names = listed(distinct(line.name for line in lines))
    return f"{names} was authorised {times}{during}{through}{failed}{also}"
