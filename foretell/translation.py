"""What a foretold request needs, by the rules that read a trail's records."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from foretell.requests import call_of
from lambdas.collect_evidence.implied.authorized_actions import perhaps
from lambdas.collect_evidence.implied.authorized_rows import page_of
from lambdas.collect_evidence.implied.implied import implied_by
from lambdas.collect_evidence.resources.resolve import resources_of
from lambdas.model.iam.action import Action
from lambdas.model.iam.template import Template
from lambdas.reference.actions import facts
from lambdas.reference.arn_formats import ArnContext
from lambdas.reference.events import mapping_of
from lambdas.reference.refused.refused_resources import narrowest
from lambdas.reference.stacks.unknown import UNKNOWN, template_of

_ANY = "*"
UNTOLD = ("000000000000", "xx-untold-0")  # what stands for an account and a region nobody named


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One thing that IAM will be asked for a request.

    Attributes:
        kind: empty for the request's own action, else the derivation's.
        because: why a derivation is there. page: where AWS tells it, or empty.
        sure: whether AWS says when it is asked.
    """

    action: Action
    resource: Template
    kind: str = ""
    because: str = ""
    page: str = ""
    context: tuple[tuple[str, str], ...] = ()
    sure: bool = True


def asked_for(
    service: str,
    operation: str,
    request: Mapping[str, Any],
    place: ArnContext,
    *,
    implied: bool = True,
) -> Iterator[Asked]:
    """Everything that IAM is asked for one request.

    Args:
        service: CloudTrail's event source, or an IAM prefix.
        operation: the API's name.
        request: its elements, as far as they are known.
        place: where it is made.
        implied: whether it sends what needs more: what is looked at or removed sends names alone.
    """
    mapping = mapping_of(service, operation, request)
    if mapping is None:
        return
    call = call_of(request, mapping, place)
    known = [(row, one) for row in call.required if (one := facts(row.action))]
    for needed, one in known:
        for resource in resources_of(call, needed, one):
            yield Asked(action=one.action, resource=_template(one.action, resource, place))
    if not implied:
        return
    page = page_of(call.service)
    for besides in implied_by(call, [one for _, one in known]):
        yield Asked(
            action=besides.action,
            resource=template_told(besides.resource),
            kind=besides.kind,
            because=besides.kind.because,
            page=page,
            context=tuple(
                (key, value)
                for key, value in besides.context
                if not any(u in value for u in UNTOLD)
            ),
        )
    for action in sorted(perhaps(call)):
        yield Asked(
            action=action,
            resource=template_told(narrowest(action, place)),
            kind="perhaps",
            because="AWS lists it for this request and does not say when it is asked",
            page=page,
            sure=False,
        )


def _template(action: Action, resource: str, place: ArnContext) -> Template:
    return template_told(narrowest(action, place) if resource == _ANY else resource)


def template_told(arn: str) -> Template:
    """An ARN, open where nobody named the account or the region."""
    for text in UNTOLD:
        arn = arn.replace(text, UNKNOWN)
    return template_of(arn)
