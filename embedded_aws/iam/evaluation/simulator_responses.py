"""What the policy simulator answers, as XML."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

from embedded_aws.iam import service_reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer for one action on one resource."""

    resource: str
    decision: str
    statement: str
    missing: tuple[str, ...]
    boundary_allows: bool | None


def result_of(action: str, verdicts: Sequence[Verdict]) -> str:
    """The answer for one action on all resources."""
    # The whole is allowed only when every resource is; any explicit denial denies it.
    order = ("explicitDeny", "implicitDeny", "allowed")
    overall = min((verdict.decision for verdict in verdicts), key=order.index)
    missing = sorted({name for verdict in verdicts for name in verdict.missing})
    first = verdicts[0]
    specific = "".join(_specific(verdict) for verdict in verdicts)
    return (
        f"<member><EvalActionName>{action}</EvalActionName>"
        # Since 2025 this is the resource's template; the ARNs stand below it.
        f"<EvalResourceName>{html.escape(_template(action))}</EvalResourceName>"
        f"<EvalDecision>{overall}</EvalDecision>"
        f"<MatchedStatements>{_matched(first)}</MatchedStatements>"
        f"<MissingContextValues>{_members(missing)}</MissingContextValues>"
        f"{_boundary(first)}"
        f"<ResourceSpecificResults>{specific}</ResourceSpecificResults></member>"
    )


def _specific(verdict: Verdict) -> str:
    return (
        f"<member><EvalResourceName>{html.escape(verdict.resource)}</EvalResourceName>"
        f"<EvalResourceDecision>{verdict.decision}</EvalResourceDecision>"
        f"<MatchedStatements>{_matched(verdict)}</MatchedStatements>"
        f"<MissingContextValues>{_members(verdict.missing)}</MissingContextValues>"
        f"{_boundary(verdict)}</member>"
    )


def _matched(verdict: Verdict) -> str:
    if verdict.decision == "implicitDeny":
        return ""
    source = "<SourcePolicyType>IAM Policy</SourcePolicyType>"
    name = html.escape(verdict.statement or "PolicyInputList.1")
    return f"<member><SourcePolicyId>{name}</SourcePolicyId>{source}</member>"


def _boundary(verdict: Verdict) -> str:
    if verdict.boundary_allows is None:
        return ""
    return (
        "<PermissionsBoundaryDecisionDetail><AllowedByPermissionsBoundary>"
        f"{str(verdict.boundary_allows).lower()}"
        "</AllowedByPermissionsBoundary></PermissionsBoundaryDecisionDetail>"
    )


def _template(action: str) -> str:
    prefix, _, name = action.partition(":")
    known = service_reference.action(prefix, name)
    return known.resources[0].arn if known and known.resources else "*"


def _members(values: Sequence[str]) -> str:
    return "".join(f"<member>{html.escape(value)}</member>" for value in values)
