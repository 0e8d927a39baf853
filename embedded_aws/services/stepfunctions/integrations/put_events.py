"""`events:putEvents` as Step Functions has it: details are JSON, a refused entry fails the task.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import stepfunctions

from embedded_aws.sessions import role_session


def put_events(call: Callable[[Any], Any], arguments: Mapping[str, Any]) -> Any:
    """Put events; `call` makes the API call."""
    answer = call({**arguments, "Entries": [_entry(one) for one in arguments["Entries"]]})
    if answer.get("FailedEntryCount"):
        raise stepfunctions._ExecutionError("EventBridge.FailedEntry", json.dumps(answer))
    return answer


def _entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    """With its detail as text, and the execution and its machine among its resources."""
    detail, current = entry.get("Detail"), role_session.acting.get()
    text = detail if isinstance(detail, str) else json.dumps(detail)
    owners = current.owners if current else ()
    return {**entry, "Detail": text, "Resources": [*entry.get("Resources", ()), *owners]}
