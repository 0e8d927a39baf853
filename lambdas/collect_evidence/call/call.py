"""An API call as a record tells it, read once for all its actions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from lambdas.collect_evidence.call.elements import Elements, unwrapped
from lambdas.collect_evidence.call.outcome import CallOutcome, outcome_of
from lambdas.collect_evidence.record import is_internal
from lambdas.reference.arn_formats import ArnContext, stem
from lambdas.reference.events import OperationMapping, RequiredAction

# Elements that name who may do something, or what points elsewhere, never what is acted upon.
_ASIDE = frozenset({"sourcearn", "principal", "principalarn"})


_POLICIES = frozenset({"policyarn", "permissionsboundary"})  # of IAM; Bedrock has others of its own


class Response:
    """What a service answered, looked at only when the request does not tell enough."""

    def __init__(self, raw: object) -> None:
        self._raw = raw

    @cached_property
    def elements(self) -> Elements:
        """Its elements by name."""
        return Elements.of(self._raw)

    @cached_property
    def arns(self) -> tuple[str, ...]:
        """The ARNs in it that may be acted upon."""
        return _arns(self.elements)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One API call: what a record says of it, and what the reference says of its operation.

    Attributes:
        service: the IAM prefix that it belongs to; empty where the reference does not know it.
        operation: the API's name, without version.
        required: the actions that it needs.
        named: the ARNs that the record itself names as its resources.
        sent: the ARNs in the request that may be acted upon.
        sent_as: the same by what their element says that they are: `connection` of connectionArn.
        outcome: how the service ended it.
        internal: whether a service of AWS made the call for the caller, without its name.
        agent: the caller's client, as it calls itself.
        user: the ARN of the user who calls, empty of roles.
        parameters: the request as it stands in the record, its names at the top in lower case;
            without what wraps all of it, too.
    """

    service: str
    operation: str
    required: tuple[RequiredAction, ...]
    place: ArnContext
    request: Elements
    answer: Response
    named: tuple[str, ...]
    sent: tuple[str, ...]
    sent_as: Mapping[str, tuple[str, ...]]
    parameters: Mapping[str, Any]
    outcome: CallOutcome
    internal: bool = False
    agent: str = ""
    user: str = ""

    @classmethod
    def of(cls, record: Mapping[str, Any], mapping: OperationMapping, place: ArnContext) -> Self:
        """Read a record."""
        parameters, agent = record.get("requestParameters"), record.get("userAgent")
        request = Elements.of(parameters)
        return cls(
            service=mapping.service,
            operation=mapping.operation,
            required=mapping.required,
            place=place,
            request=request,
            answer=Response(record.get("responseElements")),
            named=tuple(_named(record.get("resources"))),
            sent=_arns(request),
            sent_as=_by_noun(request),
            outcome=outcome_of(record),
            parameters=_parameters(parameters),
            internal=is_internal(record),
            agent=agent if isinstance(agent, str) else "",
            user=_user(record.get("userIdentity")),
        )


def _parameters(raw: object) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        return {}
    inner = unwrapped(raw)
    both = raw if inner is raw else {**inner, **raw}
    return {str(key).lower(): value for key, value in both.items()}


def _user(identity: object) -> str:
    arn = identity.get("arn") if isinstance(identity, dict) else None
    return arn if isinstance(arn, str) and ":iam::" in arn and ":user/" in arn else ""


def _named(resources: object) -> Iterable[str]:
    for one in resources if isinstance(resources, list) else ():
        if isinstance(one, dict):
            arn = one.get("ARN") or one.get("arn")
            if isinstance(arn, str) and arn.startswith("arn:"):
                yield arn


def _arns(elements: Elements) -> tuple[str, ...]:
    return tuple(dict.fromkeys(arn for _, name, arn in elements.arns if not _is_aside(name, arn)))


def _is_aside(name: str, arn: str) -> bool:
    return name in _ASIDE or (name in _POLICIES and ":iam:" in arn)


def _by_noun(elements: Elements) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for _, name, arn in elements.arns:
        if not _is_aside(name, arn):
            found.setdefault(stem(name.removesuffix("s")), []).append(arn)
    return {noun: tuple(dict.fromkeys(arns)) for noun, arns in found.items()}
