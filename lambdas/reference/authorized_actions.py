"""What AWS's own tables say a call is authorised as besides, and in which calls.

Compiled from `curated/authorized_actions/`; its header tells the language of the conditions.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lambdas.model.action import Action
from lambdas.reference.events import elements
from lambdas.reference.shards import shard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PASS_ROLE = Action("iam", "PassRole")
# A path at which something stands, or a path and what stands there.
Condition = str | tuple[str, str | bool | int]


class Known(StrEnum):
    """How the condition of a row is known."""

    DOCUMENTED = "documented"
    INFERRED = "inferred"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizedAction:
    """One row that AWS's page lists for an operation beside the action of its own name.

    Attributes:
        when: any of these must hold; none means that every call has the row.
        unless: none of these may hold.
        resources: templates for what it is asked on; empty when the general rules must find it.
        receivers: of a passed role: who receives it.
        never: why no call of an account's own principal is refused for the lack of it, or empty.
        through: `profile` where the role stands in an instance profile that the request names.
        tags: whether tags bring it about.
        source: the page that tells it.
    """

    action: Action
    known: Known
    when: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()
    resources: tuple[str, ...] = ()
    receivers: tuple[str, ...] = ()
    never: str = ""
    through: str = ""
    tags: bool = False
    source: str = ""

    @property
    def passes(self) -> bool:
        """Whether it hands over a role that the request tells."""
        return self.action == PASS_ROLE and not self.through

    def applies(self, request: Mapping[str, Any]) -> bool:
        """Whether a request has the row."""
        if self.never or (self.when and not _any_of(self.when, request)):
            return False
        return not _any_of(self.unless, request)


@lru_cache(maxsize=4_096)
def authorized_besides(service: str, operation: str) -> tuple[AuthorizedAction, ...]:
    """The rows of an operation beside its own action; empty where AWS lists none.

    Args:
        service: the IAM prefix; two generations of one service share it.
        operation: the API's name, without version.
    """
    tables = shard("authorized_actions")["services"]
    rows = [
        _row(one)
        for name in _tables_of(service)
        for one in tables[name]["operations"].get(operation, {"sometimes": ()})["sometimes"]
    ]
    return tuple(dict.fromkeys(rows))


def page_of(service: str) -> str:
    """The page of AWS's reference that a service's rows are from."""
    tables = shard("authorized_actions")["services"]
    return next((str(tables[name]["page"]) for name in _tables_of(service)), "")


@lru_cache(maxsize=512)
def _tables_of(service: str) -> tuple[str, ...]:
    tables = shard("authorized_actions")["services"]
    return tuple(name for name in sorted(tables) if tables[name]["prefix"] == service)


def _row(raw: Mapping[str, Any]) -> AuthorizedAction:
    return AuthorizedAction(
        action=Action.from_text(raw["action"]),
        known=Known(raw["known"]),
        when=_conditions(raw.get("when", ())),
        unless=_conditions(raw.get("unless", ())),
        resources=tuple(raw.get("resource", ())),
        receivers=tuple(raw.get("receivers", ())),
        never=raw.get("never", ""),
        through=raw.get("through", ""),
        tags=raw.get("tags", False),
        source=raw["source"],
    )


def _conditions(raw: Sequence[Any]) -> tuple[Condition, ...]:
    return tuple(one if isinstance(one, str) else (one[0], one[1]) for one in raw)


def _any_of(conditions: Sequence[Condition], request: Mapping[str, Any]) -> bool:
    return any(_holds(one, request) for one in conditions)


def _holds(condition: Condition, request: Mapping[str, Any]) -> bool:
    if isinstance(condition, str):
        return any(True for _ in elements(request, condition))
    path, value = condition
    found = elements(request, path)
    if isinstance(value, str):
        return any(isinstance(one, str) and fnmatchcase(one, value) for one in found)
    return any(type(one) is type(value) and one == value for one in found)
