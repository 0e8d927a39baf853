"""AWS's own word about the definition and the policies: opt-in, by `make test-aws`.

Nothing is made; docs/operations.md has the policy that is needed.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import boto3
import pytest

from stacks.workflow.fleet import DEFINITION as FLEET_DEFINITION
from stacks.workflow.state_machine import DEFINITION
from stacks.workflow.step_needs import FLEET_STEPS, STEPS
from tests.stacks.conftest import Synthesis
from tests.stacks.own_policies import OwnPolicy, own_policies
from tests.stacks.samples import Json

ASKED = "FENCEPOST_TEST_AWS"
pytestmark = [
    pytest.mark.aws,
    pytest.mark.enable_socket,
    pytest.mark.skipif(not os.environ.get(ASKED), reason=f"asks a real account: {ASKED}=1"),
]
PLACE = "arn:aws:lambda:eu-west-1:123456789012:function:placeholder"
PLACES = re.compile(r"\$\{(\w+)\}")
PHASES = {"phases": {"deploy": ["true"], "remove": ["true"]}}
WIDE = {"PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE"}


def client(service: Any) -> Any:
    """With the shell's own credentials; conftest's shield is for the other tests."""
    return boto3.Session(region_name=os.environ.get("AWS_REGION") or "us-east-1").client(service)


def definition(written: Path = DEFINITION) -> str:
    """With something of the right form at each place that the deployment fills in."""
    functions = {step.state: PLACE for step in (*STEPS, *FLEET_STEPS)}
    return PLACES.sub(lambda found: functions.get(found[1], found[1]), written.read_text())


@pytest.mark.parametrize("written", [DEFINITION, FLEET_DEFINITION], ids=lambda one: one.stem)
def test_step_functions_accepts_the_definition(written: Path) -> None:
    answer = client("stepfunctions").validate_state_machine_definition(
        definition=definition(written), type="STANDARD", severity="WARNING"
    )

    assert answer["diagnostics"] == []
    assert answer["result"] == "OK"


@pytest.mark.parametrize(
    ("state", "variables", "following"),
    [
        (
            "IsCycleWhole",
            {"process": PHASES, "build": {"exported": {"PHASES_DONE": "deploy remove"}}},
            "AwaitTrail",
        ),
        (
            "IsCycleWhole",
            {"process": PHASES, "build": {"exported": {"FAILED_PHASE": "deploy"}}},
            "DocumentFailure",
        ),
        ("IsCycleWhole", {"process": PHASES, "build": {"exported": {}}}, "DocumentFailure"),
        ("WasBuilt", {"build": None}, "DocumentFailure"),
        ("WasBuilt", {"build": {"id": "fencepost-orders:1"}}, "ReadBuild"),
        (
            "IsGenerated",
            {"generation": {"JobDetails": {"Status": "SUCCEEDED"}}, "polls": 1},
            "ArchiveGeneration",
        ),
        (
            "IsGenerated",
            {"generation": {"JobDetails": {"Status": "IN_PROGRESS"}}, "polls": 1},
            "WaitForGeneration",
        ),
        (
            "IsGenerated",
            {"generation": {"JobDetails": {"Status": "IN_PROGRESS"}}, "polls": 120},
            "GenerationFailed",
        ),
        ("WhatNext", {"next": "repair"}, "RefinePolicy"),
        ("WhatNext", {"next": "done"}, "RetirePolicy"),
    ],
)
def test_step_functions_chooses_as_we_mean(state: str, variables: Json, following: str) -> None:
    # A Choice calls nothing, so it is tested without a role.
    answer = client("stepfunctions").test_state(
        definition=definition(),
        stateName=state,
        input="{}",
        variables=json.dumps(variables),
    )

    assert (answer["status"], answer.get("nextState")) == ("SUCCEEDED", following), answer


def test_access_analyzer_finds_nothing_in_the_apps_policies(synthesis: Synthesis) -> None:
    templates = {name: dict(one.to_json()) for name, one in synthesis.templates.items()}
    analyzer = client("accessanalyzer")

    found = {
        (one.name, finding["findingType"], finding["issueCode"])
        for one in own_policies(templates)
        if one.kind != "TRUST_POLICY"
        for finding in _findings(analyzer, one)
    }

    serious = {one for one in found if one[1] != "SUGGESTION"}
    assert {code for _, _, code in serious} <= WIDE, serious


def _findings(analyzer: Any, policy: OwnPolicy) -> list[Json]:
    pages = analyzer.get_paginator("validate_policy").paginate(
        policyDocument=json.dumps(policy.document), policyType=policy.kind
    )
    return [finding for page in pages for finding in page["findings"]]
