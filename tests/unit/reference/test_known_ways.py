"""The ways that are known: made of actions that exist, complete, and which the fence closes."""

import re
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path

import pytest
import yaml

from lambdas.model.iam.action import Action
from lambdas.reference.actions import AccessLevel, actions_at, actions_of, facts, services
from lambdas.reference.shards import shard
from lambdas.reference.ways.escalation import EscalationPath, Through, escalation_paths
from tests.unit.reference.policies import BOUNDED, CREATE, PASS, PUT, ROLE, allows, ways


@pytest.mark.parametrize("name", sorted(escalation_paths()))
def test_a_known_way_is_made_of_actions_that_exist_and_is_found(name: str) -> None:
    path = escalation_paths()[name]
    assert all(facts(Action.from_text(action)) for action in path.actions)

    found = ways(*(allows(action, "*") for action in path.actions))

    assert found[name].closed_by == ""
    assert path.through is not Through.PASSED or path.actions[0] == PASS


OWN = "arn:${partition}:${service}:${region}:${account}:thing/orders-${stage}-*"
USER = "arn:${partition}:iam::${account}:user/orders-${stage}-*"
POLICY = "arn:${partition}:iam::${account}:policy/orders-${stage}-*"
# IAM knows no boundary of a group, nor of who signs in from elsewhere: nothing but the action itself
# could be left out.
NOTHING_CLOSES = {
    "assignment of an account",
    "boundary of a permission set removed",
    "inline policy of a permission set",
    "managed policy of a permission set",
    "membership in a group of the identity store",
    "membership in a project of CodeStar",
    "own managed policy of a permission set",
    "boundary of a role removed",
    "boundary of a user removed",
    # Nor of a device, a table's reader, or a certificate.
    "administrator of the lake",
    "another version of a policy of devices",
    "assignment of a profile",
    "boundary of a permission set",
    "membership in a group of the directory",
    "password of another user of the directory",
    "permission in the lake",
    "permissions in the lake",
    "policy of a certificate",
    "policy of a profile",
    "policy of devices",
    "role of another member of a project of CodeStar",
    "trust anchor",
    "version of a policy of a certificate",
    "version of a policy of devices",
}


def of_one_s_own(path: EscalationPath) -> dict[str, str]:
    """What the actions of a way are about, where its holder makes all of it."""
    of_iam = {Through.USER: USER, Through.POLICY: POLICY}.get(path.through, ROLE)
    return {
        action: (USER if "User" in action else of_iam)
        if action.startswith("iam:") or path.through is Through.ASSUMED
        else OWN.replace("${service}", action.partition(":")[0])
        for action in path.actions
    }


@pytest.mark.parametrize("name", sorted(escalation_paths()))
def test_the_fence_closes_a_known_way_through_what_its_holder_makes(name: str) -> None:
    path = escalation_paths()[name]
    made = of_one_s_own(path)
    bounded = path.through is Through.PRINCIPAL and path.actions[0].startswith("iam:")
    fenced = [
        allows(CREATE, ROLE, BOUNDED),
        allows(PUT, ROLE, BOUNDED),
        allows("iam:CreateUser", USER, BOUNDED),
        allows("iam:PutUserPolicy", USER, BOUNDED),
        allows("iam:CreatePolicy", POLICY),
        allows("iam:AttachRolePolicy", ROLE, BOUNDED),
        allows(PASS, ROLE),
        *(
            allows(f"{one.split(':')[0]}:CreateThing", made[one])
            for one in made
            if not one.startswith("iam:")
        ),
        *(
            allows(action, resource, *([BOUNDED] if bounded else []))
            for action, resource in made.items()
            if action not in {PASS, PUT, "iam:AttachRolePolicy", "iam:PutUserPolicy"}
        ),
    ]
    found = ways(*fenced, required=True)

    closed = name not in found or bool(found[name].closed_by)
    assert closed == (name not in NOTHING_CLOSES)


@lru_cache(maxsize=1)
def passing() -> dict[str, set[str]]:
    """What takes a role by AWS's tables or its list of dependent actions; the tables tell to whom."""
    found: dict[str, set[str]] = {
        str(action): set()
        for service in services()
        for action in actions_of(service)
        if (known := facts(action)) and PASS in map(str, known.dependent_actions)
    }
    for table in shard("authorized_actions")["services"].values():
        for operation, rows in table["operations"].items():
            for row in rows["sometimes"]:
                if row["action"] == PASS and row.get("known") != "never":
                    name = f"{table['prefix']}:{operation}"
                    found.setdefault(name, set()).update(row["receivers"])
    return found


def test_of_every_operation_that_takes_a_role_it_is_known_whether_it_is_a_way() -> None:
    ways_ = {
        action
        for path in escalation_paths().values()
        if path.through is Through.PASSED
        for action in path.actions
    }
    groups = yaml.safe_load(Path(__file__).with_name("takes_a_role.yaml").read_text())
    read = [action for group in groups for action in group["actions"]]

    assert sorted(read) == sorted(passing().keys() - ways_)


# How actions are named that say who may do what; AWS puts some of them under "Write".
SAYS_WHO = re.compile(
    "(Put|Set|Create|Update|Add|Attach|Modify|Authorize|Share).*"
    "(ResourcePolicy|AccessPolicy|AccessPolicies|AuthPolicy|SinkPolicy|ClusterPolicy|Permission"
    "|Permissions|PermissionPolicy|PermissionsPolicy|PolicyStatement|BucketPolicy|SharingPolicy"
    "|Acl|Grants?)"
)


def test_of_every_action_that_says_who_may_do_what_it_is_known_whether_it_is_a_way() -> None:
    ways_ = {action for path in escalation_paths().values() for action in path.actions}
    asked = {
        str(action)
        for service in services()
        for action in actions_of(service)
        if action in actions_at(service, AccessLevel.PERMISSIONS) or SAYS_WHO.fullmatch(action.name)
    } - ways_
    groups = yaml.safe_load(Path(__file__).with_name("changes_permissions.yaml").read_text())
    names = [name for group in groups for name in group.get("names", ())]
    read = {action for group in groups for action in group.get("actions", ())}

    by_name = {one for one in asked if any(fnmatchcase(one.split(":")[1], n) for n in names)}
    assert sorted(asked - by_name - read) == []
    assert sorted(read - (asked - by_name)) == []
    assert not [n for n in names if not any(fnmatchcase(one.split(":")[1], n) for one in asked)]


def test_a_role_goes_to_those_services_that_aws_lists() -> None:
    for name, path in escalation_paths().items():
        listed = [passing()[one] for one in path.actions[1:] if passing().get(one)]
        if path.through is Through.PASSED and listed:
            named = set().union(*listed)
            assert any(one.startswith(path.receivers) for one in named), (name, named)
