"""Ninth step: the whole dossier of a run, on one screen."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from lambdas.document_policy.cloudformation import cloudformation
from lambdas.document_policy.construct import construct
from lambdas.document_policy.documents import iam_documents
from lambdas.document_policy.markdown import readme
from lambdas.document_policy.record import manifest
from lambdas.document_policy.report import report
from lambdas.document_policy.story import tell
from lambdas.document_policy.terraform import terraform
from lambdas.model.archived_runs import PreviousRun
from lambdas.model.manifest import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from lambdas.document_policy.story import Story
    from lambdas.model.finding import Finding
    from lambdas.model.process import Process
    from lambdas.model.refinement import Refinement
    from lambdas.model.run import Run
    from lambdas.model.verdict import Verdict

NOTHING: Mapping[str, bytes] = MappingProxyType({})


def dossier(  # noqa: PLR0913  # the facts of a run, each by name
    *,
    run: Run,
    process: Process,
    refinement: Refinement,
    evidence_lines: Iterable[str | bytes],
    checks: Mapping[str, Any] | None,
    verdict: Verdict,
    generated: Mapping[str, Any] | None,
    versions: Mapping[str, str],
    previous: PreviousRun | None,
    findings: Iterable[Finding] = (),
    kept: Mapping[str, bytes] = NOTHING,
) -> Mapping[str, bytes]:
    """All documents by file name, the manifest last; the same facts give the same bytes.

    `kept` are documents that earlier steps have left in the run's folder (the evidence, Access
    Analyzer's answer): they are not returned, but the manifest pins them.
    """
    return written(
        tell(
            run=run,
            process=process,
            refinement=refinement,
            evidence_lines=evidence_lines,
            findings=findings,
            checks=checks,
            verdict=verdict,
            generated=generated,
            versions=versions,
            previous=previous or PreviousRun(),
        ),
        lambda _: kept,
    )


def written(story: Story, kept: Callable[[Iterable[str]], Mapping[str, bytes]]) -> dict[str, bytes]:
    """The documents of a story; `kept` is told their names and gives what else lies beside."""
    files = {
        **iam_documents(story.refinement),
        "policy.tf": terraform(story).encode(),
        "policy.yaml": cloudformation(story).encode(),
        "policy.py": construct(story).encode(),
        "README.md": readme(story).encode(),
        "report.html": report(story).encode(),
    }
    return {**files, MANIFEST: manifest(story, files, kept(files))}
