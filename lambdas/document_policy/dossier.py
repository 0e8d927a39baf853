"""Ninth step: the whole dossier of a run, on one screen."""

from collections.abc import Callable, Iterable, Mapping

from lambdas.document_policy.analysis.iam_documents import iam_documents
from lambdas.document_policy.analysis.run_facts import RunFacts
from lambdas.document_policy.formats.forms import FORMS
from lambdas.document_policy.manifest import manifest
from lambdas.document_policy.readme import readme
from lambdas.document_policy.report.report import report
from lambdas.model.archive.manifest import MANIFEST


def written(
    facts: RunFacts, kept: Callable[[Iterable[str]], Mapping[str, bytes]]
) -> dict[str, bytes]:
    """All documents of a run by file name, the manifest last; the same facts give the same bytes.

    `kept` is told their names and gives what earlier steps have left in the run's folder: it is
    not returned, but the manifest pins it.
    """
    files = {
        **iam_documents(facts.refinement),
        **{form.file: form.write(facts).encode() for form in FORMS},
        "README.md": readme(facts).encode(),
        "report.html": report(facts).encode(),
    }
    return {**files, MANIFEST: manifest(facts, files, kept(files))}
