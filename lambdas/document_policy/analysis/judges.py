"""Who judged beside the reader of trails: Access Analyzer, and AWS's tables in the emulator."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from lambdas.model.dossier.refinement import Refinement
from lambdas.model.execution.platform import Platform
from lambdas.model.execution.run import Run
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.reference.shards import judged_services


def actions_offered(generated: Mapping[str, Any] | None) -> int | None:
    """How many actions Access Analyzer's answer names, in whatever form they came."""
    if not generated:
        return None
    names: set[str] = set()
    result = generated.get("GeneratedPolicyResult") or {}
    for one in result.get("GeneratedPolicies") or ():
        names |= _actions_of(one.get("Policy", ""))
    return len(names)


def _actions_of(text: str) -> set[str]:
    try:
        document = json.loads(text)
    except ValueError:
        return set()  # refinement has made a finding of it
    statements = document.get("Statement", []) if isinstance(document, dict) else []
    found: set[str] = set()
    for statement in statements if isinstance(statements, list) else [statements]:
        actions = statement.get("Action", []) if isinstance(statement, dict) else []
        found |= {str(a) for a in ([actions] if isinstance(actions, str) else actions)}
    return found


def not_judged(run: Run, refinement: Refinement) -> Iterator[Finding]:
    """The services of which no table of AWS's judged the calls of an emulated run.

    The embedded AWS asks for what AWS's tables of authorised operations list. Of a service whose
    table was not read it knows no more than the names of its operations.
    """
    if run.platform is not Platform.EMBEDDED:
        return
    used = {
        action.service
        for owner in refinement.policies
        for one in owner.statements
        for action in one.statement.actions
    }
    names = sorted(used - judged_services())
    if names:
        yield Finding(
            severity=Severity.NOTE,
            kind=FindingKind.NOT_JUDGED_INDEPENDENTLY,
            subject=", ".join(names),
            detail="Fencepost has no AWS table of what these services' operations are authorised "
            "as, so the embedded AWS asked for the action of the operation's name.",
            action="Run the process on AWS before you rely on its grants for them.",
            count=len(names),
        )
