"""Actions by which a principal can gain more than its policy says."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from lambdas.reference.actions import AccessLevel, facts
from lambdas.reference.shards import shard

if TYPE_CHECKING:
    from lambdas.model.action import Action


@lru_cache(maxsize=1)
def escalation_paths() -> dict[str, tuple[str, ...]]:
    """The actions of every known way, all of which it needs, by its name."""
    return {name: tuple(actions) for name, actions in shard("escalation").items()}


@lru_cache(maxsize=4_096)
def escalates(action: Action) -> bool:
    """Whether nobody but a person may grant the action on more than named resources.

    That is every action of a known way, every one that changes permissions, every one of IAM that
    has resources, and every one that the reference does not know.
    """
    known = facts(action)
    if known is None or known.access_level is AccessLevel.PERMISSIONS:
        return True
    listed = any(str(known.action) in actions for actions in escalation_paths().values())
    return listed or (action.service == "iam" and known.resource_level)
