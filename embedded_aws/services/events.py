"""EventBridge: what is put on a bus has a size, and a build is a target like others.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html,
https://docs.aws.amazon.com/AmazonCloudWatch/latest/events/CalculatePutEventsEntrySize.html,
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
"""

import json
import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from ministack.core.responses import error_response_json, get_region

from embedded_aws.iam.service_roles import assume
from embedded_aws.ministack import services
from embedded_aws.sessions.role_session import RoleSession

logger = logging.getLogger("fencepost.events")
SERVICE = "events.amazonaws.com"

LIMIT = 256 * 1024  # bytes of all entries of a request
TIME = 14  # bytes that a time counts for


def install() -> None:
    """Refuse as the service does."""
    bus = services.service("eventbridge")
    bus._put_events = _checking(bus._put_events)
    bus._invoke_target = _building(bus._invoke_target)


def _checking(put: Callable[..., Any]) -> Callable[..., Any]:
    def checked(data: Mapping[str, Any], *more: Any, **named: Any) -> Any:
        if sum(map(size_of, data.get("Entries", ()))) >= LIMIT:
            return error_response_json(
                "ValidationException",
                "Total size of the entries in the request is over the limit.",
                400,
            )
        return put(data, *more, **named)

    return checked


def size_of(entry: Mapping[str, Any]) -> int:
    """Bytes of an entry, as the service counts them."""
    texts = [entry.get(name) or "" for name in ("Source", "DetailType", "Detail")]
    whole = "".join([*texts, *(entry.get("Resources") or ())])
    return len(whole.encode()) + (TIME if entry.get("Time") else 0)


def _building(invoke: Callable[..., Any]) -> Callable[..., Any]:
    def invoked(target: Mapping[str, Any], event: Any, rule: Any, view: Any = None) -> Any:
        if target.get("Arn", "").split(":")[2:3] != ["codebuild"]:
            return invoke(target, event, rule, view)
        bus = services.service("eventbridge")
        given = "{}"
        if target.get("InputTransformer"):
            seen = view or bus._pattern_event_view(event)
            given = bus._apply_input_transformer(target["InputTransformer"], rule, seen)
        elif target.get("Input"):
            given = target["Input"]
        region = get_region()
        # The build is asked for over HTTP, which the thread that serves this request cannot await.
        threading.Thread(target=_start, args=(dict(target), given, region), daemon=True).start()
        return None

    return invoked


def _start(target: Mapping[str, Any], given: str, region: str) -> None:
    """Start a build as the target's role."""
    project = target["Arn"].rpartition("/")[2]
    try:
        credentials = assume(target["RoleArn"], SERVICE, "events", region=region)
        session = RoleSession(credentials=credentials, region=region, session_name="events")
        client = session.client("codebuild")
        client.start_build(**{**json.loads(given), "projectName": project})
    except Exception:
        logger.exception("EventBridge: no build of %s", project)
