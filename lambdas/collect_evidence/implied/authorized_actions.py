"""What AWS's own tables list beside an operation's action, where the request has what it takes."""

from collections.abc import Iterator

from lambdas.collect_evidence.call.call import Call
from lambdas.collect_evidence.implied.authorized_rows import (
    PASS_ROLE,
    AuthorizedAction,
    Known,
    authorized_besides,
)
from lambdas.collect_evidence.resources.candidates import ANY
from lambdas.collect_evidence.resources.resolve import resources_of
from lambdas.model.iam.action import Action
from lambdas.model.iam.arn import Arn, is_arn
from lambdas.model.trail.evidence import Implied
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.reference.actions import ActionFacts, facts
from lambdas.reference.events import RequiredAction
from lambdas.reference.refused.refused_resources import narrowest, suits

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


def perhaps(call: Call) -> tuple[AuthorizedAction, ...]:
    """What AWS lists for the call and nobody knows when it is asked."""
    return tuple(
        row
        for row in authorized_besides(call.service, call.operation)
        if row.known is Known.UNKNOWN and row.applies(call.parameters)
    )


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
