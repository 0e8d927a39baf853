"""ARN formats: how the ARNs of a resource type are written, and the place that fills their head."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from lambdas.model.iam.arn import arn_of
from lambdas.reference.actions import ResourceType, resource_types

_VARIABLE = re.compile(r"\$\{([^}]+)\}")
PLACES = ("Partition", "Region", "Account")
_SUFFIXES = ("withoutleadingslash", "withpath", "friendlyname", "name", "identifier", "arn", "id")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArnContext:
    """Where a call was made."""

    partition: str
    region: str
    account: str

    @classmethod
    def of(cls, principal: str, region: str, account: str = "") -> Self:
        """Where a principal called: its own account, if no other is told."""
        partition, own = principal.split(":")[1:5:3]
        return cls(partition=partition, region=region, account=account or own)

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource here."""
        return arn_of(
            service, resource, partition=self.partition, region=self.region, account=self.account
        )

    def fill(self, template: str, account: str = "") -> str:
        """Put the place into an ARN template."""
        return (
            template.replace("${Partition}", self.partition)
            .replace("${Region}", self.region)
            .replace("${Account}", account or self.account)
        )


@dataclass(frozen=True, slots=True)
class ArnFormat:
    """One ARN format of a resource type.

    Attributes:
        kind: the type's name.
        template: as the reference writes it.
        variables: what an ARN of this type names, in order, without the place.
        weight: how many characters are fixed: of two formats that an ARN has, the heavier is meant.
    """

    service: str
    kind: str
    template: str
    variables: tuple[str, ...]
    pattern: re.Pattern[str]
    weight: int

    def fill(self, values: dict[str, str], place: ArnContext, account: str = "") -> str:
        """The ARN; a variable without a value is written as `*`."""
        text = place.fill(self.template, account)
        for variable in self.variables:
            text = text.replace(f"${{{variable}}}", values.get(variable, "*"), 1)
        return text

    def before(self, variable: str) -> str:
        """The fixed text right before a variable, back to the last separator but one: `alias/`."""
        head = self.template[: self.template.index(f"${{{variable}}}")]
        return re.split(r"[:}]", head)[-1]


def is_parent(kind: str, variable: str, variables: Sequence[str]) -> bool:
    """Whether a variable of a type names what holds the resource: a service's cluster."""
    return variable != variables[-1] and not stem(kind).endswith(stem(variable))


def formats_of(kind: ResourceType) -> tuple[ArnFormat, ...]:
    """The formats of a resource type."""
    known = _FORMATS.get((kind.service, kind.name))
    if known is None:
        known = tuple(_format(kind.service, kind.name, template) for template in kind.arns)
        _FORMATS[kind.service, kind.name] = known
    return known


_FORMATS: dict[tuple[str, str], tuple[ArnFormat, ...]] = {}


@lru_cache(maxsize=1_024)
def formats_in(service: str) -> tuple[ArnFormat, ...]:
    """All formats of a service, the heaviest first."""
    found = [one for kind in resource_types(service) for one in formats_of(kind)]
    return tuple(sorted(found, key=lambda one: (-one.weight, one.kind)))


@lru_cache(maxsize=16_384)
def stem(name: str) -> str:
    """What a variable or a type is called, without what says that it is a name or an id."""
    text = re.sub(r"[^a-z0-9]", "", name.lower())
    for suffix in _SUFFIXES:
        if text.endswith(suffix) and len(text) > len(suffix):
            return text.removesuffix(suffix)
    return text


def _format(service: str, kind: str, template: str) -> ArnFormat:
    template = template.replace(
        ":${AccountId}:", ":${Account}:"
    )  # as some services' pages spell it
    variables = tuple(one for one in _VARIABLE.findall(template) if one not in PLACES)
    pieces = _VARIABLE.split(template)
    regex = []
    for index, piece in enumerate(pieces):
        if index % 2 == 0:
            regex.append(re.escape(piece).replace(r"\*", ".*"))
        elif piece in PLACES:
            regex.append("[^:]*")
        else:
            # Names with paths and objects hold slashes, and stand last.
            regex.append("(.+)" if piece == variables[-1] else "([^/:]+)")
    return ArnFormat(
        service=service,
        kind=kind,
        template=template,
        variables=variables,
        pattern=re.compile("".join(regex), re.DOTALL),
        weight=sum(len(piece.replace("*", "")) for piece in pieces[::2]),
    )
