"""A block of grants that becomes one statement, and what such a block is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lambdas.model.action import Action
    from lambdas.model.ground_kind import Purpose
    from lambdas.model.policy import Condition
    from lambdas.model.template import Template
    from lambdas.refine_policy.grants.grants import DraftGrant
from dataclasses import dataclass


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
