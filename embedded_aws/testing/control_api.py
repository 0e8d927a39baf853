"""Our own paths under /_fencepost/, for whoever holds the root key: tests ask and turn knobs."""

import dataclasses
import json

from embedded_aws.cloudtrail import delivery, recorder
from embedded_aws.gateway import gate
from embedded_aws.protocol.request import Answer, Incoming
from embedded_aws.services.cloudformation.engine import physical_names
from embedded_aws.services.cloudformation.naming import rules


def install() -> None:
    """Open the paths."""
    gate.root_routes[gate.ROOT_PREFIX + "records"] = _records
    gate.root_routes[gate.ROOT_PREFIX + "trail"] = _trail
    gate.root_routes[gate.ROOT_PREFIX + "names"] = _names


def _records(request: Incoming) -> Answer:
    """All records from ?since= on, and the requests that no model explained."""
    since = int((request.query.get("since") or ["0"])[0])
    return Answer(status=200, body=recorder.answer_of_records(since))


def _trail(request: Incoming) -> Answer:
    """Turn the trail's knobs: {"delay": 30, "shuffle": true, …}."""
    try:
        delivery.running.change(json.loads(request.body))
    except (ValueError, TypeError) as error:
        message = json.dumps({"__type": "ValidationException", "message": str(error)})
        return Answer(status=400, body=message.encode())
    return Answer(status=200, body=b"{}")


def _names(_request: Incoming) -> Answer:
    """All names that CloudFormation made up, and the types for which nobody knows its rule."""
    names = {
        "names": [dataclasses.asdict(one) for one in physical_names.made_up],
        "open": sorted(rules.findings),
    }
    return Answer(status=200, body=json.dumps(names).encode())
