"""ReadPolicies: asks IAM for the managed policies that the run gave to roles, and keeps them.

What IAM does not tell is a finding: the boundary then lacks what the policy allows.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from lambdas.errors import ServiceRefusedError
from lambdas.gateways import clients
from lambdas.gateways.archive.documents import Archive, S3Archive
from lambdas.gateways.iam.managed_policies import IamManagedPolicies, ManagedPolicies
from lambdas.gateways.telemetry import Telemetry
from lambdas.model.execution.run import Run
from lambdas.model.execution.sandbox import Sandbox
from lambdas.model.execution.step_input import required
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.iam.attached_policies import AttachedPolicies
from lambdas.model.trail.evidence import evidence_in
from lambdas.read_policies.attached import attached_policies

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext
    from types_boto3_iam import IAMClient

STEP = "read_policies"
DOCUMENT = "attached-policies.json"
OF_AWS = ":iam::aws:policy/"
GONE = "it is not there any more"
_required = partial(required, state="ReadPolicies")
telemetry = Telemetry(STEP)
logger = telemetry.logger


@telemetry.entry
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """The entry point on Lambda."""
    archive = S3Archive.deployed()
    return read_policies(event, archive, IamManagedPolicies(_client(Sandbox.of(event))))


def _client(sandbox: Sandbox) -> IAMClient:
    """As ourselves, or as a guest of the account that the roles are of."""
    client: IAMClient = clients.reader_of("iam", sandbox, STEP)
    return client


def read_policies(
    event: Mapping[str, Any], archive: Archive, policies: ManagedPolicies
) -> dict[str, Any]:
    """Read every managed policy that was attached; what was read lies in the archive."""
    run = Run.from_json(_required(event, "run"))
    documents: dict[str, str] = {}
    findings: list[Finding] = []
    for arn in attached_policies(evidence_in(archive.get(_required(event, "evidence")), b'"iam:')):
        try:
            document = policies.document(arn)
        except ServiceRefusedError as error:
            findings.append(_not_read(arn, str(error)))
            continue
        if document is None:
            findings.append(_of_aws(arn) if OF_AWS in arn else _not_read(arn, GONE))
        else:
            documents[arn] = json.dumps(document, sort_keys=True, separators=(",", ":"))
    found = AttachedPolicies(
        documents=tuple(sorted(documents.items())), findings=tuple(sorted(findings))
    )
    key = run.key(DOCUMENT)
    archive.put(key, found.to_bytes(), "application/json")
    logger.info("policies read", policies=len(documents), not_read=len(findings))
    return {"attached": key}


def _not_read(arn: str, why: str) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        kind=FindingKind.POLICY_NOT_READ,
        subject=arn,
        detail=f"IAM did not tell what this policy allows: {why}. The boundary lacks it, so roles "
        "that hold the policy cannot use it under the boundary.",
        action="Give the role an inline policy, or let the managed policy stay after the run.",
    )


def _of_aws(arn: str) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        kind=FindingKind.POLICY_NOT_READ,
        subject=arn,
        detail="IAM does not have this policy of AWS's own: an embedded AWS has few of them, and "
        "AWS retires some. The boundary lacks what it allows, so roles that hold it cannot use it.",
        action="Run the process on AWS, where its policies are read, or give the role an inline "
        "policy.",
    )
