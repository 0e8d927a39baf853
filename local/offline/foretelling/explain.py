"""`fencepost explain`: why a permission is there, who saw it, what breaks without it."""

from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from lambdas.document_policy.analysis.statement_reasons import service_name
from lambdas.errors import FencepostError
from lambdas.model.dossier.refinement import ExplainedStatement, Grant, Ground, Refinement
from lambdas.model.iam.template import Template
from lambdas.model.iam.template_coverage import filled, matches, overlaps
from lambdas.model.text import counted, listed, sentence, visible
from lambdas.model.trail.ground_kind import GroundKind
from local.offline.foretelling.policies import named_policy
from local.output import NO, UNKNOWN, YES, complain, document


def explain(args: Namespace) -> int:
    """Print the grants of an action, each with its grounds.

    Args:
        args: `policy`, `action` (a pattern), `resource` or None, `archive`, `json`.
    """
    try:
        policy = named_policy(args.policy, args.archive)
    except FencepostError as error:
        complain(f"could not tell: {error}")
        return UNKNOWN
    refinement = policy.granted.refinement
    if refinement is None:
        complain(
            f"could not tell: {policy.name} holds no reasons; name the run's refined.json, "
            "which lies beside it in the dossier"
        )
        return UNKNOWN
    found = list(_grants(refinement, args.action, args.resource))
    left = [
        one
        for one in refinement.left_out
        if matches(args.action.lower(), one.action.lower()) and not found
    ]
    status = YES if found else NO
    if args.json:
        grants = [_fields(owner, statement, grant) for owner, statement, grant in found]
        reasons = [
            {"action": one.action, "resource": one.resource, "reason": one.reason} for one in left
        ]
        document("explain", status, {"grants": grants, "leftOut": reasons})
        return status
    for owner, statement, grant in found:
        print("\n".join(map(visible, _words(owner, statement, grant))))
    if not found:
        where = f" on {args.resource}" if args.resource else ""
        print(visible(f"{policy.name} does not grant {args.action}{where}."))
    for one in left:
        print(visible(f"  It was left out: {one.action} on {one.resource}: {one.reason}"))
    return status


def _grants(
    refinement: Refinement, action: str, resource: str | None
) -> Iterator[tuple[str, ExplainedStatement, Grant]]:
    values = dict(refinement.variables)
    asked = Template.of(resource) if resource and resource != "*" else None
    for owner in refinement.policies:
        for statement in owner.statements:
            for grant in statement.grants:
                if not matches(action.lower(), str(grant.action).lower()):
                    continue
                if asked is None or overlaps(filled(grant.resource, values), asked):
                    yield owner.name, statement, grant


def _words(owner: str, statement: ExplainedStatement, grant: Grant) -> Iterator[str]:
    yield f"{grant.action} on {grant.resource}"
    yield f"  in statement {statement.statement.sid} of {owner}: {sentence(statement.purpose)}"
    for condition in statement.statement.conditions:
        values = ", ".join(map(str, condition.values))
        yield f"  only when {condition.key} {condition.operator} {values}"
    for ground in grant.grounds:
        yield f"  {ground.kind}: {_ground(ground)}"
    for one in statement.wildcards:
        if one.resource == str(grant.resource):
            yield f"  the wildcard: {sentence(one.reason)}"
    yield f"  Without it: {_breaks(grant)}"


def _ground(ground: Ground) -> str:
    if ground.kind != GroundKind.OBSERVED:
        return sentence(ground.text or ground.kind.because)
    through = f" through {service_name(ground.via[0])}" if ground.via else " by the process itself"
    phases = f" in {listed(ground.phases)}" if ground.phases else ""
    ids = f" (event {ground.event_ids[0]})" if ground.event_ids else ""
    return f"{counted(ground.events, 'event')}{phases}{through}, first at {ground.first}{ids}."


def _breaks(grant: Grant) -> str:
    """What fails without it: the phases that called it, or what the derivation is for."""
    phases = sorted({phase for ground in grant.grounds for phase in ground.phases})
    if any(ground.kind == GroundKind.OBSERVED for ground in grant.grounds):
        where = listed(phases) if phases else "the process"
        return f"the call is refused, and {where} fails as it ran."
    kinds = [one.kind.because or one.text or one.kind for one in grant.grounds]
    return f"what it is derived for is refused: {'; '.join(kinds)}."


def _fields(owner: str, statement: ExplainedStatement, grant: Grant) -> dict[str, Any]:
    return {
        "policy": owner,
        "statement": statement.statement.sid,
        "purpose": statement.purpose,
        "action": str(grant.action),
        "resource": str(grant.resource),
        "grounds": [
            {
                "kind": one.kind,
                "text": one.text,
                "events": one.events,
                "first": one.first,
                "last": one.last,
                "phases": list(one.phases),
                "via": list(one.via),
                "eventIds": list(one.event_ids),
            }
            for one in grant.grounds
        ],
        "without": _breaks(grant),
    }
