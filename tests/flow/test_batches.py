"""Many files: batches, read side by side by a Distributed Map, give what one reading gives."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.flow.cloud import Cloud

pytestmark = pytest.mark.flow


ASKED = {"run", "process", "generator"}
BATCHES = ("IsCollected", "ReadBatches", "MergeBatches", "IsCollected")


@pytest.fixture
def function(cloud: Cloud) -> str:
    """The name of the function that collects."""
    pages = cloud.client("lambda").get_paginator("list_functions").paginate()
    return next(
        str(one["FunctionName"])
        for page in pages
        for one in page["Functions"]
        if one["Handler"] == "lambdas.collect_evidence.handler.handler"
    )


@pytest.fixture
def few_files(cloud: Cloud, function: str) -> Iterator[Callable[[int], None]]:
    """Let the function call so many files few; undone afterwards."""
    client = cloud.client("lambda")
    before = client.get_function_configuration(FunctionName=function)["Environment"]["Variables"]

    def let(files: str) -> None:
        client.update_function_configuration(
            FunctionName=function, Environment={"Variables": {**before, "FEW_FILES": files}}
        )

    yield lambda files: let(str(files))
    let(before["FEW_FILES"])


def calls_of(cloud: Cloud, arn: str) -> list[dict[str, Any]]:
    """What CollectEvidence was given, each time that it was asked for everything."""
    pages = cloud.client("stepfunctions").get_paginator("get_execution_history")
    events = [event for page in pages.paginate(executionArn=arn) for event in page["events"]]
    details = (one.get("taskScheduledEventDetails", {}).get("parameters", "{}") for one in events)
    payloads = [json.loads(one).get("Payload", {}) for one in details]
    return [one for one in payloads if isinstance(one, dict) and set(one) == ASKED]


def test_a_run_of_many_files_is_read_in_batches_to_the_same_bytes(
    cloud: Cloud, function: str, few_files: Callable[[int], None]
) -> None:
    few_files(1)
    done = cloud.run("parcels")

    assert (done.status, done.error) == ("SUCCEEDED", ""), done.cause
    assert done.output["verdict"] == "proved", done.output
    for state in ("CollectEvidence", "CollectProof"):
        at = done.states.index(state)
        assert done.states[at + 1 : at + 5] == BATCHES, done.states
    assert {"parts/0.files.json", "parts/0.json.gz"} <= cloud.keys("parcels", done.run)

    few_files(100_000)
    calls = calls_of(cloud, done.arn)
    assert {call["run"]["id"] for call in calls} >= {done.run, f"{done.run}-r1"}
    for call in calls:
        # Elsewhere in the archive, so that both can be compared.
        run = {**call["run"], "process": "at-once"}
        answer = cloud.client("lambda").invoke(
            FunctionName=function, Payload=json.dumps({**call, "run": run}).encode()
        )
        said = json.loads(answer["Payload"].read())
        assert said.get("again") is False, said
        for name in ("evidence.jsonl.gz", "evidence-findings.json"):
            at_once = cloud.document("at-once", run["id"], name)
            assert at_once == cloud.document("parcels", run["id"], name), name
