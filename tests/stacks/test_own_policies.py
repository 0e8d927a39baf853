"""Every policy of the app is valid, names what exists, and is as narrow as IAM allows.

The checks of ValidatePolicy that the embedded AWS imitates, and IAM's action reference.
`make test-aws` asks Access Analyzer itself.
"""

import json
from collections.abc import Iterator

import pytest

from embedded_aws.services.access_analyzer.checks.validation import findings
from lambdas.model.iam.action import Action
from lambdas.reference import actions as reference
from tests.stacks.conftest import Synthesis
from tests.stacks.own_policies import OwnPolicy, own_policies
from tests.stacks.samples import Json

pytestmark = pytest.mark.stacks
# The sandbox's policy and every boundary allow everything on purpose: stacks/sandbox/roles.py says why.
WIDE = "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE"
# X-Ray's two, logs' delivery of the state machine, and what IAM lets no policy narrow.
UNLIMITED = ("logs:", "xray:")
# AWS's own policy for Access Analyzer's role does not narrow it,
# https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-policy-generation.html
AS_DOCUMENTED = {"iam:GenerateServiceLastAccessedDetails"}


@pytest.fixture(scope="module")
def policies(synthesis: Synthesis) -> list[OwnPolicy]:
    templates = {name: dict(one.to_json()) for name, one in synthesis.templates.items()}
    return list(own_policies(templates))


def statements(policies: list[OwnPolicy], kind: str) -> Iterator[tuple[str, Json]]:
    for one in policies:
        if one.kind == kind:
            yield from ((one.name, statement) for statement in one.document["Statement"])


def many(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_every_reference_is_filled(policies: list[OwnPolicy]) -> None:
    text = json.dumps([one.document for one in policies])

    assert len(policies) > 40
    assert not [word for word in ("Fn::", '"Ref"', "AWS::") if word in text]


def test_validate_policy_finds_nothing_but_what_is_wide_on_purpose(
    policies: list[OwnPolicy],
) -> None:
    found = {
        (one.name, finding["issueCode"])
        for one in policies
        if one.kind != "TRUST_POLICY"
        for finding in findings(
            {"policyDocument": json.dumps(one.document), "policyType": one.kind}
        )
    }

    assert {code for _, code in found} <= {WIDE}, found
    assert all("Sandbox" in name or "Boundary" in name for name, _ in found)


def test_every_action_exists(policies: list[OwnPolicy]) -> None:
    named = {
        action
        for kind in ("IDENTITY_POLICY", "RESOURCE_POLICY")
        for _, statement in statements(policies, kind)
        for action in many(statement.get("Action", []))
        if "*" not in action
    }

    assert len(named) > 40
    assert [one for one in sorted(named) if reference.facts(Action.from_text(one)) is None] == []


def test_an_action_that_can_name_resources_names_them(policies: list[OwnPolicy]) -> None:
    loose = {
        (name, action)
        for name, statement in statements(policies, "IDENTITY_POLICY")
        if statement["Effect"] == "Allow" and "*" in many(statement["Resource"])
        for action in many(statement["Action"])
        if "*" not in action and not action.startswith(UNLIMITED)
        if (facts := reference.facts(Action.from_text(action))) and facts.resource_level
    }

    assert {action for _, action in loose} <= AS_DOCUMENTED, loose


def test_an_action_is_granted_on_resources_of_its_types(policies: list[OwnPolicy]) -> None:
    strange = [
        (name, action, resource)
        for name, statement in statements(policies, "IDENTITY_POLICY")
        if statement["Effect"] == "Allow"
        for resource in many(statement["Resource"])
        if resource != "*"
        for action in many(statement["Action"])
        if not _fits(action, resource)
    ]

    assert strange == []


def _fits(action: str, resource: str) -> bool:
    """Whether the action has a resource type of the resource's service."""
    facts = reference.facts(Action.from_text(action))
    assert facts, action
    service = resource.split(":")[2]
    return any(arn.split(":")[2] == service for use in facts.uses for arn in use.type.arns)


def test_every_condition_key_is_one_that_iam_knows(policies: list[OwnPolicy]) -> None:
    keys = {
        (action, key)
        for kind in ("IDENTITY_POLICY", "RESOURCE_POLICY")
        for _, statement in statements(policies, kind)
        for test in statement.get("Condition", {}).values()
        for key in test
        for action in many(statement.get("Action", []))
        if "*" not in action and not key.lower().startswith("aws:")
    }

    assert keys
    for action, key in keys:
        facts = reference.facts(Action.from_text(action))
        assert facts, action
        assert key.lower() in {one.lower() for one in facts.all_condition_keys}, (action, key)
