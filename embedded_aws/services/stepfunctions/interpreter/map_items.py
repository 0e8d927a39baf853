"""A Distributed Map's data: read from S3 as the machine's role, put in batches, written back."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ministack.services import stepfunctions as engine

from embedded_aws.services.stepfunctions.execution_records import Execution
from embedded_aws.services.stepfunctions.integrations import integrations
from embedded_aws.services.stepfunctions.integrations.integrations import TaskError
from embedded_aws.services.stepfunctions.interpreter.states import Context, State, field, is_jsonata

BATCH_BYTES = 262_144  # a child's input; Step Functions quotas
LIST = "arn:aws:states:::aws-sdk:s3:listObjectsV2"
GET = "arn:aws:states:::aws-sdk:s3:getObject"
PUT = "arn:aws:states:::aws-sdk:s3:putObject"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batcher:
    """How many items go into one child, and what goes with them."""

    most_items: int
    most_bytes: int
    input: Any


def read(reader: State, state: State, data: Any, context: Context) -> list[Any]:
    """The items that an ItemReader finds."""
    request = _template(reader, state, data, context)
    config = reader.get("ReaderConfig") or {}
    try:
        if reader["Resource"].endswith("s3:listObjectsV2"):
            items = list(_listed(request))
        else:
            text = integrations.call(integrations.integration_of(GET), request)["Body"]
            items = engine._parse_reader_items(text, config)
    except TaskError as error:
        message = f"{error.error}: {error.cause}"
        raise TaskError("States.ItemReaderFailed", message) from error
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise TaskError("States.ItemReaderFailed", f"Cannot read the items: {error}") from error
    if not isinstance(items, list):
        raise TaskError("States.ItemReaderFailed", "Attempting to map over non-iterable node.")
    most = _most(config, state, data, context)
    return items[:most] if most else items


def _listed(request: Any) -> Iterator[dict[str, Any]]:
    """Every object below a prefix, as Step Functions describes objects to a child."""
    token: dict[str, str] = {}
    while True:
        page = integrations.call(integrations.integration_of(LIST), {**request, **token})
        for found in page.get("Contents", []):
            yield {
                "Etag": found.get("ETag", ""),
                "Key": found["Key"],
                "LastModified": engine._epoch_seconds(found.get("LastModified")),
                "Size": found.get("Size", 0),
                "StorageClass": found.get("StorageClass", "STANDARD"),
            }
        if not page.get("IsTruncated"):
            return
        token = {"ContinuationToken": page["NextContinuationToken"]}


def _most(config: State, state: State, data: Any, context: Context) -> int:
    if "MaxItems" not in config:
        return 0
    language = {"QueryLanguage": engine._state_query_language(state, context)}
    return int(field({**config, **language}, "MaxItems", "number", data, context))


def batcher(state: State, data: Any, context: Context) -> Batcher:
    """The batcher of a Map state."""
    given = state["ItemBatcher"]
    language = {"QueryLanguage": engine._state_query_language(state, context)}

    def number(name: str, default: int) -> int:
        if name not in given:
            return default
        return int(field({**given, **language}, name, "number", data, context))

    return Batcher(
        most_items=number("MaxItemsPerBatch", 0),
        most_bytes=number("MaxInputBytesPerBatch", BATCH_BYTES),
        input=_render(given["BatchInput"], state, data, context) if "BatchInput" in given else None,
    )


def batches(items: list[Any], limits: Batcher) -> Iterator[list[Any]]:
    """Cut items into batches, in order, each within its limits."""
    batch: list[Any] = []
    size = 0
    for item in items:
        weight = len(json.dumps(item).encode())
        full = limits.most_items and len(batch) >= limits.most_items
        if batch and (full or size + weight > limits.most_bytes):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += weight
    if batch:
        yield batch


def write(
    writer: State,
    state: State,
    record: dict[str, Any],
    children: list[Execution],
    data: Any,
    context: Context,
) -> dict[str, Any] | None:
    """Write the children's results and a manifest to S3; say where the manifest is."""
    if "Resource" not in writer:
        return None  # only the output's form was configured
    target = _template(writer, state, data, context)
    run = record["mapRunArn"].rsplit(":", 1)[-1]
    folder = "/".join(part for part in (target.get("Prefix", "").strip("/"), run) if part)
    files: dict[str, list[dict[str, Any]]] = {"SUCCEEDED": [], "FAILED": [], "PENDING": []}
    for status in ("SUCCEEDED", "FAILED"):
        matching = [_described(child) for child in children if child["status"] == status]
        if matching:
            key = f"{folder}/{status}_0.json"
            body = json.dumps(matching)
            _put(target["Bucket"], key, body)
            files[status] = [{"Key": key, "Size": len(body.encode())}]
    manifest = {
        "DestinationBucket": target["Bucket"],
        "MapRunArn": record["mapRunArn"],
        "ResultFiles": files,
    }
    key = f"{folder}/manifest.json"
    _put(target["Bucket"], key, json.dumps(manifest))
    return {
        "MapRunArn": record["mapRunArn"],
        "ResultWriterDetails": {"Bucket": target["Bucket"], "Key": key},
    }


def _put(bucket: str, key: str, body: str) -> None:
    try:
        request = {"Bucket": bucket, "Key": key, "Body": body}
        integrations.call(integrations.integration_of(PUT), request)
    except TaskError as error:
        message = f"{error.error}: {error.cause}"
        raise TaskError("States.ResultWriterFailed", message) from error


def _described(child: Execution) -> dict[str, Any]:
    described = {
        "ExecutionArn": child["executionArn"],
        "Input": child["input"],
        "InputDetails": {"Included": True},
        "Name": child["name"],
        "StartDate": child["startDate"],
        "StateMachineArn": child["stateMachineArn"],
        "Status": child["status"],
        "StopDate": child["stopDate"],
    }
    if child["status"] == "SUCCEEDED":
        return {**described, "Output": child["output"], "OutputDetails": {"Included": True}}
    return {**described, "Error": child.get("error"), "Cause": child.get("cause")}


def _template(source: State, state: State, data: Any, context: Context) -> Any:
    template = source.get("Arguments") or source.get("Parameters") or {}
    return _render(template, state, data, context)


def _render(template: Any, state: State, data: Any, context: Context) -> Any:
    if is_jsonata(state, context):
        return engine._apply_jsonata_template(template, data, context)
    effective = engine._apply_input_path(state, data, context)
    return engine._resolve_params_obj(template, effective, context)
