"""Where in an ARN a name stands, where an id, and what is fixed: by the reference's formats."""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, Protocol

from lambdas.model.iam.action import Action
from lambdas.model.iam.arn import Arn, is_arn, resource_of
from lambdas.reference.actions import ActionFacts, Handlers, ResourceType

_PLACEHOLDER = re.compile(r"\$\{([^{}]+)\}")
_NAME_OF = re.compile(r":[a-z]\w*Name/")
_ID = re.compile(r".*(Id|ID|Uuid|UUID|Version|Revision|Number|Label|Timestamp)|Id")
# API Gateway's paths name a collection, then one of it; in these people choose the name.
_NAMED = frozenset(
    {"stages", "methods", "responses", "integrationresponses", "gatewayresponses", "models"}
    | {"domainnames", "basepathmappings", "tags", "versions", "exports", "sdks"}
)


class Reference(Hashable, Protocol):
    """What refinement asks of IAM's reference; `lambdas.reference.actions` answers."""

    def facts(self, action: Action) -> ActionFacts | None:
        """What the reference says about an action; None if it knows of none."""

    def handlers(self, resource_type: str) -> Handlers | None:
        """What CloudFormation's registry declares for a type."""

    def resource_types(self, service: str) -> Sequence[ResourceType]:
        """Every resource type of a service."""

    def service_title(self, service: str) -> str:
        """The name that people know a service by."""


@lru_cache(maxsize=131_072)
def parsed(resource: str) -> Arn | None:
    """The resource as an ARN, or None; every resource is looked at several times."""
    return Arn.from_text(resource) if is_arn(resource) else None


class ArnPart(NamedTuple):
    """A stretch of an ARN's resource field.

    Attributes:
        placeholder: the format's word for it, such as `RestApiId`; empty for fixed text.
    """

    text: str
    placeholder: str = ""

    @property
    def is_id(self) -> bool:
        """Whether the service, not a person, gives what stands here."""
        return bool(_ID.fullmatch(self.placeholder))


def both_name_one(slots: Sequence[ArnPart]) -> bool:
    """Whether an id and a name are of the same thing: `<id>:autoScalingGroupName/<name>`."""
    return any(
        before.is_id and not between.placeholder and _NAME_OF.fullmatch(between.text)
        for before, between in pairwise(slots)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One ARN format of a service, ready to read resources by.

    Attributes:
        kind: the resource type's name.
        head: the fixed text with which resources of this form begin.
        of_all: whether the reference names no variable for the last of it.
    """

    kind: str
    head: str
    pattern: re.Pattern[str]
    placeholders: tuple[str, ...]
    fixed: int
    of_all: bool

    def read(self, resource: str) -> tuple[ArnPart, ...] | None:
        """The resource's slots, or None when it has another form."""
        match = self.pattern.fullmatch(resource)
        if match is None:
            return None
        slots: list[ArnPart] = []
        position = 0
        for index, placeholder in enumerate(self.placeholders, start=1):
            start, end = match.span(index)
            slots += [ArnPart(resource[position:start]), ArnPart(resource[start:end], placeholder)]
            position = end
        slots.append(ArnPart(resource[position:]))
        return tuple(slot for slot in slots if slot.text)


@dataclass(frozen=True, slots=True)
class ArnParser:
    """The formats of every service, read once."""

    reference: Reference

    def read(self, service: str, resource: str) -> tuple[str, tuple[ArnPart, ...]]:
        """The resource type and slots of the last field of an ARN; the type may be unknown."""
        return _read(self.reference, service, resource)


@lru_cache(maxsize=131_072)
def _read(reference: Reference, service: str, resource: str) -> tuple[str, tuple[ArnPart, ...]]:
    for form in _forms(reference, service):
        if resource.startswith(form.head):
            slots = form.read(resource)
            if slots:
                return form.kind, slots
    if service == "apigateway":
        return "", _by_path(resource)
    return "", _by_separators(resource)


@lru_cache(maxsize=1_024)
def _forms(reference: Reference, service: str) -> tuple[Form, ...]:
    forms = [
        _form(one.name, resource_of(arn))
        for one in reference.resource_types(service)
        for arn in one.arns
        # A type may live in another service: an ACM certificate named by EC2.
        if is_arn(arn) and arn.split(":")[2] == service
    ]
    # The format that fixes the most is the one that is meant, before one of all such resources.
    return tuple(
        sorted(forms, key=lambda form: (-form.fixed, form.of_all, form.kind, form.pattern.pattern))
    )


def _form(kind: str, text: str) -> Form:
    # Some formats have a star where an id stands: `endpoint:*`.
    pieces = _PLACEHOLDER.split(text.replace("*", "${Id}"))  # fixed, name, fixed, name, …, fixed
    pattern = re.escape(pieces[0])
    for index in range(1, len(pieces), 2):
        following = pieces[index + 1]
        last = index + 2 == len(pieces)
        pattern += f"({_until(pieces[index], following, last=last)}){re.escape(following)}"
    return Form(
        kind=kind,
        head=pieces[0],
        pattern=re.compile(pattern),
        placeholders=tuple(pieces[1::2]),
        fixed=sum(map(len, pieces[::2])),
        of_all="*" in text,
    )


def _until(name: str, following: str, *, last: bool) -> str:
    if last and not following:
        return ".+" if not _ID.fullmatch(name) else "[^/]+"
    return "[^:]+" if following.startswith(":") else "[^/]+"


def _by_separators(resource: str) -> tuple[ArnPart, ...]:
    """Without a format: a leading word such as `function:` is a type, the rest a name."""
    match = re.match(r"[a-z][A-Za-z-]*[:/]", resource)
    start = match.end() if match else 0
    return tuple(
        slot for slot in (ArnPart(resource[:start]), ArnPart(resource[start:], "Name")) if slot.text
    )


def _by_path(path: str) -> tuple[ArnPart, ...]:
    """`/restapis/<id>/deployments/<id>`: the reference names only some of these formats."""
    slots: list[ArnPart] = []
    collection = ""
    for index, segment in enumerate(path.split("/")[1:]):
        slots.append(ArnPart("/"))
        if index % 2 == 0:
            collection = segment
            slots.append(ArnPart(segment))
        else:
            slots.append(ArnPart(segment, "Name" if collection in _NAMED else "Id"))
    return tuple(slot for slot in slots if slot.text)
