"""The manifest of a run, filled in: documents, versions, and the links to the runs before."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from lambdas.document_policy.analysis.claims import contained, no_way_up
from lambdas.document_policy.analysis.iam_documents import managed_policies
from lambdas.document_policy.analysis.run_facts import RunFacts
from lambdas.model.archive.manifest import FORMAT, MANIFEST, Kept, Link, sealed
from lambdas.model.dossier.containment import Containment
from lambdas.model.dossier.refinement import Grant
from lambdas.model.findings.finding import FindingKind, Severity
from lambdas.model.trail.ground_kind import GroundKind


def manifest(facts: RunFacts, files: Mapping[str, bytes], kept: Mapping[str, bytes]) -> bytes:
    """The manifest over the dossier's files and what earlier steps have kept beside them."""
    everything = {**kept, **files}
    return sealed(
        {
            "format": FORMAT,
            "process": facts.process.name,
            "run": facts.run.id,
            "principal": facts.run.principal,
            "account": facts.run.account,
            "region": facts.run.region,
            "startedAt": facts.run.started_at,
            "endedAt": facts.run.ended_at,
            "executionArn": facts.run.execution_arn,
            "shownOn": facts.run.platform.value,
            "revision": facts.revision.to_json(),
            "verdict": {"kind": facts.verdict.words, "reason": facts.verdict.reason},
            "summary": _summary(facts),
            "compared": _compared(facts),
            "versions": dict(facts.versions),
            "definition": facts.process.to_mapping(),
            "types": sorted(facts.survey.types),
            "objects": [
                {"name": one.name, "sha256": one.sha256, "size": one.size}
                for one in sorted(
                    Kept.of(name, body) for name, body in everything.items() if name != MANIFEST
                )
            ],
            "previous": _link(facts.previous.manifest),
        }
    )


def _summary(facts: RunFacts) -> dict[str, Any]:
    policies = facts.refinement.policies
    return {
        "statements": facts.statements,
        "grants": facts.grants,
        "actions": facts.actions,
        "policies": sum(len(managed_policies(policy)) for policy in policies),
        "events": facts.survey.events,
        "findings": {one.value: facts.finding_count(one) for one in Severity},
        "grounds": _grounds(facts),
        "wildcards": facts.wildcards,
        "characters": facts.characters,
        "reachesOthers": _found(facts, FindingKind.REACHES_OTHERS),
        "waysUp": _found(facts, FindingKind.PRIVILEGE_ESCALATION),
        "compared": facts.changes.run or None,
        "new": len(facts.changes.new),
        "gone": len(facts.changes.gone),
        "noWayUp": _no_way_up(facts.checks.get("waysUp")),
        "contained": _contained(facts.refinement.containment),
    }


def _no_way_up(tried: Sequence[Mapping[str, Any]] | None) -> dict[str, Any]:
    """The first page's answer, and of the ways that were tried how many ended how."""
    state = no_way_up(tried).state.value
    if tried is None:
        return {"state": state}
    outcomes = Counter(one["outcome"] for one in tried)
    return {
        "state": state,
        "tried": len(tried),
        "refused": outcomes["refused"],
        "open": outcomes["open"],
    }


def _contained(found: Containment | None) -> dict[str, Any]:
    """The first page's answer, and of the calls that were tried how many ended how."""
    state = contained(found).state.value
    if found is None:
        return {"state": state}
    return {
        "state": state,
        "calls": found.calls,
        "refused": found.refused,
        "byCondition": found.by_condition,
        "reaching": len(found.reaches),
    }


def _grounds(facts: RunFacts) -> dict[str, int]:
    """How many grants rest on what; one that was seen counts as seen."""
    grants = (
        grant
        for policy in facts.refinement.policies
        for one in policy.statements
        for grant in one.grants
    )
    return dict(sorted(Counter(map(_ground, grants)).items()))


def _ground(grant: Grant) -> str:
    kinds = sorted(str(one.kind) for one in grant.grounds)
    return str(GroundKind.OBSERVED) if GroundKind.OBSERVED in kinds else next(iter(kinds), "none")


def _found(facts: RunFacts, kind: FindingKind) -> int:
    return sum(one.count for one in facts.findings if one.kind == kind)


def _compared(facts: RunFacts) -> dict[str, Any] | None:
    baseline = facts.previous.baseline
    if baseline is None:
        return None
    return {
        "standing": baseline.standing.value,
        "manifest": baseline.manifest.to_json(),
        "approval": _link(baseline.approval),
    }


def _link(link: Link | None) -> dict[str, str] | None:
    return link.to_json() if link else None
