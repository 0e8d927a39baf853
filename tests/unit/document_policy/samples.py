"""An orders service as refinement would answer for it: builders that show only what matters."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from lambdas.document_policy.analysis.run_facts import RunFacts, gather
from lambdas.model.archive.archived_runs import PreviousRun
from lambdas.model.definition.process import Process
from lambdas.model.dossier.containment import Containment, Reach, Whose
from lambdas.model.dossier.refinement import (
    ExplainedStatement,
    Grant,
    LeftOut,
    LeftOutKind,
    PrincipalPolicy,
    Refinement,
)
from lambdas.model.dossier.verdict import Verdict, VerdictKind
from lambdas.model.execution.run import Run
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from tests.unit.document_policy.explained import ROLE, VARIABLES, statements

NOT_ATTEMPTED = Verdict(
    kind=VerdictKind.NOT_ATTEMPTED,
    reason="The proof is not part of this workflow yet, so nothing shows that the policy suffices.",
)


def a_run(day: int = 23, process: str = "orders") -> Run:
    return Run(
        id=f"202611{day:02d}T120000Z-{day:08x}",
        process=process,
        principal=ROLE,
        account="111122223333",
        region="eu-west-1",
        started_at=f"2026-11-{day:02d}T12:00:00Z",
        ended_at=f"2026-11-{day:02d}T12:09:41Z",
        execution_arn=f"arn:aws:states:eu-west-1:111122223333:execution:fencepost:{day}",
    )


def a_process(name: str = "orders") -> Process:
    return Process.from_mapping(
        name,
        {
            "description": "The orders service, deployed by Serverless Framework",
            "owner": "team-orders@example.com",
            "variables": {"stage": {"learn": "dev", "prove": "qa"}},
            "environment": {"STAGE": "{stage}"},
            "phases": {
                "deploy": ['npx osls deploy --stage "$STAGE"'],
                "update": ["echo '// a change' >> src/handler.js", "npx osls deploy"],
                "remove": ['npx osls remove --stage "$STAGE"'],
            },
        },
    )


def findings() -> tuple[Finding, ...]:
    return (
        Finding(
            severity=Severity.WARNING,
            kind=FindingKind.NO_DATA_EVENTS,
            subject="DynamoDB items",
            detail="The trail has no data events of DynamoDB: calls on items are missing.",
            action="Turn on data events for AWS::DynamoDB::Table if the process uses items.",
        ),
        Finding(
            severity=Severity.WARNING,
            kind=FindingKind.UNMAPPED_EVENT,
            subject="sso-directory.amazonaws.com DescribeDirectory",
            detail="No IAM action is known for this event, so nothing was granted for it.",
            action="Look it up in IAM's reference; hint at it in process.yaml if it is needed.",
            source="AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/23/x.json.gz:41",
            count=2,
        ),
        Finding(
            severity=Severity.NOTE,
            kind=FindingKind.WILDCARD,
            subject="cloudformation:ValidateTemplate",
            detail="The action accepts no resource, so it stays on *.",
        ),
        Finding(
            severity=Severity.NOTE,
            kind=FindingKind.ONLY_DENIED,
            subject="ec2:DescribeRegions",
            detail="Every call was denied and the cycle succeeded, so it is not needed.",
            count=3,
        ),
    )


def left_out() -> tuple[LeftOut, ...]:
    return (
        LeftOut(
            action="access-analyzer:ListAnalyzers",
            resource="*",
            kind=LeftOutKind.NOT_OF_THIS_RUN,
            reason="Access Analyzer lists it, but no session of this run made the call.",
        ),
        LeftOut(
            action="ec2:DescribeRegions",
            resource="*",
            kind=LeftOutKind.ONLY_DENIED,
            reason="The cycle succeeded although every call was denied.",
        ),
        LeftOut(
            action="sts:GetCallerIdentity",
            resource="*",
            kind=LeftOutKind.NEEDS_NO_PERMISSION,
            reason="IAM allows it to everybody.",
        ),
    )


def a_refinement(*more: ExplainedStatement) -> Refinement:
    every = tuple(sorted((*statements(), *more), key=lambda one: one.statement.sid))
    half = len(every) // 2
    return Refinement(
        policies=(
            PrincipalPolicy(
                name="policy",
                principal=ROLE,
                statements=every,
                packs=(tuple(range(half)), tuple(range(half, len(every)))),
            ),
        ),
        findings=findings(),
        left_out=left_out(),
        variables=VARIABLES,
        containment=Containment(
            grants=92, calls=270, refused=264, by_condition=5, reaches=(_reach(),)
        ),
    )


def _reach() -> Reach:
    return Reach(
        principal=ROLE,
        action="apigateway:GET",
        resource="arn:${partition}:apigateway:${region}::/restapis/*",
        reads=True,
        whose=tuple(Whose),
        because="CloudFormation may read it after it is deleted, and must then be told that it is gone",
    )


def of_statements(*every: ExplainedStatement, name: str = "policy") -> Refinement:
    policy = PrincipalPolicy(
        name=name, principal=ROLE, statements=every, packs=(tuple(range(len(every))),)
    )
    return Refinement(policies=(policy,), findings=(), left_out=(), variables=VARIABLES)


TYPES = {
    "dynamodb": "AWS::DynamoDB::Table",
    "lambda": "AWS::Lambda::Function",
    "sqs": "AWS::SQS::Queue",
    "iam": "AWS::IAM::Role",
    "events": "AWS::Events::Rule",
    "logs": "AWS::Logs::LogGroup",
    "apigateway": "AWS::ApiGatewayV2::Api",
    "s3": "AWS::S3::Bucket",
}


def evidence_lines(refinement: Refinement, repeat: int = 1) -> Iterator[str]:
    """Lines that the refinement's observed grounds could rest on."""
    for turn in range(repeat):
        for policy in refinement.policies:
            for one in policy.statements:
                for number, grant in enumerate(one.grants):
                    yield from _lines(grant, f"{one.statement.sid}-{number}-{turn}")


def _lines(grant: Grant, key: str) -> Iterator[str]:
    for ground in grant.grounds:
        if ground.kind != "observed":
            continue
        for phase in ground.phases:
            line: dict[str, Any] = {
                "action": str(grant.action),
                "resource": grant.resource.render(dict(VARIABLES)),
                "outcome": "succeeded",
                "principal": ROLE,
                "session": f"run.{phase}",
                "phase": phase,
                "via": list(ground.via),
                "region": "eu-west-1",
                "event_id": f"{key}-{phase}",
                "time": ground.first,
                "source": f"{grant.action.service}.amazonaws.com",
                "name": grant.action.name,
            }
            if ground.via and grant.action.service in TYPES:
                line["types"] = [TYPES[grant.action.service]]
            yield json.dumps(line, separators=(",", ":"))


def run_facts(  # noqa: PLR0913  # the facts of a run, each with a default
    refinement: Refinement | None = None,
    *,
    run: Run | None = None,
    verdict: Verdict = NOT_ATTEMPTED,
    previous: PreviousRun | None = None,
    lines: Iterable[str] | None = None,
    versions: dict[str, str] | None = None,
    checks: dict[str, Any] | None = None,
) -> RunFacts:
    answer = refinement or a_refinement()
    return gather(
        run=run or a_run(),
        process=a_process(),
        refinement=answer,
        evidence_lines=evidence_lines(answer) if lines is None else lines,
        findings=(),
        checks=checks,
        verdict=verdict,
        generated=None,
        versions=versions or {"boto3": "1.43.106", "fencepost": "0.1.0"},
        previous=previous or PreviousRun(),
    )


def without(refinement: Refinement, sid: str) -> Refinement:
    """The same without one statement, in one pack."""
    (policy,) = refinement.policies
    kept = tuple(one for one in policy.statements if one.statement.sid != sid)
    return replace(
        refinement,
        policies=(replace(policy, statements=kept, packs=(tuple(range(len(kept))),)),),
    )
