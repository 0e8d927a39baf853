"""The manifest of a run, filled in: documents, versions, and the links to the runs before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambdas.document_policy.documents import managed_policies
from lambdas.model.finding import Severity
from lambdas.model.manifest import FORMAT, MANIFEST, Kept, sealed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdas.document_policy.story import Story
    from lambdas.model.manifest import Link


def manifest(story: Story, files: Mapping[str, bytes], kept: Mapping[str, bytes]) -> bytes:
    """The manifest over the dossier's files and what earlier steps have kept beside them."""
    everything = {**kept, **files}
    return sealed(
        {
            "format": FORMAT,
            "process": story.process.name,
            "run": story.run.id,
            "principal": story.run.principal,
            "account": story.run.account,
            "region": story.run.region,
            "startedAt": story.run.started_at,
            "endedAt": story.run.ended_at,
            "executionArn": story.run.execution_arn,
            "verdict": {"kind": story.verdict.words, "reason": story.verdict.reason},
            "summary": _summary(story),
            "compared": _compared(story),
            "versions": dict(story.versions),
            "definition": story.process.to_mapping(),
            "types": sorted(story.survey.types),
            "objects": [
                {"name": one.name, "sha256": one.sha256, "size": one.size}
                for one in sorted(
                    Kept.of(name, body) for name, body in everything.items() if name != MANIFEST
                )
            ],
            "previous": _link(story.previous.manifest),
        }
    )


def _summary(story: Story) -> dict[str, Any]:
    policies = story.refinement.policies
    return {
        "statements": story.statements,
        "grants": story.grants,
        "actions": story.actions,
        "policies": sum(len(managed_policies(policy)) for policy in policies),
        "events": story.survey.events,
        "findings": {one.value: story.finding_count(one) for one in Severity},
        "compared": story.changes.run or None,
        "new": len(story.changes.new),
        "gone": len(story.changes.gone),
    }


def _compared(story: Story) -> dict[str, Any] | None:
    baseline = story.previous.baseline
    if baseline is None:
        return None
    return {
        "standing": baseline.standing.value,
        "manifest": baseline.manifest.to_json(),
        "approval": _link(baseline.approval),
    }


def _link(link: Link | None) -> dict[str, str] | None:
    return link.to_json() if link else None
