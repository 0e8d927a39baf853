"""Ninth step: the whole dossier of a run, on one screen."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from lambdas.document_policy.analysis.iam_documents import iam_documents
from lambdas.document_policy.analysis.run_facts import RunFacts, gather
from lambdas.document_policy.formats.forms import FORMS
from lambdas.document_policy.manifest import manifest
from lambdas.document_policy.readme import readme
from lambdas.document_policy.report.report import report
from lambdas.model.archive.archived_runs import PreviousRun
from lambdas.model.archive.manifest import MANIFEST
from lambdas.model.definition.process import Process
from lambdas.model.dossier.refinement import Refinement
from lambdas.model.dossier.verdict import Verdict
from lambdas.model.execution.run import Run
from lambdas.model.findings.finding import Finding

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
        gather(
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


def written(
    facts: RunFacts, kept: Callable[[Iterable[str]], Mapping[str, bytes]]
) -> dict[str, bytes]:
    """The documents of a run; `kept` is told their names and gives what else lies beside."""
    files = {
        **iam_documents(facts.refinement),
        **{form.file: form.write(facts).encode() for form in FORMS},
        "README.md": readme(facts).encode(),
        "report.html": report(facts).encode(),
    }
    return {**files, MANIFEST: manifest(facts, files, kept(files))}
