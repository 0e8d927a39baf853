"""CloudTrail's records: what an API call leaves behind, in CloudTrail's own words.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from embedded_aws.cloudtrail import refused_calls

Record = dict[str, Any]

# Global services record in one region of the partition (CloudTrail concepts, "global service
# events"); STS calls to the global endpoint are signed for that region and need no row.
GLOBAL_SERVICES = {
    "account.amazonaws.com": "us-east-1",
    "budgets.amazonaws.com": "us-east-1",
    "ce.amazonaws.com": "us-east-1",
    "cloudfront.amazonaws.com": "us-east-1",
    "globalaccelerator.amazonaws.com": "us-west-2",
    "iam.amazonaws.com": "us-east-1",
    "networkmanager.amazonaws.com": "us-west-2",
    "organizations.amazonaws.com": "us-east-1",
    "route53.amazonaws.com": "us-east-1",
    "route53domains.amazonaws.com": "us-east-1",
    "savingsplans.amazonaws.com": "us-east-1",
    "shield.amazonaws.com": "us-east-1",
    "support.amazonaws.com": "us-east-1",
    "waf.amazonaws.com": "us-east-1",
}
HOME_REGION = {"cn-": "cn-north-1", "us-gov-": "us-gov-west-1"}
TEXT_LIMIT = 1024  # characters of errorMessage that CloudTrail keeps


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiCall:
    """One call as CloudTrail sees it; `request` and `response` are spelled as it spells them."""

    source: str  # "lambda.amazonaws.com"
    name: str  # CloudTrail's event name, "CreateFunction20150331"
    identity: Mapping[str, Any]
    account: str
    region: str
    request: Mapping[str, Any] | None = None
    response: Mapping[str, Any] | None = None
    error: tuple[str, str] | None = None  # code and message
    read_only: bool = False
    management: bool = True
    resources: tuple[Mapping[str, str], ...] = ()  # {"ARN": …, "accountId": …, "type": …}
    invoked_by: str | None = None  # the service that called on the identity's behalf
    user_agent: str = ""
    source_ip: str = "127.0.0.1"
    event_type: str = "AwsApiCall"
    shared_event_id: str | None = None
    request_id: str | None = None
    additional: Mapping[str, Any] = field(default_factory=dict)  # additionalEventData


class Recorder:
    """Holds records until they are delivered, and all of them for whoever asks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._records: list[Record] = []

    def add(self, record: Record) -> None:
        """Keep a record."""
        with self._lock:
            self._records.append(record)

    def since(self, position: int) -> list[Record]:
        """The records from a position on, oldest first."""
        with self._lock:
            return self._records[position:]


records = Recorder()


def emit(call: ApiCall) -> None:
    """Record a call; delivery to the trails follows."""
    records.add(record_of(call, at=datetime.now(UTC)))


def record_of(call: ApiCall, *, at: datetime) -> Record:
    """A call as CloudTrail writes it down."""
    identity = dict(call.identity)
    if call.invoked_by:
        identity["invokedBy"] = call.invoked_by
    failure: Record = {}
    refused = None
    if call.error:
        code, message = call.error[0], call.error[1][:TEXT_LIMIT]
        refused = refused_calls.written(call.source, code, message)
        failure = {"errorCode": code, "errorMessage": message}
    # Reads leave no response elements, STS's excepted, and neither does a failure.
    silent = call.error is not None or (call.read_only and call.source != "sts.amazonaws.com")
    optional = {
        "additionalEventData": dict(call.additional) or None,
        "resources": [dict(resource) for resource in call.resources] or None,
        "sharedEventID": call.shared_event_id,
    }
    request = dict(call.request) if call.request else None
    response = dict(call.response) if call.response and not silent else None
    if refused:
        failure, response = dict(refused.failure), refused.response
        request = request if refused.keeps_request else None
    return {
        "eventVersion": "1.11",
        "userIdentity": identity,
        "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": call.source,
        "eventName": call.name,
        "awsRegion": region_of(call.source, call.region),
        "sourceIPAddress": call.invoked_by or call.source_ip,
        "userAgent": call.invoked_by or call.user_agent,
        **failure,
        "requestParameters": request,
        "responseElements": response,
        "requestID": call.request_id or str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": call.read_only,
        "eventType": call.event_type,
        "managementEvent": call.management,
        "recipientAccountId": call.account,
        "eventCategory": "Management" if call.management else "Data",
        **{key: value for key, value in optional.items() if value},
    }


def region_of(source: str, region: str) -> str:
    """Where CloudTrail records a call: for a global service in the partition's home region."""
    home = GLOBAL_SERVICES.get(source)
    if home is None:
        return region
    return next((to for prefix, to in HOME_REGION.items() if region.startswith(prefix)), home)
