"""Records out of what they are handed about in: objects, answers, events, messages, lists."""

import json
from collections.abc import Iterator

from lambdas.collect_evidence.reading.decompression import Report
from lambdas.collect_evidence.record import Record
from lambdas.model.findings.finding import FindingKind

# https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html,
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html,
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html,
# https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
_LISTS = ("Records", "Events", "logEvents", "Messages")
_TEXTS = ("CloudTrailEvent", "message", "@message", "Body", "body", "Message")
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
_KIND, _DETAIL = "detail-type", "detail"
_OF_CLOUDTRAIL = " via CloudTrail"


def unwrapped(value: object, offset: int, report: Report) -> Iterator[Record]:
    """The record in a value, or the records in a list of them, however they are wrapped."""
    if isinstance(value, list):
        for one in value:
            yield from unwrapped(one, offset, report)
    elif not isinstance(value, dict):
        report(FindingKind.STRANGE_RECORD, offset, "it is no JSON object")
    elif "userIdentity" in value:
        yield value
    else:
        yield from _inner(value, offset, report)


def kind_on_bus(value: Record) -> str:
    """What kind of event of EventBridge it is; empty when it is none."""
    kind = value.get(_KIND)
    return kind if isinstance(kind, str) and _DETAIL in value else ""


def _inner(value: Record, offset: int, report: Report) -> Iterator[Record]:
    detail = value.get(_DETAIL)
    if isinstance(detail, dict) and (
        kind_on_bus(value).endswith(_OF_CLOUDTRAIL) or "userIdentity" in detail
    ):
        yield from unwrapped(detail, offset, report)
        return
    inner = next((value[name] for name in _LISTS if isinstance(value.get(name), list)), None)
    text = next((value[name] for name in _TEXTS if isinstance(value.get(name), str)), None)
    if inner is not None:
        yield from unwrapped(inner, offset, report)
    elif text is not None:
        try:
            yield from unwrapped(json.loads(text), offset, report)
        except (ValueError, RecursionError):
            report(FindingKind.BROKEN_RECORD, offset, "its text is not JSON")
    else:
        yield value
