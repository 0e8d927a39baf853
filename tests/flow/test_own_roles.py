"""Fencepost on itself: what its own roles may do, against what the trail of its runs shows."""

import json
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from lambdas.collect_evidence.collect import collect
from lambdas.collect_evidence.principals.selection import Selection
from lambdas.gateways.cloudtrail.trail import FolderTrail
from lambdas.model.trail.evidence import Evidence, Outcome
from stacks.permissions.unobserved_grants import UNSEEN, UNSEEN_OF
from tests import asking
from tests.flow.cloud import Cloud, Execution

pytestmark = pytest.mark.flow
SERVICES = ("lambda", "states", "scheduler", "codebuild", "access-analyzer")
Grant = tuple[str, tuple[str, ...]]  # an action, and the resources that it is granted on


@pytest.fixture(scope="module")
def cloud(start: Callable[..., Cloud]) -> Cloud:
    """One of its own: what other tests have denied on purpose is no lack of a role."""
    return start()


@pytest.fixture(scope="module")
def logs(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that was recorded, after two runs that succeed and one that fails, as a folder of logs."""
    assert cloud.run("parcels").status == "SUCCEEDED"
    # It has a stack, which is read, and a role with a boundary.
    assert cloud.run("porter", prove=False).status == "SUCCEEDED"
    assert a_fleet_of(cloud, "stumbling").error == "TooManyFailed"
    schedules = cloud.client("scheduler")
    assert schedules.list_schedules(GroupName="fencepost")["Schedules"]
    folder = tmp_path_factory.mktemp("logs")
    answer = asking.ask(cloud.connection, "/_fencepost/records?since=0")
    (folder / "records.json").write_text(json.dumps({"Records": answer["records"]}))
    return folder


def a_fleet_of(cloud: Cloud, process: str) -> Execution:
    """A run that a fleet starts, and how the fleet ended."""
    states = cloud.client("stepfunctions")
    found = states.list_state_machines()["stateMachines"]
    machine = next(one for one in found if one["name"] == "fencepost-run-fleet")
    asked = json.dumps({"choose": {"names": [process]}})
    answer = states.start_execution(stateMachineArn=machine["stateMachineArn"], input=asked)
    return cloud.end(answer["executionArn"])


def own_roles(cloud: Cloud) -> list[dict[str, Any]]:
    """The roles that services take on for Fencepost; of the builds' only the one that has run."""
    found = cloud.client("iam").list_roles()["Roles"]
    return [
        one
        for one in found
        if one["RoleName"].startswith("fencepost-")
        and any(
            f'"{name}.amazonaws.com"' in json.dumps(one["AssumeRolePolicyDocument"])
            for name in SERVICES
        )
        and (not one["RoleName"].endswith("-build") or "-parcels-" in one["RoleName"])
    ]


def grants(cloud: Cloud, role: dict[str, Any]) -> list[Grant]:
    found = []
    for document in documents(cloud.client("iam"), role["RoleName"]):
        for statement in document["Statement"]:
            resources = tuple(many(statement["Resource"]))
            found += [(action, resources) for action in many(statement["Action"])]
    return found


def documents(iam: Any, name: str) -> Iterator[Any]:
    """A role's own policies; the CDK puts into managed ones what is too much for those within."""
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        yield iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
    for attached in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        arn = attached["PolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        answer = iam.get_policy_version(PolicyArn=arn, VersionId=version)
        yield answer["PolicyVersion"]["Document"]


def many(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def seen(logs: Path, role: str) -> list[Evidence]:
    part = collect(FolderTrail(logs), Selection.of(role))
    lines = [Evidence.from_json(json.loads(line)) for _, line in part.lines()]
    part.close()
    return [one for one in lines if one.principal == role]


def uses(evidence: list[Evidence]) -> set[tuple[str, str]]:
    """Actions on resources that calls needed, or implied."""
    direct = {(str(one.action), one.resource) for one in evidence}
    return direct | {(str(i.action), i.resource) for one in evidence for i in one.implies}


def excused(role: str, action: str) -> bool:
    return action in UNSEEN or any(part in role and action == one for part, one in UNSEEN_OF)


def used(grant: Grant, by: set[tuple[str, str]]) -> bool:
    action, resources = grant
    return any(
        action == done and any(fnmatchcase(on, pattern) for pattern in resources) for done, on in by
    )


def test_no_own_role_was_denied_anything(cloud: Cloud, logs: Path) -> None:
    denied = {
        (role["RoleName"], str(one.action), one.resource)
        for role in own_roles(cloud)
        for one in seen(logs, role["Arn"])
        if one.outcome in (Outcome.DENIED, Outcome.DENIED_IN_PROOF)
    }

    assert not denied


def test_every_call_of_an_own_role_is_granted_by_its_own_policy(cloud: Cloud, logs: Path) -> None:
    missing = {
        (role["RoleName"], action, resource)
        for role in own_roles(cloud)
        for granted in [grants(cloud, role)]
        for action, resource in uses(seen(logs, role["Arn"]))
        if not any(used(grant, {(action, resource)}) for grant in granted)
    }

    assert not missing


def test_no_own_role_has_a_grant_that_is_neither_used_nor_listed_with_its_reason(
    cloud: Cloud, logs: Path
) -> None:
    unused = {
        (role["RoleName"], *grant)
        for role in own_roles(cloud)
        for done in [uses(seen(logs, role["Arn"]))]
        for grant in grants(cloud, role)
        if not excused(role["RoleName"], grant[0]) and not used(grant, done)
    }

    assert len(own_roles(cloud)) >= 10
    assert not unused
