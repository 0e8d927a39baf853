"""The step: from a run's evidence to what CloudFormation tells of its stacks."""

import gzip
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from lambdas.errors import InvalidEventError, ServiceUnavailableError, StackNotReadError
from lambdas.gateways.archive.documents import FolderArchive
from lambdas.model.trail.evidence import Evidence, Outcome
from lambdas.model.trail.stack import StackReport, StackResource
from lambdas.read_stacks.handler import read_stacks
from tests.unit.refine_policy.builders import ACCOUNT, REGION, ROLE, RUN_ID, forwarded, seen

RUN = {
    "id": RUN_ID, "process": "orders", "principal": ROLE, "account": ACCOUNT,
    "region": REGION, "startedAt": "2026-11-23T17:00:00Z",
}  # fmt: skip
KEY = f"orders/{RUN_ID}"


def a_stack(name: str, account: str = ACCOUNT, region: str = REGION) -> str:
    return f"arn:aws:cloudformation:{region}:{account}:stack/{name}/0a1b2c3d"


@dataclass
class ToldStacks:
    """CloudFormation, as far as it tells of anything."""

    templates: dict[str, str]
    refused: dict[str, Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    made: dict[str, str] = field(default_factory=dict)  # by transforms

    def template(self, stack: str) -> str:
        self.asked.append(stack)
        if stack in self.refused:
            raise self.refused[stack]
        return self.templates[stack]

    def processed(self, stack: str) -> str:
        return self.made.get(stack, "Resources: {}")

    def parameters(self, stack: str) -> dict[str, str]:
        return {"Stage": "dev"} if stack in self.templates else {}

    def resources(self, stack: str) -> tuple[StackResource, ...]:
        one = StackResource(logical_id="Topic", type="AWS::SNS::Topic", physical_id=f"{stack}-t")
        return (one,)


def report_of(folder: Path, stacks: ToldStacks, *evidence: Evidence) -> StackReport:
    archive = FolderArchive(folder)
    lines = "".join(f"{one.to_line()}\n" for one in evidence).encode()
    archive.put(f"{KEY}/evidence.jsonl.gz", gzip.compress(lines), "application/gzip")
    event: dict[str, Any] = {"run": RUN, "evidence": f"{KEY}/evidence.jsonl.gz"}
    answer = read_stacks(event, archive, stacks)
    assert answer == {"stacks": f"{KEY}/stacks.json"}
    return StackReport.from_bytes(archive.get(answer["stacks"]))


def test_each_stack_that_was_made_or_changed_is_read_once(tmp_path: Path) -> None:
    first, second, nested = a_stack("a"), a_stack("b", region="us-east-1"), a_stack("a-Inner-1")
    told = ToldStacks(dict.fromkeys((first, second, nested), "Transform: AWS::Include"))

    report = report_of(
        tmp_path,
        told,
        seen("cloudformation:CreateChangeSet", first),
        seen("cloudformation:CreateChangeSet", first),
        seen("cloudformation:UpdateStack", second),
        forwarded("cloudformation:CreateStack", nested),
        seen("cloudformation:DescribeStacks", a_stack("looked-at")),
        seen("cloudformation:CreateStack", a_stack("refused"), outcome=Outcome.DENIED),
        seen("cloudformation:DeleteStack", f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/a/*"),
        seen("cloudformation:CreateStack", a_stack("elsewhere", account="999999999999")),
    )

    assert [one.id for one in report.stacks] == sorted((first, second, nested)) == told.asked
    assert not report.findings
    reads = report.stacks[0].reads
    assert [one.resource for one in reads] == [
        f"arn:aws:cloudformation:{REGION}:aws:transform/Include"
    ]
    assert report.stacks[0].resources[0].physical_id == f"{report.stacks[0].id}-t"


def test_what_a_transform_brought_along_is_read_too(tmp_path: Path) -> None:
    stack = a_stack("a")
    secret = "Resources: {T: {Type: AWS::SNS::Topic, Properties: {DisplayName: '%s'}}}"
    made = secret % "{{resolve:ssm:/flats/word}}"
    told = ToldStacks({stack: "Transform: Mine\nResources: {}"}, made={stack: made})

    report = report_of(tmp_path, told, seen("cloudformation:CreateStack", stack))

    assert [str(one.action) for one in report.stacks[0].reads] == [
        "ssm:GetParameters",
        "cloudformation:CreateChangeSet",
    ]


@pytest.mark.parametrize(
    ("template", "refusal"),
    [
        ("{", None),
        ("", StackNotReadError("ValidationError: Stack does not exist")),
    ],
)
def test_what_cloudformation_does_not_tell_is_a_finding_and_the_others_are_read(
    tmp_path: Path, template: str, refusal: Exception | None
) -> None:
    dark, light = a_stack("dark"), a_stack("light")
    told = ToldStacks({dark: template, light: "Resources: {}"}, {dark: refusal} if refusal else {})

    report = report_of(
        tmp_path,
        told,
        seen("cloudformation:CreateStack", dark),
        seen("cloudformation:CreateStack", light),
    )

    assert [one.id for one in report.stacks] == [light]
    (finding,) = report.findings
    assert (finding.kind, finding.subject) == ("stack-not-read", dark)
    assert str(refusal or "neither JSON nor YAML") in finding.detail


def test_a_throttled_call_is_left_to_the_state_machine(tmp_path: Path) -> None:
    busy = a_stack("busy")
    told = ToldStacks({}, {busy: ServiceUnavailableError("Throttling")})

    with pytest.raises(ServiceUnavailableError):
        report_of(tmp_path, told, seen("cloudformation:CreateStack", busy))


def test_a_run_without_stacks_has_an_empty_report(tmp_path: Path) -> None:
    assert report_of(tmp_path, ToldStacks({}), seen("s3:CreateBucket")) == StackReport()


def test_reading_again_gives_the_same_bytes(tmp_path: Path) -> None:
    one = a_stack("a")
    evidence = [seen("cloudformation:CreateStack", one)]
    told = ToldStacks({one: json.dumps({"Transform": ["B", "A"]})})

    first = report_of(tmp_path / "1", told, *evidence).to_bytes()

    assert report_of(tmp_path / "2", told, *evidence).to_bytes() == first


@pytest.mark.parametrize("lacking", ["run", "evidence"])
def test_an_input_that_lacks_a_field_is_refused_by_its_name(tmp_path: Path, lacking: str) -> None:
    event = {"run": RUN, "evidence": "x"}
    del event[lacking]
    with pytest.raises(InvalidEventError, match=lacking):
        read_stacks(event, FolderArchive(tmp_path), ToldStacks({}))
