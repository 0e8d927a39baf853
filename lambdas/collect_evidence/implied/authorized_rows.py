"""What AWS's own tables say a call is authorised as besides, and in which calls.

Compiled from `curated/authorized_actions/`; its header tells the language of the conditions.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import translate
from functools import lru_cache
from typing import Any

from lambdas.model.iam.action import Action
from lambdas.reference.request_elements import elements, filled, is_asked
from lambdas.reference.shards import service_shard, shard

_HEAD = re.compile(r"(?<!\$)\{([^{}.|]+)")
PASS_ROLE = Action("iam", "PassRole")


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that stands at a path, or a certain value.

    Attributes:
        head: the path's first name, in lower case.
        rest: what follows it, or empty.
        value: what stands there; a text may be a pattern. None where anything may.
    """

    head: str
    rest: str
    value: str | bool | int | None = None

    @property
    def path(self) -> str:
        """The whole path."""
        return f"{self.head}.{self.rest}" if self.rest else self.head

    def holds(self, request: Mapping[str, Any]) -> bool:
        """Whether a request meets it, whose names at the top are in lower case."""
        if self.head not in request:
            return False
        found = elements(request, self.path)
        if self.value is None:
            return any(is_asked(one) for one in found)
        if isinstance(self.value, str):
            pattern = _pattern(self.value)
            return any(isinstance(one, str) and pattern.match(one) is not None for one in found)
        return any(type(one) is type(self.value) and one == self.value for one in found)


@dataclass(frozen=True, slots=True)
class Template:
    """An ARN, or an element that holds one, with `{path}` for what a request tells.

    Attributes:
        heads: the first names of its paths, in lower case: a request that lacks one cannot fill it.
    """

    text: str
    heads: frozenset[str] = frozenset()

    def filled(self, request: Mapping[str, Any]) -> tuple[str, ...]:
        """Once for every value; empty where one lacks."""
        return filled(self.text, request) if self.heads <= request.keys() else ()


@lru_cache(maxsize=2_048)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(translate(text))


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
    resources: tuple[Template, ...] = ()
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
        """Whether a request has the row, whose names at the top are in lower case."""
        if self.never or (self.when and not any(one.holds(request) for one in self.when)):
            return False
        return not any(one.holds(request) for one in self.unless)


@lru_cache(maxsize=4_096)
def authorized_besides(service: str, operation: str) -> tuple[AuthorizedAction, ...]:
    """The rows of an operation beside its own action; empty where AWS lists none.

    Those of the service's own table, and what it does in another as its caller.

    Args:
        service: the IAM prefix; two generations of one service share it.
        operation: the API's name, without version.
    """
    content = shard("authorized_actions")
    rows = [
        _row(one)
        for name in _tables_of(service)
        for one in content["services"][name]["operations"].get(operation, {"sometimes": ()})[
            "sometimes"
        ]
    ]
    rows += map(_row, content["beside"].get(service, {}).get(operation, ()))
    return tuple(dict.fromkeys(rows))


def page_of(service: str) -> str:
    """The page of AWS's reference that a service's rows, or its actions, are from."""
    tables = shard("authorized_actions")["services"]
    own = (str(tables[name]["page"]) for name in _tables_of(service))
    return next(own, "") or str(service_shard(service).get("page", ""))


def in_tables(service: str) -> bool:
    """Whether AWS's tables were read for a service, by its IAM prefix."""
    return bool(_tables_of(service))


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
        resources=tuple(map(_template, raw.get("resource", ()))),
        receivers=tuple(raw.get("receivers", ())),
        never=raw.get("never", ""),
        through=raw.get("through", ""),
        tags=raw.get("tags", False),
        source=raw["source"],
    )


def _template(text: str) -> Template:
    return Template(text, frozenset(one.lower() for one in _HEAD.findall(text)))


def _conditions(raw: Sequence[Any]) -> tuple[Condition, ...]:
    return tuple(map(_condition, raw))


def _condition(raw: Any) -> Condition:  # noqa: ANN401 (a path, or a path and a value)
    path, value = (raw, None) if isinstance(raw, str) else raw
    head, _, rest = path.partition(".")
    return Condition(head.lower(), rest, value)
