"""Evidence as `collect_evidence` would write it, with only what a test cares about."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lambdas.model.definition.process import Process
from lambdas.model.dossier.refinement import Refinement
from lambdas.model.execution.run import Run
from lambdas.model.iam.action import Action
from lambdas.model.trail.earlier_names import EarlierNames
from lambdas.model.trail.evidence import Evidence, Implied, Outcome
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.model.trail.stack import Stack
from lambdas.reference import actions as REFERENCE  # noqa: N812  # it is used as one value
from lambdas.refine_policy.refine import refine

ACCOUNT = "123456789012"
REGION = "eu-west-1"
RUN_ID = "20261123T170000Z-0a1b2c3d"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/fencepost/sandbox-orders"
CLOUDFORMATION = ("cloudformation.amazonaws.com",)
RUN = Run(
    id=RUN_ID,
    process="orders",
    principal=ROLE,
    account=ACCOUNT,
    region=REGION,
    started_at="2026-11-23T17:00:00Z",
)
_numbers = itertools.count(1)


def a_process(**keys: Any) -> Process:  # a definition holds what YAML holds
    definition = {
        "description": "The orders service",
        "owner": "team@example.com",
        "variables": {"stage": {"learn": "dev", "prove": "qa"}},
        "phases": {"deploy": ["true"], "remove": ["true"]},
        **keys,
    }
    return Process.from_mapping("orders", definition)


def seen(  # noqa: PLR0913  # every field of evidence may matter to a test
    action: str,
    resource: str = "*",
    *,
    via: tuple[str, ...] = (),
    phase: str = "deploy",
    outcome: Outcome = Outcome.SUCCEEDED,
    principal: str = ROLE,
    implies: tuple[Implied, ...] = (),
    types: tuple[str, ...] = (),
    region: str = REGION,
    error: str = "",
    number: int | None = None,
    context: tuple[tuple[str, str], ...] = (),
) -> Evidence:
    at = next(_numbers) if number is None else number
    known = Action.from_text(action)
    return Evidence(
        action=known,
        resource=resource,
        outcome=outcome,
        principal=principal,
        session=f"{RUN_ID}.{phase}",
        phase=phase,
        via=via,
        region=region,
        event_id=f"{at:08d}-0000-4000-8000-000000000000",
        time=f"2026-11-23T17:{at // 60 % 60:02d}:{at % 60:02d}Z",
        source=f"{known.service}.amazonaws.com",
        name=known.name,
        error=error,
        implies=implies,
        types=types,
        context=context,
    )


def forwarded(action: str, resource: str = "*", **more: Any) -> Evidence:
    return seen(action, resource, via=CLOUDFORMATION, **more)


def denied(action: str, resource: str = "*", **more: Any) -> Evidence:
    return seen(action, resource, outcome=Outcome.DENIED, error="AccessDenied", **more)


def passes(role: str, service: str = "lambda.amazonaws.com") -> Implied:
    return Implied(
        kind=GroundKind.PASS_ROLE,
        action=Action("iam", "PassRole"),
        resource=role,
        context=(("iam:PassedToService", service),) if service else (),
    )


def implied(kind: str, action: str, resource: str, **context: str) -> Implied:
    pairs = tuple(sorted((key.replace("__", ":"), value) for key, value in context.items()))
    return Implied(
        kind=GroundKind(kind), action=Action.from_text(action), resource=resource, context=pairs
    )


def refined(
    evidence: Iterable[Evidence],
    *,
    process: Process | None = None,
    generated: Sequence[Mapping[str, Any]] = (),
    history: EarlierNames | None = None,
    run: Run = RUN,
    stacks: Sequence[Stack] = (),
) -> Refinement:
    return refine(
        run=run,
        process=process or a_process(),
        generated=generated,
        evidence=evidence,
        reference=REFERENCE,
        history=history or EarlierNames(),
        stacks=stacks,
    )


def granted(refinement: Refinement, policy: int = 0) -> dict[str, set[str]]:
    """Action → resource templates of one policy."""
    found: dict[str, set[str]] = {}
    for statement in refinement.policies[policy].statements:
        for grant in statement.grants:
            found.setdefault(str(grant.action), set()).add(str(grant.resource))
    return found


def conditions(refinement: Refinement, action: str) -> dict[str, tuple[str, ...]]:
    """Condition key → values of the statement that grants an action; all must agree."""
    found = [
        {one.key: tuple(map(str, one.values)) for one in statement.statement.conditions}
        for statement in refinement.policies[0].statements
        if action in map(str, statement.statement.actions)
    ]
    assert found, f"{action} is not granted"
    assert all(one == found[0] for one in found), found
    return found[0]


def values(refinement: Refinement, **changed: str) -> dict[str, str]:
    return {**dict(refinement.variables), **changed}
