import base64
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from lambdas import errors
from lambdas.document_failure import cycle_advice
from lambdas.document_failure.advice import ADVICE, advice
from lambdas.document_failure.handler import document_failure
from lambdas.errors import ArchiveRefusedError, InvalidEventError, StackNotReadError
from lambdas.gateways.archive.documents import FolderArchive
from lambdas.model.execution.platform import Platform
from lambdas.model.execution.stack_event import StackEvent
from lambdas.model.limits import EVENT_LIMIT
from tests import run_input
from tests.run_events import problems
from tests.unit.document_policy.forms import HOSTILE

RUN = {
    **run_input.RUN,
    "executionArn": "arn:aws:states:eu-west-1:123456789012:execution:fencepost-build-policy:x",
}
PLACE = "s3://archive/"
FOLDER = f"orders/{RUN['id']}/"


def a_build(tail: str = "", **exported: str) -> dict[str, Any]:
    if tail:
        exported["FAILURE_TAIL"] = base64.b64encode(tail.encode()).decode()
    return {"id": "fencepost-orders:1", "status": "FAILED", "exported": exported}


@dataclass
class ToldStacks:
    """CloudFormation, as far as it tells of anything; it is asked only when it must be."""

    names: dict[str, str] = field(default_factory=dict)
    happened: dict[str, list[StackEvent]] = field(default_factory=dict)
    silent: bool = False
    regions: list[str] = field(default_factory=list)

    def changed(self, region: str, since: str) -> dict[str, str]:
        self.regions.append(region)
        assert since == RUN["startedAt"]
        if self.silent:
            raise StackNotReadError("AccessDenied: no")
        return self.names

    def events(self, stack: str, since: str) -> tuple[StackEvent, ...]:
        assert since == RUN["startedAt"]
        return tuple(self.happened[stack])


NO_STACKS = ToldStacks()


def told(
    folder: Path,
    platform: Platform = Platform.UNKNOWN,
    stacks: ToldStacks = NO_STACKS,
    **event: Any,
) -> dict[str, Any]:
    given = {
        "run": RUN,
        "process": {"name": "orders"},
        "generator": "access-analyzer",
        "state": "RefinePolicy",
        "error": {"Error": "PolicyTooLargeError", "Cause": '{"errorMessage": "13 policies"}'},
        "build": None,
        **event,
    }
    return document_failure(given, FolderArchive(folder), stacks, place=PLACE, platform=platform)


def test_a_failed_step_is_told_with_its_own_message_and_what_to_do(tmp_path: Path) -> None:
    answer = told(tmp_path)

    assert answer["subject"] == "Failed: orders, RefinePolicy, PolicyTooLargeError"
    assert (answer["error"], answer["cause"]) == ("PolicyTooLargeError", "13 policies")
    assert ADVICE["PolicyTooLargeError"] in answer["message"]
    assert f"{PLACE}{FOLDER}" in answer["message"]
    assert answer["dossier"] == FOLDER


def test_a_team_s_file_that_cannot_be_read_is_told_with_what_kept_it(tmp_path: Path) -> None:
    answer = told(
        tmp_path,
        state="ReadDefinition",
        error={"Error": "DefinitionNotRead", "Cause": "the team's file could not be read"},
        build=a_build("there is no file fencepost.yaml\n", FAILED_PHASE="source", DEFINITION=""),
    )

    assert answer["cause"].splitlines() == [
        "the team's file could not be read",
        "there is no file fencepost.yaml",
    ]
    assert ADVICE["DefinitionNotRead"] in answer["message"]
    assert "remove phase" not in answer["message"]


def test_a_build_that_reads_and_breaks_leaves_nothing_to_look_for(tmp_path: Path) -> None:
    answer = told(
        tmp_path,
        state="ReadDefinition",
        error={"Error": "BuildFailed", "Cause": "{}"},
        build={"id": "x:1", "status": "FAULT", "exported": {}},
    )

    assert ADVICE["DefinitionNotRead"] in answer["message"]
    assert "sandbox" not in answer["message"]


def test_a_refused_key_is_told_and_nothing_is_said_of_a_removal(tmp_path: Path) -> None:
    cause = '{"errorMessage": "fencepost.yaml:3: owner: is the platform\'s to say"}'
    answer = told(
        tmp_path,
        state="LoadDefinition",
        error={"Error": "ForbiddenKeyError", "Cause": cause},
        build=a_build(FAILED_PHASE="", PHASES_DONE="", DEFINITION="H4sI"),
    )

    assert answer["subject"] == "Failed: orders, LoadDefinition, ForbiddenKeyError"
    assert "fencepost.yaml:3: owner" in answer["message"]
    assert "remove phase" not in answer["message"]


@pytest.mark.parametrize("phase", ["install", "source"])
def test_before_the_first_phase_there_is_nothing_to_remove(tmp_path: Path, phase: str) -> None:
    answer = told(
        tmp_path,
        state="RunCycle",
        error={"Error": "CycleFailed", "Cause": ""},
        build=a_build("git cannot clone\n", FAILED_PHASE=phase, PHASES_DONE=""),
    )

    assert "remove phase" not in answer["message"]


def test_a_failed_phase_is_named_with_its_last_lines(tmp_path: Path) -> None:
    answer = told(
        tmp_path,
        state="RunCycle",
        error={"Error": "CycleFailed", "Cause": "{a build, cut short"},
        build=a_build(
            "::fencepost command deploy osls deploy\n\x1b[31mError:\x1b[0m no such région\n",
            FAILED_PHASE="deploy",
            PHASES_DONE="install remove",
        ),
    )

    assert answer["subject"] == "Failed: orders, phase deploy"
    assert answer["cause"].splitlines() == [
        "the phase deploy of the cycle failed",
        "$ osls deploy",
        "Error: no such région",
    ]
    assert "The remove phase succeeded" in answer["message"]


@pytest.mark.parametrize(
    ("phase", "done", "words"),
    [
        ("deploy", "install", "did NOT succeed"),
        ("remove", "install deploy", "did NOT succeed"),
        ("update", "deploy remove", "phase succeeded"),
    ],
)
def test_whether_the_sandbox_is_clean_is_told(
    tmp_path: Path, phase: str, done: str, words: str
) -> None:
    build = a_build(FAILED_PHASE=phase, PHASES_DONE=done)

    answer = told(tmp_path, error={"Error": "CycleFailed", "Cause": ""}, build=build)

    assert words in answer["message"]


def test_a_failed_install_left_nothing_to_remove(tmp_path: Path) -> None:
    build = a_build(FAILED_PHASE="install", PHASES_DONE="")

    answer = told(tmp_path, error={"Error": "CycleFailed", "Cause": ""}, build=build)

    assert "remove" not in answer["message"]


def test_a_build_that_never_ran_its_commands_tells_codebuilds_own_words(tmp_path: Path) -> None:
    build = {
        "id": "fencepost-orders:1",
        "status": "FAULT",
        "exported": {},
        "phases": [
            {"name": "PROVISIONING", "status": "FAILED", "message": "no capacity"},
            {"name": "COMPLETED"},
        ],
    }

    answer = told(tmp_path, error={"Error": "BuildFailed", "Cause": ""}, build=build)

    assert answer["cause"] == "the build is FAULT; PROVISIONING: no capacity"
    assert ADVICE["BuildFailed"] in answer["message"]


def test_a_build_that_ended_well_without_saying_how_its_cycle_ended_is_told(tmp_path: Path) -> None:
    build = {"id": "fencepost-orders:1", "status": "SUCCEEDED", "exported": {}}

    answer = told(tmp_path, error={"Error": "CycleFailed", "Cause": ""}, build=build)

    assert "did not say that every phase" in answer["cause"]


def test_what_was_collected_until_then_is_listed(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path)
    archive.put(f"{FOLDER}generated.json", b"{}", "application/json")

    told(tmp_path)

    kept = json.loads(archive.get(f"{FOLDER}failure.json"))
    assert kept["collected"] == ["generated.json"]
    assert "- `generated.json`" in archive.get(f"{FOLDER}FAILURE.md").decode()


def test_failing_again_after_a_redrive_tells_the_newer_failure(tmp_path: Path) -> None:
    told(tmp_path)
    told(tmp_path, error={"Error": "ArchiveRefusedError", "Cause": "no"})

    kept = json.loads(FolderArchive(tmp_path).get(f"{FOLDER}failure.json"))
    assert kept["error"] == "ArchiveRefusedError"
    assert kept["collected"] == []


def test_a_failure_after_the_dossier_leaves_the_dossier_as_it_is(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path)
    for name in ("README.md", "manifest.json"):
        archive.put(f"{FOLDER}{name}", b"a finished run", "text/plain")

    told(tmp_path, state="NotifyTeam")

    assert archive.get(f"{FOLDER}README.md") == b"a finished run"
    assert archive.exists(f"{FOLDER}FAILURE.md")


@pytest.mark.parametrize(
    "changes",
    [
        {"error": None, "state": None},
        {"error": {"Error": "X"}, "build": {"exported": None, "phases": None}},
        {"error": {"Error": "CycleFailed"}, "build": "odd"},
        {
            "error": {"Error": "CycleFailed"},
            "build": {"exported": {"FAILED_PHASE": "a", "FAILURE_TAIL": "&"}},
        },
    ],
)
def test_a_failure_is_told_however_little_is_known(tmp_path: Path, changes: dict[str, Any]) -> None:
    answer = told(tmp_path, **changes)

    event = {"source": "fencepost", "detail-type": "Run Failed", "detail": answer.pop("event")}
    assert problems(event) == []
    assert set(answer) == {"subject", "message", "error", "cause", "dossier"}
    assert all(isinstance(one, str) and one for one in answer.values())


def test_a_cause_of_any_length_fits_the_state_machine(tmp_path: Path) -> None:
    answer = told(tmp_path, error={"Error": "X", "Cause": "x\x1b[2J" * 20_000})

    assert len(json.dumps(answer["event"])) < EVENT_LIMIT
    assert "\x1b" not in answer["event"]["cause"]
    assert len(answer["cause"]) <= 32_768


def test_without_a_run_there_is_nothing_to_document(tmp_path: Path) -> None:
    with pytest.raises(InvalidEventError):
        told(tmp_path, run={})


def test_an_archive_that_refuses_is_not_hidden(tmp_path: Path) -> None:
    class Refusing(FolderArchive):
        def put(self, key: str, body: bytes, content_type: str, *, replace: bool = False) -> None:
            raise ArchiveRefusedError(f"{key} {len(body)} {content_type} {replace}")

    with pytest.raises(ArchiveRefusedError):
        document_failure({"run": RUN}, Refusing(tmp_path), NO_STACKS, place=PLACE)


def test_advice_is_about_errors_that_exist() -> None:
    ours = {name for name in dir(errors) if name.endswith("Error")}
    of_the_definition = {
        "BuildFailed",
        "CycleFailed",
        "DefinitionNotRead",
        "GenerationCanceled",
        "GenerationFailed",
        "GenerationTimedOut",
        "States.Timeout",
    }

    assert set(ADVICE) <= ours | of_the_definition


def test_every_error_has_advice() -> None:
    assert "quota" in advice("AccessAnalyzer.ServiceQuotaExceededException")
    assert "log of the state" in advice("SomethingElse")


@pytest.mark.parametrize("text", [*HOSTILE, "```\n# owned\n" + "`" * 9])
def test_hostile_text_stays_text_in_the_mail_and_in_the_document(tmp_path: Path, text: str) -> None:
    answer = told(
        tmp_path,
        state=text,
        error={"Error": "CycleFailed", "Cause": text},
        build=a_build(text, FAILED_PHASE=text, PHASES_DONE="install"),
    )

    document = (tmp_path / FOLDER / "FAILURE.md").read_text(encoding="utf-8")
    fence = re.search("^(`{3,})text$", document, re.MULTILINE)
    assert fence
    assert document.count(f"\n{fence[1]}\n") == 1
    assert all(line.isprintable() for line in f"{document}{answer['message']}".split("\n"))
    assert answer["subject"].isprintable()
    assert 0 < len(answer["subject"]) < 100
    assert json.loads((tmp_path / FOLDER / "failure.json").read_text())["state"] == text


def test_a_failure_on_an_embedded_aws_says_so_everywhere(tmp_path: Path) -> None:
    answer = told(tmp_path, platform=Platform.EMBEDDED)

    document = (tmp_path / FOLDER / "FAILURE.md").read_text(encoding="utf-8")
    record = json.loads((tmp_path / FOLDER / "failure.json").read_text())
    assert answer["subject"].startswith("Failed on an embedded AWS: orders")
    assert "on an embedded AWS failed in RefinePolicy" in answer["message"]
    assert "on an embedded AWS" in document
    assert record["shownOn"] == "an embedded AWS"


INACCESSIBLE = (
    "UnknownEndpoint: Inaccessible host: `sts.eu-west-1.amazonaws.com' at port `443'. "
    "This service may not be available in the `eu-west-1' region."
)
ENDS = {
    INACCESSIBLE: "NOT_REACHED",
    "Error: getaddrinfo ENOTFOUND cloudformation.eu-west-1.amazonaws.com": "NOT_REACHED",
    'Could not connect to the endpoint URL: "https://sts.cn-north-1.amazonaws.com.cn/"': "NOT_REACHED",
    "java.net.UnknownHostException: s3.amazonaws.com": "NOT_REACHED",
    "dial tcp: lookup iam.amazonaws.com on 10.0.0.2:53: no such host": "NOT_REACHED",
    "InvalidClientTokenId: The security token included in the request is invalid.": "NOT_REACHED",
    "An error occurred (InvalidAction) when calling the PutRestApi operation": "LACKS",
    "(501) Operation 'DescribeX' not implemented": "LACKS",
    "Error: src/take.js: unexpected token": "EMULATED",
    "HTTPSConnectionPool(host='ab1.execute-api.eu-west-1.amazonaws.com', port=443): "
    "Max retries exceeded (Caused by NameResolutionError: Failed to resolve host)": "CALLED",
    "curl: (6) Could not resolve host: ab1.lambda-url.eu-west-1.on.aws": "CALLED",
    "Error: PythonPipBuilder:Validation - Binary validation failed for python, searched for python "
    "which did not satisfy constraints for runtime: python3.13.": "ON_THIS_MACHINE",
    "npm error code EBADENGINE": "ON_THIS_MACHINE",
    "shell: line 9: terraform: command not found": "ON_THIS_MACHINE",
}


@pytest.mark.parametrize(("line", "named"), ENDS.items(), ids=lambda one: one[:30])
def test_a_process_is_blamed_only_where_its_last_lines_do_not_say_otherwise(
    line: str, named: str
) -> None:
    said = {
        platform: cycle_advice.cycle_advice(platform, "deploy", ["$ tool deploy", line])
        for platform in (Platform.EMBEDDED, Platform.AWS)
    }

    begins = getattr(cycle_advice, named).partition("{")[0]
    assert said[Platform.EMBEDDED].startswith(begins)
    assert ("correct" in said[Platform.EMBEDDED]) is (named == "EMULATED")
    assert said[Platform.AWS].startswith(cycle_advice.ON_AWS)


@pytest.mark.parametrize(
    "line",
    [
        "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.",
        "shell: line 3: docker: command not found",
        "Error: spawnSync docker ENOENT",
        "Building image for F function requires Docker. is Docker running?",
    ],
)
def test_a_build_without_docker_is_told_where_docker_may_be_had(line: str) -> None:
    said = {one: cycle_advice.cycle_advice(one, "deploy", [line]) for one in Platform}

    assert said[Platform.AWS] == cycle_advice.DOCKER
    assert said[Platform.EMBEDDED] == cycle_advice.ON_THIS_MACHINE


def test_the_host_of_real_aws_is_named_in_the_document(tmp_path: Path) -> None:
    told(
        tmp_path,
        Platform.EMBEDDED,
        state="RunCycle",
        error={"Error": "CycleFailed", "Cause": "{"},
        build=a_build(INACCESSIBLE, FAILED_PHASE="deploy"),
    )

    said = (tmp_path / FOLDER / "FAILURE.md").read_text()
    assert "The tool asked real AWS (sts.eu-west-1.amazonaws.com)" in said
    assert "correct the process" not in said


@pytest.mark.parametrize(
    ("phase", "line", "named"),
    [
        ("deploy", "User: x is not authorized to perform: sqs:CreateQueue on resource: q with an explicit deny in a permissions boundary", "FENCE"),
        ("deploy", "::fencepost phase deploy out of time", "TIME"),
        ("install", "npm error 404", "INSTALL"),
        ("", "", "UNBUILT"),
    ],
)  # fmt: skip
def test_what_is_no_fault_of_the_process_is_told_as_what_it_is(
    phase: str, line: str, named: str
) -> None:
    assert cycle_advice.cycle_advice(Platform.AWS, phase, [line]) == getattr(cycle_advice, named)


STACK = "arn:aws:cloudformation:eu-west-1:123456789012:stack/orders-dev/1"
CHILD = "arn:aws:cloudformation:eu-west-1:123456789012:stack/orders-dev-Child-X/2"
OTHER = "arn:aws:cloudformation:eu-west-1:123456789012:stack/orders/3"
NAMED = "aws cloudformation describe-stack-events --stack-name orders-dev"


def an_event(logical_id: str, reason: str, kind: str = "AWS::IAM::User", **more: str) -> StackEvent:
    status = more.pop("status", "CREATE_FAILED")
    place = more.pop("physical_id", "")
    return StackEvent(
        logical_id=logical_id, physical_id=place, type=kind, status=status, reason=reason
    )


def failed_by(stacks: ToldStacks, folder: Path, tail: str = NAMED, **more: Any) -> str:
    answer = told(
        folder,
        stacks=stacks,
        state="RunCycle",
        error={"Error": "CycleFailed"},
        build=a_build(tail, FAILED_PHASE=more.pop("phase", "deploy")),
        **more,
    )
    return str(answer["message"])


def test_the_first_lines_say_which_resource_of_a_stack_failed_and_why(tmp_path: Path) -> None:
    stacks = ToldStacks(
        names={STACK: "orders-dev", OTHER: "orders"},
        happened={
            STACK: [
                an_event("Topic", "", "AWS::SNS::Topic", status="CREATE_COMPLETE"),
                an_event("User", "no right to iam:CreateUser"),
                an_event("Queue", "Resource creation cancelled", "AWS::SQS::Queue"),
                an_event("orders-dev", "[User]", "AWS::CloudFormation::Stack", physical_id=STACK),
            ]
        },
    )

    lines = failed_by(stacks, tmp_path).splitlines()

    assert lines[2] == (
        "User (AWS::IAM::User) of the stack orders-dev: CREATE_FAILED, no right to iam:CreateUser"
    )
    assert not lines[3]
    record = json.loads((tmp_path / FOLDER / "failure.json").read_text())
    assert record["reasons"] == [lines[2]]


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (CHILD, "Embedded stack was not successfully created"),
        ("", f"Embedded stack {CHILD} was not successfully created: [User]. "),
    ],
)
def test_a_nested_stack_is_told_by_what_failed_in_it(
    tmp_path: Path, place: str, reason: str
) -> None:
    nested = {"kind": "AWS::CloudFormation::Stack", "physical_id": place}
    stacks = ToldStacks(
        names={STACK: "orders-dev"},
        happened={
            STACK: [an_event("Child", reason, **nested)],
            CHILD: [an_event("User", "no right to iam:CreateUser")],
        },
    )

    message = failed_by(stacks, tmp_path)

    assert "User (AWS::IAM::User) of the stack orders-dev-Child-X: CREATE_FAILED" in message
    assert "Embedded stack" not in message


def test_a_stack_that_failed_as_a_whole_says_so_itself(tmp_path: Path) -> None:
    whole = {"kind": "AWS::CloudFormation::Stack", "physical_id": STACK}
    stacks = ToldStacks(
        names={STACK: "orders-dev"},
        happened={STACK: [an_event("orders-dev", "Circular dependency", **whole)]},
    )

    assert "CREATE_FAILED, Circular dependency" in failed_by(stacks, tmp_path)


def test_why_nobody_told_is_told_and_the_failure_is_documented_all_the_same(
    tmp_path: Path,
) -> None:
    message = failed_by(ToldStacks(silent=True), tmp_path)

    assert "did not tell why a stack failed in eu-west-1: AccessDenied: no" in message
    assert NAMED in message


def test_each_region_of_the_process_is_asked(tmp_path: Path) -> None:
    stacks = ToldStacks()

    failed_by(stacks, tmp_path, process={"regions": ["eu-north-1", "us-east-1"]})

    assert stacks.regions == ["eu-north-1", "us-east-1"]


@pytest.mark.parametrize("phase", ["install", "source"])
def test_before_the_first_phase_there_is_no_stack_to_ask_about(tmp_path: Path, phase: str) -> None:
    stacks = ToldStacks(names={STACK: "orders-dev"})

    failed_by(stacks, tmp_path, phase=phase)

    assert not stacks.regions


def test_a_reason_that_tells_of_the_fence_is_advised_on(tmp_path: Path) -> None:
    denied = (
        "not authorized to perform: iam:CreateUser with an explicit deny in a permissions boundary"
    )
    stacks = ToldStacks(names={STACK: "orders-dev"}, happened={STACK: [an_event("User", denied)]})

    assert cycle_advice.FENCE in failed_by(stacks, tmp_path)


@pytest.mark.parametrize(
    ("reason", "is_quoted"),
    [
        ("Value 'hunter2-secret' at 'token' failed to satisfy constraint", False),
        ("not authorized to perform: sqs:CreateQueue on resource: orders-dev", True),
    ],
)
def test_of_a_process_with_secrets_no_reason_is_quoted_but_a_denial(
    tmp_path: Path, reason: str, *, is_quoted: bool
) -> None:
    stacks = ToldStacks(names={STACK: "orders-dev"}, happened={STACK: [an_event("Q", reason)]})

    open_ = failed_by(stacks, tmp_path / "open", process={"name": "orders"})
    held = failed_by(stacks, tmp_path / "held", process={"secrets": {"TOKEN": "arn:aws:ssm:…"}})

    assert reason in open_
    assert (reason in held) is is_quoted
    assert ("read it in the stack's events" in held) is not is_quoted
    found = [one.read_text() for one in (tmp_path / "held").rglob("*") if one.is_file()]
    assert found
    assert any(reason in text for text in found) is is_quoted
