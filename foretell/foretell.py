"""Foretelling, whole: a template and what is known in, the needs of its deployment out.

A pure function: same input, same bytes. Nothing is asked of any account.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from foretell.beside_handlers.template_needs import template_needs
from foretell.beside_handlers.tool_calls import tool_needs
from foretell.changes import Change, changes, rollbacks
from foretell.handler_calls import (
    CALL_NOTHING,
    HandlerCall,
    Rows,
    handler_calls,
    is_custom,
    tags_were_left_out,
)
from foretell.knowledge.knowledge import Knowledge
from foretell.needs import Certainty, Need
from foretell.requests import arn_of, request_of
from foretell.templates.stack import Stack, StackResource
from foretell.translation import Asked, asked_for, template_told
from lambdas.model.iam.arn import is_arn
from lambdas.model.text import visible
from lambdas.model.trail.evidence import CLOUDFORMATION
from lambdas.reference.arn_formats import ArnContext
from lambdas.reference.stacks.handler_actions import Operation, handler_actions
from lambdas.reference.stacks.unknown import UNKNOWN

TAG_ON_CREATE = "tag-on-create"


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretelling:
    """What a deployment needs.

    Attributes:
        needs: sorted, the surest first; what asks for the same twice is there twice.
        untold: what could not be told, a sentence each: types that nobody knows.
        resources: how many resources were looked at.
    """

    needs: tuple[Need, ...]
    untold: tuple[str, ...]
    resources: int


def foretell(
    stacks: Sequence[Stack],
    knowledge: Knowledge,
    *,
    base: Sequence[Stack] = (),
    tool: str = "",
) -> Foretelling:
    """What the deployment of these stacks needs, or of their difference from the base's.

    Args:
        stacks: the new templates.
        knowledge: what runs showed.
        base: the templates that are deployed now; empty when nothing is.
        tool: what deploys, by the name that the knowledge has for it; empty for CloudFormation.
    """
    after = [one for stack in stacks for one in stack.resources()]
    before = [one for stack in base for one in stack.resources()]
    places = {stack.name: stack.place for stack in (*base, *stacks)}
    found = changes(before, after)
    rows = knowledge.indexed()
    needs = {
        need
        for change in (*found, *rollbacks(found))
        for need in _needs(change, rows, knowledge, places[change.resource.stack])
    }
    needs.update(template_needs(stacks, base))
    if found or not base:
        needs.update(tool_needs(stacks, base, knowledge, tool))
    return Foretelling(
        needs=tuple(sorted(_surest(needs), key=lambda one: one.order)),
        untold=tuple(sorted(set(_untold(after, rows)))),
        resources=len({(one.stack, one.logical_id) for one in (*before, *after)}),
    )


def _surest(needs: Iterable[Need]) -> Iterator[Need]:
    """Of one resource's needs that are the same the surest."""
    best: dict[tuple[str, ...], Need] = {}
    for one in needs:
        key = (str(one.action), str(one.resource), str(one.context), one.stack, one.logical_id)
        if key not in best or one.order < best[key].order:
            best[key] = one
    yield from best.values()


def _needs(change: Change, rows: Rows, knowledge: Knowledge, place: ArnContext) -> Iterator[Need]:
    resource = change.resource
    if resource.type in CALL_NOTHING:
        return
    arn = arn_of(resource, place)
    request = request_of(resource, arn, place)
    names = {**_names(request, arn), **_versions(resource)}
    if is_custom(resource.type):
        request = {
            "FunctionName": resource.properties.get("ServiceToken", ""),
            "TopicArn": resource.properties.get("ServiceToken", ""),
        }
    for call in handler_calls(change, rows, knowledge):
        bare = call.reads or change.operation is Operation.DELETE
        sent = names if bare else request
        asked = asked_for(call.service, call.operation, sent, place, implied=not bare)
        for one in _of_itself(asked, arn) if bare else asked:
            sure = not (one.kind == TAG_ON_CREATE and tags_were_left_out(change, one.action, rows))
            yield _need(one, call, change, place, sure=sure)


def _of_itself(asked: Iterable[Asked], arn: str) -> tuple[Asked, ...]:
    """What looks or removes is about the resource, not what is in it: a table's streams."""
    found, own = tuple(asked), template_told(arn)
    whole = {one.action for one in found if one.resource == own}
    within = f"{own}/"
    return tuple(
        one for one in found if one.action not in whole or not str(one.resource).startswith(within)
    )


def _names(request: Mapping[str, Any], arn: str) -> dict[str, Any]:
    """What a call sends that looks or removes: names, and of calls on any resource its ARN."""
    named = {key: value for key, value in request.items() if isinstance(value, str)}
    return {**named, "ResourceArn": arn} if is_arn(arn) else named


def _versions(resource: StackResource) -> dict[str, str]:
    """A version's number is told when it is made; until then any is meant.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
    """
    function = resource.properties.get("FunctionName")
    if resource.type != "AWS::Lambda::Version" or not isinstance(function, str):
        return {}
    return {"FunctionName": function, "Qualifier": UNKNOWN}


def _need(one: Asked, call: HandlerCall, change: Change, place: ArnContext, *, sure: bool) -> Need:
    resource = change.resource
    certainty = call.certainty
    if resource.conditional or not (one.sure and sure):
        certainty = Certainty.POSSIBLE
    elif one.kind and certainty.sure:
        certainty = Certainty.DOCUMENTED
    because = f"{call.operation}: {one.because}" if one.kind else call.because
    if change.undone:
        because = f"{because}, when the deployment is rolled back or the stack removed"
    return Need(
        action=one.action,
        resource=one.resource,
        certainty=certainty,
        because=because,
        source=(one.page or call.source) if one.kind else call.source,
        operation=change.operation,
        context=one.context,
        via=CLOUDFORMATION,
        region=place.region,
        logical_id=resource.logical_id,
        type=resource.type,
        stack=resource.stack,
        path=resource.path,
        line=resource.line,
        undone=change.undone,
    )


def _untold(resources: Iterable[StackResource], rows: Rows) -> Iterator[str]:
    for one in resources:
        kind = one.type
        if kind in CALL_NOTHING or is_custom(kind):
            continue
        known = any(handler_actions(kind, Operation.CREATE)) or any(
            subject == kind for subject, _ in rows
        )
        if not known:
            what = f"has type {visible(kind)}" if kind else "has no Type"
            yield f"{visible(one.logical_id)} {what}, of which nobody here knows what it calls"
