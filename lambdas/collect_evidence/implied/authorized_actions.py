"""What AWS's own tables list beside an operation's action, where the request has what it takes."""

from collections.abc import Iterator

from lambdas.collect_evidence.call.call import Call
from lambdas.collect_evidence.implied.authorized_rows import (
    PASS_ROLE,
    AuthorizedAction,
    Known,
    authorized_besides,
    in_tables,
)
from lambdas.collect_evidence.implied.dependent_actions import MAKE_ROLE
from lambdas.collect_evidence.resources.candidates import ANY
from lambdas.collect_evidence.resources.resolve import resources_of
from lambdas.model.iam.action import Action
from lambdas.model.iam.arn import Arn, is_arn
from lambdas.model.trail.evidence import Implied
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.reference.actions import ActionFacts, facts
from lambdas.reference.events import RequiredAction
from lambdas.reference.refused.refused_resources import narrowest, suits
from lambdas.reference.stacks.handler_actions import is_tagging

_VERBS = {Action("apigateway", verb) for verb in ("DELETE", "GET", "PATCH", "POST", "PUT")}


def authorized(call: Call) -> Iterator[Implied]:
    """What is asked besides, but for roles and tags, which are read by what they are."""
    rows = authorized_besides(call.service, call.operation)
    if not rows:
        return
    # API Gateway's verbs are asked on paths, which the operation's own mapping knows.
    own = {needed.action for needed in call.required} | _VERBS
    for row in rows:
        aside = row.known is Known.UNKNOWN or row.action == PASS_ROLE or row.tags
        if not aside and row.action not in own and row.applies(call.parameters):
            for resource in _resources(call, row):
                yield Implied(
                    kind=GroundKind.DEPENDENT_ACTION, action=row.action, resource=resource
                )


def perhaps(call: Call) -> frozenset[Action]:
    """What AWS lists for the call and nobody knows when it is asked.

    Of a service whose table was not read it is all that the reference calls dependent, but for
    roles and tags, and for what a row knows.
    """
    rows = authorized_besides(call.service, call.operation)
    unknown = {
        row.action for row in rows if row.known is Known.UNKNOWN and row.applies(call.parameters)
    }
    if in_tables(call.service):
        return frozenset(unknown)
    known = filter(None, (facts(needed.action) for needed in call.required))
    dependent = {action for one in known for action in one.dependent_actions}
    aside = {PASS_ROLE, MAKE_ROLE, *(row.action for row in rows)}
    left = {one for one in dependent - aside if not is_tagging(one.name)}
    return frozenset(unknown | left)


def _resources(call: Call, row: AuthorizedAction) -> tuple[str, ...]:
    """The narrowest that the request names."""
    if [one.text for one in row.resources] == [ANY]:
        return (ANY,)
    filled = [
        call.place.fill(text)
        for template in row.resources
        for text in template.filled(call.parameters)
    ]
    known = facts(row.action)
    if known is None:
        return ()
    named = [one for one in dict.fromkeys(filled) if is_arn(one) and _is_at_home(one, known)]
    if named:
        return tuple([one for one in named if suits(row.action, one)] or named)
    found = resources_of(call, RequiredAction(action=row.action), known)
    return found if found != (ANY,) else (narrowest(row.action, call.place),)


def _is_at_home(arn: str, known: ActionFacts) -> bool:
    """Whether an ARN is of a service that the action can be about."""
    templates = [text for use in known.uses for text in use.type.arns]
    homes = {text.split(":")[2] for text in templates} or {known.action.service}
    return Arn.from_text(arn).service in homes
