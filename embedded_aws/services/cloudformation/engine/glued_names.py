"""Names that MiniStack glues together in its handlers, past its own function for names.

Some types get a name without a suffix: theirs is handed over as if the template had it. Others end
in the beginning of a random UUID, which is not the suffix of any public name: there the parts show
themselves as the rules have them, and the UUID's beginning is the suffix.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Self

from ministack.core import responses

from embedded_aws.ministack import services
from embedded_aws.services.cloudformation.naming import names
from embedded_aws.services.cloudformation.naming.rules import rule_of

Planned = Callable[..., str]
Handler = Callable[..., Any]

GIVEN = {
    "AWS::EC2::SecurityGroup": "GroupName",
    "AWS::ECS::Cluster": "ClusterName",
    "AWS::ECS::Service": "ServiceName",
    "AWS::ECS::TaskDefinition": "Family",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::Logs::MetricFilter": "FilterName",
    "AWS::SSM::Parameter": "Name",
}
GLUED = (
    "AWS::CloudFormation::WaitCondition",
    "AWS::Lambda::Permission",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
)

_waiting: ContextVar[list[str] | None] = ContextVar("suffix_to_glue", default=None)


def install(planned: Planned) -> None:
    """Wrap the handlers, and let UUIDs begin with a suffix where one is waiting."""
    provisioners = services.service("cloudformation.provisioners")
    handlers: dict[str, dict[str, Any]] = provisioners._RESOURCE_HANDLERS
    for kind, property_name in GIVEN.items():
        handlers[kind] = _given(kind, property_name, handlers[kind], planned)
    for kind in GLUED:
        handlers[kind] = {**handlers[kind], "create": _glued(kind, handlers[kind], planned)}
    original = responses.new_uuid
    provisioners.new_uuid = responses.new_uuid = lambda: _Uuid(original())


def _given(kind: str, name: str, handler: dict[str, Any], planned: Planned) -> dict[str, Any]:
    create, update = handler["create"], handler["update"]

    def created(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        given = {name: planned(kind, stack, logical_id)} | properties
        return create(logical_id, given, stack)

    def updated(
        physical_id: str,
        old: dict[str, Any],
        new: dict[str, Any],
        stack: str,
        logical_id: str | None = None,
    ) -> Any:
        rest = (logical_id,) if handler.get("update_with_logical_id") else ()
        has = {name: planned(kind, stack, logical_id)} if logical_id else {}
        return update(physical_id, has | old, has | new, stack, *rest)

    return {
        **handler,
        "create": created,
        "update": updated,
        "update_with_logical_id": True,
    }


def _glued(kind: str, handler: dict[str, Any], planned: Planned) -> Handler:
    create: Handler = handler["create"]

    def created(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        suffix = planned(kind, stack, logical_id).rpartition("-")[2]
        kept = names.kept_parts(rule_of(kind), stack, logical_id, suffix=len(suffix))
        token = _waiting.set([suffix])
        try:
            return create(
                _Part(logical_id, kept["logical"]), properties, _Part(stack, kept["stack"])
            )
        finally:
            _waiting.reset(token)

    return created


class _Part(str):
    """A text that is itself, but is cut where it becomes part of another."""

    __slots__ = ("_cut",)

    _cut: str

    def __new__(cls, text: str, cut: str | None = None) -> Self:
        made = super().__new__(cls, text)
        made._cut = text if cut is None else cut
        return made

    def __format__(self, form: str) -> str:
        return format(self._cut, form)


class _Uuid(str):
    """A UUID whose beginning is the suffix that waits, once."""

    __slots__ = ()

    def __getitem__(self, key: Any) -> str:
        waiting = _waiting.get()
        if waiting and isinstance(key, slice) and key.start is None and key.stop in (8, 12):
            return waiting.pop()
        return super().__getitem__(key)
