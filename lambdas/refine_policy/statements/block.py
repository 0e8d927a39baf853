"""A block of grants that becomes one statement, and what such a block is for."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lambdas.model.action import Action
    from lambdas.model.policy import Condition
    from lambdas.model.template import Template
    from lambdas.refine_policy.grants.grants import DraftGrant
from dataclasses import dataclass


class Purpose(StrEnum):
    """What grants of one statement have in common; the value is the Sid's word for it."""

    CYCLE = ""  # what the cycle did, and what its requests needed beside
    PASS_ROLE = "PassRole"  # noqa: S105  # a word, no secret
    SERVICE_LINKED_ROLE = "ServiceLinkedRole"
    NEXT = "OnChange"  # what a clean cycle does not show
    HINT = "ByHint"
    HEADROOM = "Headroom"  # for types that no cycle has used


@dataclass(frozen=True, slots=True)
class Block:
    """All of these actions on all of these resources, for one purpose, on the same conditions."""

    service: str
    use: Purpose
    conditions: tuple[Condition, ...]
    grants: tuple[DraftGrant, ...]

    @property
    def actions(self) -> tuple[Action, ...]:
        """Sorted and unique."""
        return tuple(sorted({one.action for one in self.grants}))

    @property
    def resources(self) -> tuple[Template, ...]:
        """Sorted and unique."""
        return tuple(sorted({one.template for one in self.grants}, key=str))


_USES = {
    "pass-role": Purpose.PASS_ROLE,
    "split": Purpose.PASS_ROLE,
    "service-linked-role": Purpose.SERVICE_LINKED_ROLE,
    "update": Purpose.NEXT,
    "rollback": Purpose.NEXT,
    "hint": Purpose.HINT,
    "headroom": Purpose.HEADROOM,
}


def purpose_of_basis(basis: str) -> Purpose:
    """The purpose that a ground's kind serves."""
    return _USES.get(basis, Purpose.CYCLE)
