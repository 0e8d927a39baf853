"""Dates in names: those of the day on which a thing was made come again as another day."""

from collections.abc import Iterator
from datetime import date

from lambdas.reference.arn_parts import ArnPart
from lambdas.refine_policy.observations import Permission
from lambdas.refine_policy.resource_names.name_tokens import Shape, pieces


def dates(slots: tuple[ArnPart, ...], one: Permission) -> Iterator[str]:
    """Dates of the day of the call, or of its neighbour in another time zone."""
    for slot in slots:
        for piece in pieces(slot.text):
            if piece.shape is Shape.DATE:
                days = {date.fromisoformat(line.time[:10]).toordinal() for line in one.lines}
                if days & set(_days_about(piece.text)):
                    yield piece.text


def _days_about(text: str) -> Iterator[int]:
    digits = text.replace("-", "")[:8]
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).toordinal()
    except ValueError:  # the thirty-first of a month that has none
        return
    yield from (day - 1, day, day + 1)
