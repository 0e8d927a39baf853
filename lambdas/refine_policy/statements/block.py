"""A block of grants that becomes one statement, and what such a block is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.model.iam.policy import Condition, Statement

if TYPE_CHECKING:
    from lambdas.model.iam.action import Action
    from lambdas.model.iam.template import Template
    from lambdas.model.trail.ground_kind import Purpose
    from lambdas.refine_policy.grants.grants import DraftGrant


@dataclass(frozen=True, slots=True)
class Block:
    """All of these actions on all of these resources, for one purpose, on the same conditions.

    Attributes:
        sid: of its statement; empty while the blocks of a policy are not all known.
    """

    service: str
    use: Purpose
    conditions: tuple[Condition, ...]
    grants: tuple[DraftGrant, ...]
    sid: str = ""

    @property
    def statement(self) -> Statement:
        """What the policy says."""
        return Statement(
            sid=self.sid,
            actions=self.actions,
            resources=self.resources,
            conditions=self.conditions,
        )

    @property
    def actions(self) -> tuple[Action, ...]:
        """Sorted and unique."""
        return tuple(sorted({one.action for one in self.grants}))

    @property
    def resources(self) -> tuple[Template, ...]:
        """Sorted and unique."""
        return tuple(sorted({one.template for one in self.grants}, key=str))
