"""What the doctor asks an account, and what it says when it gets no answer."""

from pathlib import Path

import pytest
from botocore.exceptions import EndpointConnectionError, NoCredentialsError

from local.doctor import account, laptop
from local.doctor.account import Deployment
from local.doctor.asking import asked
from local.doctor.check import Check, State, missing, note, there, unknown
from local.doctor.command import status
from tests.stacks.samples import write_process
from tests.unit.doctor.accounts import ACCOUNT, DEPLOYED, NEW, FakeAws, error, examined, ready


def test_an_account_that_has_everything_is_ready(tmp_path: Path) -> None:
    found = examined(ready(), tmp_path)

    assert {name: one.found for name, one in found.items() if one.state is not State.THERE} == {}
    assert len(found) == 14
    assert status([*found.values()]) == 0


def test_without_a_region_nothing_is_asked(tmp_path: Path) -> None:
    found = examined(FakeAws({}, region=None), tmp_path)

    assert found["region"].state is State.MISSING
    assert found["account"].state is State.UNKNOWN
    assert status([*found.values()]) == 1


@pytest.mark.parametrize("problem", [NoCredentialsError(), error("ExpiredToken")])
def test_without_credentials_nothing_else_is_asked(problem: Exception, tmp_path: Path) -> None:
    found = examined(FakeAws({"sts": {"get_caller_identity": problem}}), tmp_path)

    assert found["credentials"].state is State.MISSING
    assert found["credentials"].advice
    assert list(found) == ["region", "credentials", "account"]


def test_what_is_denied_is_not_known_and_everything_else_is_still_asked(tmp_path: Path) -> None:
    denied = {
        "ssm": {"get_parameter": error("AccessDeniedException")},
        "iam": {"get_account_summary": error("AccessDenied")},
        "cloudtrail": {"describe_trails": error("AccessDeniedException")},
    }

    found = examined(ready(**denied), tmp_path)

    unknown_ones = {name for name, one in found.items() if one.state is State.UNKNOWN}
    assert unknown_ones == {
        "CDK bootstrap",
        "IAM roles",
        "IAM policies",
        "policies per role",
        "trail",
    }
    assert "ssm:GetParameter is denied" in found["CDK bootstrap"].found
    assert status([*found.values()]) == 2


def test_a_service_that_does_not_answer_is_not_known() -> None:
    def question() -> Check:
        raise EndpointConnectionError(endpoint_url="https://example.com")

    assert asked("trail", "cloudtrail:DescribeTrails", question).state is State.UNKNOWN


def test_an_account_without_the_bootstrap_is_told_the_command() -> None:
    aws = ready(ssm={"get_parameter": error("ParameterNotFound")})

    found = account.bootstrap(aws, ACCOUNT)

    assert found.state is State.MISSING
    assert f"bootstrap aws://{ACCOUNT}/eu-west-1" in found.advice


@pytest.mark.parametrize(
    ("version", "state"), [("5", State.MISSING), ("6", State.THERE), ("x", State.MISSING)]
)
def test_an_old_bootstrap_is_not_enough(version: str, state: State) -> None:
    aws = ready(ssm={"get_parameter": {"Parameter": {"Value": version}}})

    assert account.bootstrap(aws, ACCOUNT).state is state


def test_the_root_user_is_noted() -> None:
    root = {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:root"}

    check, owner = account.credentials(ready(sts={"get_caller_identity": root}))

    assert (check.state, owner) == (State.NOTE, ACCOUNT)


def test_an_analyzer_of_others_is_a_reason_not_to_ask_for_one() -> None:
    others = {"analyzers": [{"name": "theirs", "tags": {}}]}

    found = account.analyzer(ready(accessanalyzer={"list_analyzers": others}), NEW)

    assert found.state is State.NOTE
    assert "-c analyzer=true" in found.advice


@pytest.mark.parametrize("tags", [{"aws:cloudformation:stack-name": "fencepost-sandbox"}, {}])
def test_our_own_analyzer_is_none_of_others(tags: dict[str, str]) -> None:
    ours = {"analyzers": [{"name": "Analyzer-x", "tags": tags}]}

    found = account.analyzer(ready(accessanalyzer={"list_analyzers": ours}), DEPLOYED)

    assert found.state is State.THERE


@pytest.mark.parametrize(
    ("names", "state"),
    [
        ((), State.THERE),
        (("fencepost",), State.THERE),
        (("audit", "fencepost"), State.NOTE),
        (("a", "b", "c", "d", "e"), State.MISSING),
    ],
)
def test_other_trails_cost_and_five_leave_no_room(names: tuple[str, ...], state: State) -> None:
    trails = {"describe_trails": {"trailList": [{"Name": one} for one in names]}}

    assert account.trails(ready(cloudtrail=trails), NEW).state is state


def test_a_stack_that_cannot_be_deployed_over_is_named() -> None:
    broken = {"Stacks": [{"StackName": "fencepost-sandbox", "StackStatus": "ROLLBACK_COMPLETE"}]}

    check, deployment = account.stacks(
        ready(cloudformation={"describe_stacks": broken}), "fencepost"
    )

    assert check.state is State.MISSING
    assert "fencepost-sandbox is ROLLBACK_COMPLETE" in check.found
    assert not deployment.has("sandbox")


def test_a_process_without_a_stack_and_a_stack_without_a_folder_are_told() -> None:
    states = {**DEPLOYED.states, "fencepost-process-orders": "CREATE_COMPLETE"}
    deployed = Deployment("fencepost", {**states, "fencepost-process-old": "CREATE_COMPLETE"})

    check = account.processes(deployed, ["orders", "new"])

    assert check.state is State.NOTE
    assert check.found == "Not deployed: new; deployed, without a folder here: old."
    assert "make remove" in check.advice
    assert account.processes(deployed, ["orders", "old"]).state is State.THERE
    assert account.processes(NEW, ["orders"]).state is State.THERE


def test_an_old_python_is_told_what_to_do() -> None:
    assert laptop.python((3, 10, 1)).state is State.MISSING
    assert laptop.python((3, 14, 0)).state is State.THERE


def test_a_definition_that_cannot_be_read_is_told_with_its_line(tmp_path: Path) -> None:
    write_process(tmp_path, "orders", colour="red")

    check, folders = laptop.processes([tmp_path])

    assert check.state is State.MISSING
    assert "process.yaml:" in check.found
    assert folders == ()


def test_keys_of_an_earlier_version_are_told_and_keep_nobody(tmp_path: Path) -> None:
    write_process(tmp_path, "orders", prove=False)

    check, folders = laptop.processes([tmp_path])

    assert (check.state, len(folders)) == (State.NOTE, 1)
    assert "orders: keys of 0.1 are still read" in check.found


def test_what_is_missing_weighs_more_than_what_is_not_known() -> None:
    good, said = there("a", "b"), note("a", "b", "c")
    bad, dark = missing("a", "b", "c"), unknown("a", "b", "c")

    assert [status(one) for one in ([good, said], [good, dark], [dark, bad], [])] == [0, 2, 1, 0]
