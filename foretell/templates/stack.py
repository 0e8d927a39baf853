"""One stack: its resources with every property resolved, under the names that it will give them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from foretell.templates.made_up_names import made_up_name
from foretell.templates.reading import Document
from foretell.templates.references import references
from lambdas.reference.arn_formats import ArnContext
from lambdas.reference.stacks.conditions import Conditions, parameter_values
from lambdas.reference.stacks.functions import NO_VALUE, Resolver
from lambdas.reference.stacks.intrinsics import pseudo_parameters
from lambdas.reference.stacks.stack_types import stack_type
from lambdas.reference.stacks.unknown import UNKNOWN

_DYNAMIC = re.compile(r"\{\{resolve:[^{}]*\}\}")
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatereplacepolicy.html
_KEPT = ("Retain", "RetainExceptOnCreate")
_SECTIONS = ("Parameters", "Mappings", "Conditions", "Resources")


@dataclass(frozen=True, slots=True, kw_only=True)
class StackResource:
    """A resource as its template sets it.

    Attributes:
        name: its physical name, as far as it can be told.
        properties: resolved; what is not known is `UNKNOWN`.
        conditional: whether nobody can say here if it will be made.
        kept: whether it stays when it leaves the template. left: whether it stays when another
            takes its place. undone: whether it goes when its making fails, though it is kept else.
        stack: the name of its stack. stack_tags: the stack's own tags, which it takes over.
        named: the other resources that a property names, by the property.
        line: where it stands in the file, from 1; 0 where that is not known.
    """

    logical_id: str
    type: str
    name: str
    properties: Mapping[str, Any]
    conditional: bool = False
    kept: bool = False
    left: bool = False
    undone: bool = True
    stack: str = ""
    stack_tags: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, frozenset[str]] = field(default_factory=dict)
    path: str = ""
    line: int = 0


class ArnOf(Protocol):
    """How a resource's ARN is told."""

    def __call__(self, resource: StackResource, place: ArnContext) -> str:
        """The ARN, `UNKNOWN` where nothing is known."""


@dataclass(slots=True)
class Stack:
    """A template under one name, in one place, with its parameters."""

    document: Document
    place: ArnContext
    name: str
    arn_of: ArnOf
    given: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    _resources: dict[str, StackResource] = field(default_factory=dict)
    _resolving: set[str] = field(default_factory=set)
    _parameters: dict[str, Any] = field(default_factory=dict)
    _sections: dict[str, dict[str, Any]] = field(default_factory=dict)
    _conditions: Conditions = field(init=False)
    _resolver: Resolver = field(init=False)

    def __post_init__(self) -> None:
        """Know the sections; resources are resolved when they are asked for."""
        for name in _SECTIONS:
            section = self.document.content.get(name)
            self._sections[name] = section if isinstance(section, dict) else {}
        self._parameters = parameter_values(self._sections["Parameters"], self.given)
        self._resolver = Resolver(self)
        self._conditions = Conditions(self._sections["Conditions"], self._resolver.resolve)

    def resources(self) -> tuple[StackResource, ...]:
        """All that will be made, or may be, by logical id."""
        return tuple(
            self._resource(name)
            for name in sorted(self._sections["Resources"])
            if self._is_made(name) is not False
        )

    def resolved(self, value: Any) -> Any:  # noqa: ANN401 (whatever a template holds)
        """A value of the template with its functions resolved."""
        return self._resolver.resolve(value)

    def _is_made(self, name: str) -> bool | None:
        raw = self._sections["Resources"][name]
        condition = raw.get("Condition") if isinstance(raw, dict) else None
        return True if condition is None else self._conditions.holds(str(condition))

    def _resource(self, name: str) -> StackResource:
        if name not in self._resources:
            self._resolving.add(name)
            self._resources[name] = self._resolved(name)
            self._resolving.discard(name)
        return self._resources[name]

    def _resolved(self, name: str) -> StackResource:
        raw = self._sections["Resources"][name]
        raw = raw if isinstance(raw, dict) else {}
        kind = str(raw.get("Type", ""))
        written = raw.get("Properties") or {}
        properties = self._resolver.resolve(written)
        properties = properties if isinstance(properties, dict) else {}
        return StackResource(
            logical_id=name,
            type=kind,
            name=self._physical_name(name, kind, properties),
            properties=properties,
            conditional=self._is_made(name) is None,
            kept=raw.get("DeletionPolicy") in _KEPT,
            left=raw.get("UpdateReplacePolicy") in _KEPT,
            undone=raw.get("DeletionPolicy") != "Retain",
            stack=self.name,
            stack_tags=self.tags,
            named={
                str(key): named
                for key, value in (written.items() if isinstance(written, dict) else ())
                if (named := references(value))
            },
            path=self.document.path,
            line=self.document.lines.get(name, 0),
        )

    def _physical_name(self, name: str, kind: str, properties: Mapping[str, Any]) -> str:
        known = stack_type(kind)
        # Some hold all that they are in one element: Glue's DatabaseInput.
        inner = [one for key, one in properties.items() if key.endswith("Input")]
        within = [one.get("Name") for one in inner if isinstance(one, dict)]
        for given in (properties.get(known.name) if known and known.name else None, *within):
            if isinstance(given, str) and given:
                return given
        return made_up_name(self.name, name, kind)

    def ref(self, name: str) -> Any:  # noqa: ANN401 (texts and lists)
        """See `functions.Names`."""
        if name in self._parameters:
            return self._parameters[name]
        if name.startswith("AWS::"):
            return self._pseudo(name)
        if name not in self._sections["Resources"] or name in self._resolving:
            return UNKNOWN
        found = self._resource(name)
        known = stack_type(found.type)
        if known is None or known.reference == "name":
            return found.name
        return self.arn_of(found, self.place) if known.reference == "arn" else UNKNOWN

    def attribute(self, name: str, attribute: str) -> Any:  # noqa: ANN401 (as above)
        """See `functions.Names`."""
        if name not in self._sections["Resources"] or name in self._resolving:
            return UNKNOWN
        found = self._resource(name)
        own = found.type.rsplit("::", 1)[-1]
        if attribute in ("Arn", f"{own}Arn", f"{own}ARN", "ARN"):
            return self.arn_of(found, self.place)
        given = found.properties.get(attribute)
        if isinstance(given, str):
            return given
        return found.name if attribute in ("Name", f"{own}Name") else UNKNOWN

    def condition(self, name: str) -> bool | None:
        """See `functions.Names`."""
        return self._conditions.holds(name)

    def mapped(self, name: str, first: str, second: str) -> Any:  # noqa: ANN401 (as above)
        """See `functions.Names`."""
        rows = self._sections["Mappings"].get(name)
        row = rows.get(first) if isinstance(rows, dict) else None
        return row.get(second) if isinstance(row, dict) else None

    def undecided(self, yes: Any, no: Any) -> Any:  # noqa: ANN401 (as above)
        """See `functions.Names`."""
        # Either may come: what asks for more is looked at, since a denial costs a deployment.
        return no if yes is NO_VALUE else yes

    def plain(self, text: str) -> str:
        """See `functions.Names`."""
        return _DYNAMIC.sub(UNKNOWN, text) if "{{resolve:" in text else text

    def _pseudo(self, name: str) -> Any:  # noqa: ANN401 (as above)
        place = self.place
        return {
            **pseudo_parameters(place.partition, place.region, place.account),
            "AWS::NoValue": NO_VALUE,
            "AWS::NotificationARNs": [],
            "AWS::StackId": place.arn("cloudformation", f"stack/{self.name}/{UNKNOWN}"),
            "AWS::StackName": self.name,
        }.get(name, UNKNOWN)
