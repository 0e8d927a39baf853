"""What other systems are told: caught by a rule on EventBridge, and held against the schema."""

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from local.connection import Connection

SCHEMA = json.loads((Path(__file__).parents[1] / "docs/schemas/run-events-1.json").read_text())
NAME = "caught-events"


def problems(event: dict[str, Any]) -> list[str]:
    """What of an event is not by the schema; a field that it does not have, too."""
    found = [one.message for one in Draft202012Validator(SCHEMA).iter_errors(event)]
    told = SCHEMA["$defs"][event["detail-type"].replace(" ", "")]["properties"]
    return found + sorted(set(event["detail"]) - set(told))


def catch(connection: Connection) -> str:
    """A rule that puts every event of Fencepost into a queue; the queue's URL."""
    sqs, events = connection.client("sqs"), connection.client("events")
    queue = str(sqs.create_queue(QueueName=NAME)["QueueUrl"])
    arn = f"arn:aws:sqs:{connection.region}:{connection.account}:{NAME}"
    events.put_rule(Name=NAME, EventPattern=json.dumps({"source": ["fencepost"]}))
    events.put_targets(Rule=NAME, Targets=[{"Id": "queue", "Arn": arn}])
    return queue


def caught(connection: Connection, queue: str) -> list[dict[str, Any]]:
    """What came since, each taken once."""
    sqs, found = connection.client("sqs"), []
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for one in messages:
            found.append(json.loads(one["Body"]))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=one["ReceiptHandle"])
    return found
