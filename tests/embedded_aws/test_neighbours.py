"""The orders service's own policy, in an account where another stage of it stands beside.

What CloudFormation would do for its holder is tried directly: `aws:CalledVia` counts as met.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from lambdas.model.definition.process import Process
from lambdas.model.dossier.refinement import Refinement
from local.connection import Connection
from stacks.processes.folders import load_process
from tests.embedded_aws.principals import Principal, deploy, reasons, somebody
from tests.embedded_aws.test_resource_keys import API, METHOD, PART, TAGGED, code_of, made
from tests.golden.test_refinement import PROCESSES, refined

pytestmark = pytest.mark.local
DENIED = "AccessDeniedException"
READS = {"get_rest_api", "get_event_source_mapping"}
TAGS = {"tag_resource"}


def stage(embedded: Connection, name: str) -> str:
    """A stack as the orders service has it; its name."""
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": f"orders-{name}-ship",
            "Runtime": "nodejs22.x",
            "Handler": "index.handler",
            "Role": f"arn:aws:iam::{embedded.account}:role/orders-{name}",
            "Code": {"ZipFile": "exports.handler = () => {}"},
        },
    }
    mapping = {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {
            "FunctionName": {"Fn::GetAtt": ["Ship", "Arn"]},
            "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]},
        },
    }
    queue = {"Type": "AWS::SQS::Queue"}
    stack = {"Api": API, "Part": PART, "Method": METHOD, "Ship": function, "Queue": queue}
    stack_name, status = deploy(
        embedded, {**stack, "Mapping": mapping}, name=f"orders-{name}", Tags=TAGGED
    )
    assert status == "CREATE_COMPLETE", reasons(embedded, stack_name)
    return stack_name


def holder(embedded: Connection, refinement: Refinement) -> Connection:
    """Somebody who holds what the policy grants, as if CloudFormation called for them."""
    (policy,) = refinement.policies
    rendered = policy.policy.render({**dict(refinement.variables), "account": embedded.account})
    statements: list[dict[str, Any]] = rendered["Statement"]
    for one in statements:
        one.get("Condition", {}).pop("ForAnyValue:StringEquals", None)
    caller = somebody(embedded, *statements)
    assert isinstance(caller, Principal)
    return caller


def calls(embedded: Connection, stack: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What the policy's grants allow on things of this form; what removes them comes last."""
    api, part, mapping = (made(embedded, stack, one) for one in ("Api", "Part", "Mapping"))
    arn = f"arn:aws:apigateway:{embedded.region}::/restapis/{api}"
    method = {"restApiId": api, "resourceId": part, "httpMethod": "GET"}
    yield "apigateway", "get_rest_api", {"restApiId": api}
    yield "apigateway", "tag_resource", {"resourceArn": arn, "tags": {"stage": "dev"}}
    yield "apigateway", "update_rest_api", {"restApiId": api, "patchOperations": []}
    yield (
        "apigateway",
        "create_resource",
        {"restApiId": api, "parentId": part, "pathPart": "more"},
    )
    yield "apigateway", "put_integration", {**method, "type": "MOCK"}
    yield "apigateway", "create_deployment", {"restApiId": api}
    yield "lambda", "get_event_source_mapping", {"UUID": mapping}
    yield "lambda", "update_event_source_mapping", {"UUID": mapping, "BatchSize": 5}
    yield "lambda", "delete_event_source_mapping", {"UUID": mapping}
    yield "apigateway", "delete_rest_api", {"restApiId": api}


def refused(caller: Connection, embedded: Connection, stack: str) -> set[str]:
    """The calls on a stack's things that are denied."""
    return {
        operation
        for service, operation, parameters in list(calls(embedded, stack))
        if code_of(getattr(caller.client(service), operation), **parameters) == DENIED
    }


def test_of_another_stage_nothing_is_changed_and_ones_own_is(embedded: Connection) -> None:
    definition = load_process(PROCESSES / "orders").to_mapping()
    off = Process.from_mapping(
        "orders", {**definition, "policy": {"conditions": {"containment": False}}}
    )
    own, beside = stage(embedded, "dev"), stage(embedded, "qa")
    fenced = holder(embedded, refined("orders"))
    every = {operation for _, operation, _ in calls(embedded, beside)}

    # Ten calls on what another stage has: what reads and what tags gets through, no more.
    assert refused(fenced, embedded, beside) == every - READS - TAGS
    assert refused(fenced, embedded, own) == set()
    # The same policy without the conditions reaches all of it.
    assert refused(holder(embedded, refined("orders", process=off)), embedded, beside) == set()
