"""RefinePolicy: reads what was generated and what was seen, and keeps the refined policy."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.errors import InvalidEventError
from lambdas.gateways.archive.documents import Archive, S3Archive
from lambdas.gateways.archive.earlier_names import past_runs
from lambdas.gateways.telemetry import Telemetry
from lambdas.model.definition.process import Process
from lambdas.model.dossier.refinement import Refinement
from lambdas.model.execution.platform import Platform
from lambdas.model.execution.run import Run
from lambdas.model.execution.step_input import required
from lambdas.model.iam.attached_policies import AttachedPolicies
from lambdas.model.trail.evidence import evidence_in
from lambdas.model.trail.stack import StackReport
from lambdas.reference import actions as reference
from lambdas.refine_policy.findings.analyzer_coverage import without_analyzer
from lambdas.refine_policy.refine import refine
from lambdas.refine_policy.role_boundaries.role_boundary import require_boundary_fit
from lambdas.refine_policy.statements.managed_policies import require_fit

STEP = "refine_policy"
_required = partial(required, state="RefinePolicy")
telemetry = Telemetry(STEP)
logger = telemetry.logger


@telemetry.entry
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """The entry point on Lambda."""
    archive = S3Archive.deployed()
    return refine_run(event, archive, archive.platform)


def refine_run(
    event: Mapping[str, Any], archive: Archive, platform: Platform = Platform.UNKNOWN
) -> dict[str, Any]:
    """Refine, keep the answer, and only then stop for what does not fit.

    Raises:
        PolicyTooLargeError: the policy is kept, whole, but cannot be packed.
        BoundaryTooLongError: so is the boundary.
    """
    run = Run.from_json(_required(event, "run"), platform)
    definition = dict(_required(event, "process"))
    process = Process.from_mapping(definition.pop("name", run.process), definition)
    stacks = _stacks(archive, event.get("stacks"))
    attached = _attached(archive, event.get("attached"))
    refinement = refine(
        run=run,
        process=process,
        generated=_generated(archive, event.get("generated")),
        evidence=evidence_in(archive.get(_required(event, "evidence"))),
        reference=reference,
        history=past_runs(archive, run),
        stacks=stacks.stacks,
        managed=dict(attached.documents),
    )
    further = [*stacks.findings, *attached.findings]
    if event.get("without"):
        further.append(without_analyzer(str(event["without"])))
    refinement = replace(refinement, findings=tuple(sorted((*refinement.findings, *further))))
    key = run.key(event.get("name") or "refined.json")
    archive.put(key, _text(refinement, run), "application/json")
    _tell(refinement)
    require_fit(refinement.policies)
    if refinement.boundary:
        values = dict(refinement.variables)
        require_boundary_fit(
            refinement.boundary, (values, {**values, **process.spellings("prove")})
        )
    return {
        "refined": key,
        "statements": sum(len(one.statements) for one in refinement.policies),
        "policies": sum(len(one.packs) for one in refinement.policies),
    }


def generated_policies(answer: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The policies in the answer of GetGeneratedPolicy, each of them JSON in a string.

    Raises:
        InvalidEventError: a policy is no JSON object.
    """
    result = answer.get("GeneratedPolicyResult") or {}
    found = []
    for one in result.get("GeneratedPolicies") or ():
        try:
            document = json.loads(one.get("Policy") or "{}")
        except ValueError as error:
            raise InvalidEventError(f"a generated policy is not JSON: {error}") from error
        if not isinstance(document, dict):
            raise InvalidEventError("a generated policy is not a JSON object")
        found.append(document)
    return found


def _generated(archive: Archive, key: str | None) -> Sequence[Mapping[str, Any]]:
    return generated_policies(json.loads(archive.get(key))) if key else ()


def _stacks(archive: Archive, key: str | None) -> StackReport:
    return StackReport.from_bytes(archive.get(key)) if key else StackReport()


def _attached(archive: Archive, key: str | None) -> AttachedPolicies:
    return AttachedPolicies.from_bytes(archive.get(key)) if key else AttachedPolicies()


def _text(refinement: Refinement, run: Run) -> bytes:
    content = {"shownOn": run.platform.value, **refinement.to_json()}
    return (json.dumps(content, separators=(",", ":")) + "\n").encode()


def _tell(refinement: Refinement) -> None:
    statements = [one for policy in refinement.policies for one in policy.statements]
    grants = sum(len(one.grants) for one in statements)
    wildcards = sum(len(one.wildcards) for one in statements)
    logger.info(
        "policy refined",
        statements=len(statements),
        grants=grants,
        wildcards=wildcards,
        left_out=len(refinement.left_out),
    )
