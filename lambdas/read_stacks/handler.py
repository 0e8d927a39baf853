"""ReadStacks: asks CloudFormation about the stacks of the run, and keeps what it tells.

What it does not tell is a finding: the run goes on with what the trail shows.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from lambdas.errors import StackNotReadError
from lambdas.gateways import clients
from lambdas.gateways.archive.documents import Archive, S3Archive
from lambdas.gateways.stacks import CloudFormationStacks, Stacks
from lambdas.gateways.telemetry import Telemetry
from lambdas.model.execution.run import Run
from lambdas.model.execution.sandbox import Sandbox
from lambdas.model.execution.step_input import required
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.trail.evidence import evidence_in
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.model.trail.stack import Stack, StackReport
from lambdas.read_stacks.given_names import with_given
from lambdas.read_stacks.made_stacks import made_stacks
from lambdas.read_stacks.scope import Scope
from lambdas.read_stacks.template_reads import reads_of
from lambdas.read_stacks.template_text import read_template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext
    from types_boto3_cloudformation import CloudFormationClient

    from lambdas.model.iam.arn import Arn

STEP = "read_stacks"
DOCUMENT = "stacks.json"
_required = partial(required, state="ReadStacks")
telemetry = Telemetry(STEP)
logger = telemetry.logger


@telemetry.entry
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """The entry point on Lambda."""
    archive = S3Archive.deployed()
    return read_stacks(event, archive, CloudFormationStacks(partial(_client, Sandbox.of(event))))


def _client(sandbox: Sandbox, region: str) -> CloudFormationClient:
    """As ourselves, or as a guest of the account that the stacks are of."""
    client: CloudFormationClient = clients.reader_of("cloudformation", sandbox, STEP, region)
    return client


def read_stacks(event: Mapping[str, Any], archive: Archive, stacks: Stacks) -> dict[str, Any]:
    """Read every stack that the run made or changed; what was read lies in the archive."""
    run = Run.from_json(_required(event, "run"))
    evidence = evidence_in(archive.get(_required(event, "evidence")), b":stack/")
    found, findings = [], []
    for stack in made_stacks(evidence, run.account):
        try:
            found.append(_read(stack, stacks))
        except StackNotReadError as error:
            findings.append(_not_read(stack, error))
    report = StackReport(stacks=tuple(sorted(found)), findings=tuple(sorted(findings)))
    key = run.key(DOCUMENT)
    archive.put(key, report.to_bytes(), "application/json")
    logger.info("stacks read", stacks=len(found), not_read=len(findings))
    return {"stacks": key}


def _read(stack: Arn, stacks: Stacks) -> Stack:
    name = str(stack)
    resources = stacks.resources(name)
    template = read_template(stacks.template(name))
    ids = {one.logical_id: one.physical_id for one in resources}
    scope = Scope(template, stack, stacks.parameters(name), ids)
    reads = reads_of(template, stack, scope)
    if any(one.kind == GroundKind.TRANSFORM for one in reads):
        # What an include or a macro brings along, the template that was sent does not show.
        made = read_template(stacks.processed(name))
        more = reads_of(made, stack, Scope(made, stack, stacks.parameters(name), ids))
        reads = tuple(sorted({*reads, *more}))
    return Stack(
        id=name,
        reads=reads,
        resources=with_given(resources, template, scope),
    )


def _not_read(stack: Arn, error: StackNotReadError) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        kind=FindingKind.STACK_NOT_READ,
        subject=str(stack),
        detail="CloudFormation did not describe this stack. Fencepost knows its transforms, and "
        f"what else its template reads, only as far as the trail shows them. {error}",
        action="Look at the template's Transform, {{resolve:…}} and Fn::GetAZs, and add missing "
        "grants in process.yaml.",
    )
