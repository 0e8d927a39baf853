"""Names that CloudFormation makes up, by its rules and by chance, wherever MiniStack makes them.

MiniStack hashes the stack's name, so a stack made twice has the same names, and a policy that holds
one of them by heart would pass a proof; it cuts names otherwise, too. Here a suffix is drawn when a
resource is created, and kept with the stack: MiniStack names a resource again on every update.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from embedded_aws.ministack import services
from embedded_aws.services.cloudformation.engine import glued_names
from embedded_aws.services.cloudformation.naming import names
from embedded_aws.services.cloudformation.naming.rules import Rule, is_named, rule_of

_KEPT = "_made_up_suffixes"  # in MiniStack's record of the stack
_UNKNOWN = "AWS::Unknown::Type"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The resource in hand; while it is created, the one new suffix of its name, once drawn."""

    kind: str
    stack: str
    logical_id: str
    properties: Mapping[str, Any]
    created: bool
    suffix: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUp:
    """A name that was made up: what tests compare policies with."""

    kind: str
    stack: str
    logical_id: str
    name: str
    suffix: str


_in_hand: ContextVar[Named | None] = ContextVar("resource_in_hand", default=None)
# Every name, in the order in which they were made up.
made_up: dict[MadeUp, None] = {}


def install() -> None:
    """Name all resources by the rules."""
    provisioners = services.service("cloudformation.provisioners")
    provisioners._physical_name = _for_ministack
    provisioners._opensearch_physical_name = _for_ministack
    glued_names.install(planned)


@contextmanager
def holding(
    kind: str, stack: str, logical_id: str, properties: Mapping[str, Any], *, created: bool
) -> Iterator[None]:
    """While this resource is worked on: a new name if it is created, else the one that it has."""
    held = Named(
        kind=kind,
        stack=_plain(stack),
        logical_id=logical_id,
        properties=properties,
        created=created,
    )
    token = _in_hand.set(held)
    try:
        yield
    finally:
        _in_hand.reset(token)


def planned(
    kind: str, stack: str, logical_id: str, properties: Mapping[str, Any] | None = None
) -> str:
    """The name of a resource that its template does not name."""
    rule, stack = rule_of(kind), _plain(stack)
    suffix = _suffix_of(rule, stack, logical_id)
    name = names.composed(rule, stack, logical_id, suffix, properties or {})
    made = MadeUp(kind=kind, stack=stack, logical_id=logical_id, name=name, suffix=suffix)
    if is_named(kind):
        made_up.setdefault(made)
    return name


def _for_ministack(stack: str, logical_id: str, **_form: Any) -> str:
    """The name in place of MiniStack's own; it puts `.fifo` behind a queue's itself."""
    held = _in_hand.get()
    if held is None or held.stack != _plain(stack):
        return planned(_UNKNOWN, stack, logical_id)
    name = planned(held.kind, stack, logical_id, held.properties)
    return name.removesuffix(".fifo") if held.kind == "AWS::SQS::Queue" else name


def _suffix_of(rule: Rule, stack: str, logical_id: str) -> str:
    """That of the resource in hand, else the one it was created with.

    MiniStack's seed tells a replacement from the resource that it replaces.
    """
    held, kept = _in_hand.get(), _kept(stack)
    key = f"{logical_id}:{services.service('cloudformation.provisioners')._NAME_SEED.get()}"
    if held and held.created and (held.stack, held.logical_id) == (stack, logical_id):
        if not held.suffix:
            held.suffix.append(names.drawn_suffix(rule))
        kept[key] = held.suffix[0]
    elif key not in kept:
        kept[key] = names.drawn_suffix(rule)
    return kept[key]


def _kept(stack: str) -> dict[str, str]:
    record = services.service("cloudformation")._stacks.get(stack)
    kept: dict[str, str] = {} if record is None else record.setdefault(_KEPT, {})
    return kept


def _plain(stack: str) -> str:
    return stack.split("/")[1] if stack.startswith("arn:") else str(stack)
