"""Nested stacks are named by the same rule as every resource, and asked about by that very name.

MiniStack puts a piece of a UUID, hyphen and all, behind parent and logical id, and never cuts. It
writes the name by one format string, so the parts of the name are handed to it as they are to be
shown; they are looked up and compared as what they are.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from ministack.core import responses

from embedded_aws.ministack import services
from embedded_aws.services.cloudformation.engine.physical_names import naming_type

KIND = "AWS::CloudFormation::Stack"
Create = Callable[[str, dict[str, Any], str], Any]

_suffix: ContextVar[str] = ContextVar("nested_suffix", default="")


class _Shown(str):
    """A text that is shown otherwise than it is."""

    __slots__ = ("shown",)
    shown: str

    @classmethod
    def of(cls, text: str, shown: str) -> "_Shown":
        one = cls(text)
        one.shown = shown
        return one

    def __format__(self, _: str) -> str:
        return self.shown


class _Whole(str):
    """A text of which no piece is taken."""

    __slots__ = ()

    def __getitem__(self, _: Any) -> str:
        return str(self)


def install() -> None:
    """Name nested stacks in MiniStack's place."""
    provisioners = services.service("cloudformation.provisioners")
    responses.new_uuid = _once(responses.new_uuid)
    handler = provisioners._RESOURCE_HANDLERS[KIND]
    handler["create"] = _named(handler["create"], provisioners)


def _named(create: Create, provisioners: Any) -> Create:
    def creating(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        naming_type.set(KIND)
        kept, own, suffix = provisioners._physical_name(stack, logical_id).rsplit("-", 2)
        token = _suffix.set(suffix)
        try:
            return create(_Shown.of(logical_id, own), properties, _Shown.of(stack, kept))
        finally:
            _suffix.reset(token)

    return creating


def _once(new_uuid: Callable[[], str]) -> Callable[[], str]:
    def made() -> str:
        suffix = _suffix.get()
        if not suffix:
            return new_uuid()
        _suffix.set("")
        return _Whole(suffix)

    return made
