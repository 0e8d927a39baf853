"""CheckPolicy: valid, sufficient for all that was seen, and what is new since the last approval."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.check_policy.attacks import tried_ways
from lambdas.check_policy.checks import Checks
from lambdas.check_policy.questions import Asked, asked_of, questions
from lambdas.errors import PolicyCheckFailedError
from lambdas.gateways.archive.archived_runs import previous_run
from lambdas.gateways.archive.documents import Archive, S3Archive
from lambdas.gateways.iam.access_analyzer import AccessAnalyzerChecks, PolicyChecks
from lambdas.gateways.iam.simulation import IamSimulator, Simulator
from lambdas.gateways.telemetry import Telemetry
from lambdas.model.archive.archived_runs import Baseline, BaselineKind
from lambdas.model.dossier.policy_checks import NOT_SIMULATED, Comparison, Denial
from lambdas.model.dossier.refinement import PrincipalPolicy, Refinement
from lambdas.model.execution.platform import Platform
from lambdas.model.execution.run import Run
from lambdas.model.findings.finding import Severity
from lambdas.model.iam.arn import is_resource
from lambdas.model.iam.policy import Policy
from lambdas.model.trail.evidence import evidence_in

STEP = "check_policy"
BOUNDARY = "boundary"  # of the roles that the process creates, as its files are named
SHOWN = 5  # denials in the error; the document has all
telemetry = Telemetry(STEP)
logger, metrics = telemetry.logger, telemetry.metrics


@telemetry.entry
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """The entry point on Lambda."""
    archive = S3Archive.deployed()
    return check(event, archive, AccessAnalyzerChecks(), IamSimulator(), archive.platform)


def check(
    event: Mapping[str, Any],
    archive: Archive,
    analyzer: PolicyChecks,
    simulator: Simulator,
    platform: Platform = Platform.UNKNOWN,
) -> dict[str, Any]:
    """Ask, write down the answers, and refuse a policy that denies what was seen."""
    run = Run.from_json(event["run"], platform)
    refinement = Refinement.from_json(json.loads(archive.get(event["refined"])))
    _refuse_malformed(refinement)
    carried = refinement.containment.carried if refinement.containment else ()
    asked = asked_of(evidence_in(archive.get(event["evidence"])), run.account, carried)
    baseline = previous_run(archive, run).baseline
    checks = answers(refinement, asked, analyzer, simulator, baseline)
    key = run.key("checks.json")
    content = {"shownOn": run.platform.value, **checks.to_json()}
    archive.put(key, (json.dumps(content, indent=1) + "\n").encode(), "application/json")
    metrics.add_metric("CallsSimulated", MetricUnit.Count, checks.asked)
    logger.info(
        "policy checked",
        asked=checks.asked,
        denied=len(checks.denials),
        ways_up=len(checks.ways),
    )
    _refuse(checks.denials, key)
    return {
        "checks": key,
        "errors": checks.count(Severity.ERROR),
        "warnings": checks.count(Severity.WARNING),
    }


def answers(
    refinement: Refinement,
    asked: Sequence[Asked],
    analyzer: PolicyChecks,
    simulator: Simulator,
    baseline: Baseline | None,
) -> Checks:
    """Everything that IAM and Access Analyzer have to say."""
    values = dict(refinement.variables)
    approved = baseline if baseline and baseline.standing is BaselineKind.APPROVED else None
    owned = {one.principal for one in refinement.policies}
    not_allowed = list(_denials(refinement, asked, simulator))
    return Checks(
        objections=[
            (name, objection)
            for name, document in _documents(refinement, values)
            for objection in analyzer.objections(document)
            # A boundary grants nothing: only what makes it no policy counts against it.
            if name != BOUNDARY or objection.kind == "ERROR"
        ],
        asked=len(asked),
        denials=[one for one in not_allowed if one.decision != NOT_SIMULATED],
        unasked=[one for one in not_allowed if one.decision == NOT_SIMULATED],
        unowned=Counter(one.principal for one in asked if one.principal not in owned),
        compared=list(_compared(refinement, approved.refinement, analyzer)) if approved else [],
        baseline=approved.run if approved else "",
        ways=tried_ways(refinement, simulator),
    )


def _documents(
    refinement: Refinement, values: Mapping[str, str]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for policy in refinement.policies:
        yield from ((policy.name, pack.render(values)) for pack in _packs(policy))
    if refinement.boundary:
        yield BOUNDARY, refinement.boundary.render(values)


def _packs(policy: PrincipalPolicy) -> tuple[Policy, ...]:
    return policy.packed() or (policy.policy,)


def _denials(
    refinement: Refinement, asked: Sequence[Asked], simulator: Simulator
) -> Iterator[Denial]:
    values = dict(refinement.variables)
    rendered = {
        one.principal: [pack.render(values) for pack in _packs(one)] for one in refinement.policies
    }
    for one in questions(ask for ask in asked if ask.principal in rendered):
        policies = rendered[one.principal]
        for action, resource, decision in simulator.denied(
            policies, one.actions, one.resources, one.context
        ):
            yield Denial(
                principal=one.principal, action=action, resource=resource, decision=decision
            )


def _compared(
    now: Refinement, before: Refinement, analyzer: PolicyChecks
) -> Iterator[tuple[str, Comparison]]:
    """With the same values in both: a change of values is no change of the policy."""
    values = {**dict(before.variables), **dict(now.variables)}
    known = {one.name: one for one in before.policies}
    for one in now.policies:
        if one.name in known:
            yield (
                one.name,
                analyzer.new_access(
                    one.policy.render(values), known[one.name].policy.render(values)
                ),
            )
    if now.boundary and before.boundary:
        yield (
            BOUNDARY,
            analyzer.new_access(now.boundary.render(values), before.boundary.render(values)),
        )


def _refuse_malformed(refinement: Refinement) -> None:
    """IAM refuses a whole document for one resource that is no ARN: nothing else need be asked."""
    values = dict(refinement.variables)
    found = [
        f"{text!r} in {one.name}, statement {statement.sid}"
        for one in refinement.policies
        for statement in one.policy.statements
        for text in (resource.render(values) for resource in statement.resources)
        if not is_resource(text)
    ]
    if found:
        raise PolicyCheckFailedError(
            f"IAM refuses a policy with a resource that is neither * nor an ARN: "
            f"{'; '.join(found[:SHOWN])}; report it, or name the resource by a hint"
        )


def _refuse(denials: Sequence[Denial], key: str) -> None:
    if not denials:
        return
    shown = "; ".join(f"{one.action} on {one.resource}" for one in denials[:SHOWN])
    more = f" and {len(denials) - SHOWN} more" if len(denials) > SHOWN else ""
    raise PolicyCheckFailedError(
        f"the policy denies {len(denials)} calls that the cycle made: {shown}{more}; see {key}"
    )
