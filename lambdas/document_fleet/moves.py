"""What changed since the last fleet, a line for each process and change."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lambdas.model.dossier.answer import Answer
from lambdas.model.text import counted
from lambdas.overview.attention import Reasons
from lambdas.overview.process_row import Row

COUNTED = (
    ("waysUp", "way up", "ways up"),
    ("wildcards", "wildcard", "wildcards"),
    ("reachesOthers", "grant that reaches others", "grants that reach others"),
)
ANSWERS = (("noWayUp", "no way up"), ("contained", "contained"))


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Move:
    """One change. `worse` tells a person to look; the others are good news, or only news."""

    process: str
    what: str
    worse: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain values, in a fixed order."""
        return {"process": self.process, "what": self.what, "worse": self.worse}


def moves(
    judged: Sequence[tuple[Row, Reasons]], before: Mapping[str, Any] | None
) -> tuple[Move, ...]:
    """Compared with the fleet before; what got worse first. Nothing for the first fleet."""
    if before is None:
        return ()
    earlier = {one["process"]: one for one in before["processes"]}
    now = {row.process: row.to_json() for row, _ in judged}
    found = [
        move
        for process, one in now.items()
        for move in (_between(process, earlier[process], one) if process in earlier else _new(one))
    ]
    found += [Move(process=one, what="is no longer there") for one in earlier.keys() - now.keys()]
    return tuple(sorted(found, key=lambda one: (not one.worse, one)))


def _new(one: Mapping[str, Any]) -> Iterator[Move]:
    yield Move(process=one["process"], what="is new")


def _between(process: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Move]:
    if before["verdict"] != now["verdict"] and now["verdict"]:
        worse = _proved(before) and not _proved(now)
        was = before["verdict"] or "without a run"
        yield Move(process=process, what=f"{now['verdict']}, was {was}", worse=worse)
    if _failed(before) != _failed(now) and now["end"]:
        what = (
            "its run failed; the one before did not" if _failed(now) else "its run succeeds again"
        )
        yield Move(process=process, what=what, worse=_failed(now))
    if now["unapproved"] and not before["unapproved"]:
        new = counted(now["new"], "grant")
        yield Move(process=process, what=f"{new} new, unapproved", worse=True)
    if now["approved"] != before["approved"] and now["approved"]:
        yield Move(process=process, what="another run is approved")
    yield from _measured(process, before, now)
    if now["owner"] != before["owner"]:
        yield Move(process=process, what=f"its owner is {now['owner']}, was {before['owner']}")


def _measured(process: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Move]:
    """What both tell of the policy; a dossier of an earlier version does not tell everything."""
    for key, name in ANSWERS:
        answered, answers = Answer.of(before.get(key)), Answer.of(now.get(key))
        if answered and answers and answered is not answers:
            what = f"{name} is {answers}, was {answered}"
            yield Move(process=process, what=what, worse=answers.rank < answered.rank)
    for key, one, many in COUNTED:
        was, is_ = before.get(key), now.get(key)
        if was is not None and is_ is not None and was != is_:
            what = f"{counted(is_, one, many)}, {'had' if was else 'had none'}"
            yield Move(process=process, what=f"{what} {was:,}" if was else what, worse=is_ > was)


def _proved(one: Mapping[str, Any]) -> bool:
    return str(one["verdict"] or "").startswith("proved")


def _failed(one: Mapping[str, Any]) -> bool:
    return bool(one["end"]) and one["end"]["status"] not in {"SUCCEEDED", "STOPPED"}
