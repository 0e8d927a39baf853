"""ProvePolicy: install the policy on the candidate, judge a round, take the policy away."""

from __future__ import annotations

import json
import os
from functools import partial
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.metrics import MetricUnit

from lambdas.errors import InvalidEventError, MissingObjectError
from lambdas.gateways import clients
from lambdas.gateways.archive.documents import Archive, S3Archive
from lambdas.gateways.iam.candidate import Candidate, IamCandidate
from lambdas.gateways.iam.managed_policies import IamManagedPolicies, ManagedPolicies
from lambdas.gateways.telemetry import Telemetry
from lambdas.model.definition.process import Process
from lambdas.model.definition.process_parameter import registered
from lambdas.model.dossier.refinement import Refinement
from lambdas.model.execution.platform import Platform
from lambdas.model.execution.run import Run
from lambdas.model.execution.sandbox import Sandbox
from lambdas.model.execution.setting import Setting
from lambdas.model.execution.step_input import required
from lambdas.model.findings.finding import Finding
from lambdas.prove_policy import proof_record
from lambdas.prove_policy.installation.boundary_policies import narrow_boundary, open_boundary
from lambdas.prove_policy.installation.candidate_policies import (
    documents,
    install,
    own_policy,
    retire,
    values,
)
from lambdas.prove_policy.judgement import Case, judge
from lambdas.prove_policy.proof_record import Proof

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_lambda_powertools.utilities.typing import LambdaContext
    from types_boto3_iam import IAMClient

    from lambdas.model.trail.evidence import Evidence
    from lambdas.prove_policy.rounds import Round

STEP = "prove_policy"
PACKED = "application/gzip"
LEFTOVERS = "proof-leftovers.json"
WITH_PROOF = "findings-with-proof.json"
_required = partial(required, state="ProvePolicy")
telemetry = Telemetry(STEP)
logger, metrics = telemetry.logger, telemetry.metrics


@telemetry.entry
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """The entry point on Lambda."""
    archive = S3Archive.deployed()
    iam = _iam(Sandbox.of(event))
    candidate = IamCandidate(_required(event, "proof")["candidate"], iam)
    return prove(
        event,
        archive,
        candidate,
        IamManagedPolicies(iam),
        below=os.environ[Setting.POLICY_PATH],
        platform=archive.platform,
    )


def _iam(sandbox: Sandbox) -> IAMClient:
    """As ourselves, or as a guest of the account that the candidates are of."""
    iam: IAMClient = clients.own_or_guest(
        "iam", sandbox.installer_role, session=STEP, external_id=sandbox.external_id
    )
    return iam


def prove(
    event: Mapping[str, Any],
    archive: Archive,
    candidate: Candidate,
    boundary: ManagedPolicies,
    *,
    below: str,
    platform: Platform = Platform.UNKNOWN,
) -> dict[str, Any]:
    """One act of the proof; each may be repeated.

    Raises:
        InvalidEventError: the input names no act of ours.
    """
    run = Run.from_json(_required(event, "run"), platform)
    path = f"{below}{run.process}/"
    match event.get("act"):
        case "open":
            opened = open_boundary(boundary, run)
            logger.info("boundary opened", boundary=opened)
            return {"boundary": opened}
        case "install":
            return _install(event, run, archive, candidate, boundary, path)
        case "judge":
            return _judge(event, run, archive)
        case "retire":
            gone = retire(candidate, path)
            logger.info("policies retired", policies=len(gone))
            return {"retired": gone}
        case unknown:
            raise InvalidEventError(f"act is {unknown!r}; use open, install, judge or retire")


def _install(  # what an act works on
    event: Mapping[str, Any],
    run: Run,
    archive: Archive,
    candidate: Candidate,
    boundary: ManagedPolicies,
    path: str,
) -> dict[str, Any]:
    proof, process = _proof(event), _process(event, run)
    refinement = _refinement(event, archive)
    rendered_with = values(refinement, process)
    narrowed = narrow_boundary(boundary, run, refinement, rendered_with)
    wanted = documents(
        own_policy(refinement, run.principal, process),
        rendered_with,
        stem=f"fencepost-{run.process}-{proof.run}",
    )
    gone = retire(candidate, path, keep={one.name for one in wanted})
    cleared = _leftovers(run, archive, gone) if proof.number == 1 else []
    install(candidate, path, wanted, f"Proof of {run.process}, run {proof.run}")
    logger.info("policies installed", policies=len(wanted), cleared=len(cleared), narrowed=narrowed)
    return {"policies": len(wanted), "cleared": cleared}


def _leftovers(run: Run, archive: Archive, gone: list[str]) -> list[str]:
    """What an earlier run had left: told again when IAM was too slow and the state is repeated."""
    if gone:
        _keep(archive, run, LEFTOVERS, (json.dumps(gone) + "\n").encode())
        return gone
    key = run.key(LEFTOVERS)
    return list(json.loads(archive.get(key))) if archive.exists(key) else []


def _judge(event: Mapping[str, Any], run: Run, archive: Archive) -> dict[str, Any]:
    case = _case(event, run, archive)
    found = judge(case)
    number = case.proof.number
    proved = proof_record.to_document(found.rounds, found.decision, run.platform)
    _keep(archive, run, proof_record.DOCUMENT, proved)
    _keep_observed(event, run, archive, number)
    logger.info("round judged", next=found.decision.next.value, rounds=len(found.rounds))
    metrics.add_metric("Rounds", MetricUnit.Count, len(found.rounds))
    evidence: str = event["evidence"]
    if found.repaired:
        evidence = run.key(f"evidence-repaired-{number}.jsonl.gz")
        archive.put(evidence, proof_record.to_evidence(found.repaired), PACKED)
    this = found.rounds[-1]
    return {
        "next": found.decision.next.value,
        "verdict": found.decision.verdict(),
        "evidence": evidence,
        "process": registered(found.process),
        "findings": _findings(event, run, archive, found.findings),
        "denied": len(this.denied),
        "removed": len(this.removed),
    }


def _case(event: Mapping[str, Any], run: Run, archive: Archive) -> Case:
    proof, process = _proof(event), _process(event, run)
    refinement = _refinement(event, archive)
    return Case(
        run=run,
        proof=proof,
        process=process,
        policy=own_policy(refinement, run.principal, process),
        rendered_with=values(refinement, process),
        first=proof_record.from_evidence(archive.get(_required(event, "evidence"))),
        second=_kept_evidence(event.get("observed"), archive),
        build=proof_record.build_of(event.get("build"), [one.name for one in process.phases]),
        removed=proof_record.removed(_kept_evidence(event.get("cleaned"), archive)),
        left_behind=proof_record.left_behind(event.get("build"), event.get("cleanup")),
        earlier=_earlier(run, archive, proof.number),
    )


def _findings(
    event: Mapping[str, Any], run: Run, archive: Archive, added: Sequence[Finding]
) -> str | None:
    """The key of all findings, with those of the proof."""
    key: str | None = event.get("findings")
    if not added:
        return key
    known = [Finding.from_json(one) for one in json.loads(archive.get(key))] if key else []
    body = json.dumps([one.to_json() for one in sorted({*known, *added})], indent=2) + "\n"
    _keep(archive, run, WITH_PROOF, body.encode())
    return run.key(WITH_PROOF)


def _earlier(run: Run, archive: Archive, number: int) -> tuple[Round, ...]:
    if number == 1:
        return ()
    return proof_record.earlier_rounds(archive.get(run.key(proof_record.DOCUMENT)), number)


def _kept_evidence(key: str | None, archive: Archive) -> tuple[Evidence, ...]:
    """Nothing when the round left no evidence: a candidate that could not even be assumed."""
    if not key:
        return ()
    try:
        return proof_record.from_evidence(archive.get(key))
    except MissingObjectError:
        return ()


def _keep_observed(event: Mapping[str, Any], run: Run, archive: Archive, number: int) -> None:
    """The proof's own evidence lies beside the first cycle's, so that the manifest covers it."""
    key = event.get("observed")
    if key:
        archive.put(run.key(f"proof-{number}-evidence.jsonl.gz"), archive.get(key), PACKED)


def _keep(archive: Archive, run: Run, name: str, body: bytes) -> None:
    archive.put(run.key(name), body, "application/json")


def _proof(event: Mapping[str, Any]) -> Proof:
    raw = _required(event, "proof")
    return Proof(number=int(raw["round"]), run=raw["run"], candidate=raw["candidate"])


def _process(event: Mapping[str, Any], run: Run) -> Process:
    definition = dict(_required(event, "process"))
    return Process.from_mapping(definition.pop("name", run.process), definition)


def _refinement(event: Mapping[str, Any], archive: Archive) -> Refinement:
    return Refinement.from_json(json.loads(archive.get(_required(event, "refined"))))
