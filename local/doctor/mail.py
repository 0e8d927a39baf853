"""Whether those who should be told have said that they want to be."""

from collections.abc import Iterator, Sequence

from local.doctor.account import Deployment
from local.doctor.asking import Aws
from local.doctor.check import Check, missing, note, there

PENDING = "PendingConfirmation"


def subscriptions(aws: Aws, deployment: Deployment, owners: Sequence[str]) -> Check:
    """SNS keeps back every mail to an address that has not confirmed."""
    if not deployment.has("workflow"):
        return note(
            "subscriptions",
            "There are none before the first deployment.",
            f"After it, confirm the mail that each of these gets: {', '.join(owners)}.",
        )
    confirmed: set[str] = set()
    pending: set[str] = set()
    for one in _all(aws, f"{deployment.name}-workflow"):
        (pending if one["SubscriptionArn"] == PENDING else confirmed).add(one["Endpoint"])
    if pending:
        return missing(
            "subscriptions",
            f"Not confirmed: {', '.join(sorted(pending))}.",
            "Each must open the link in the mail of AWS Notifications; it is valid for three days. "
            "A new one: SNS, Subscriptions, Request confirmation.",
        )
    lost = sorted(set(owners) - confirmed)
    if lost:
        return missing(
            "subscriptions", f"Not subscribed: {', '.join(lost)}.", "Deploy again: make deploy."
        )
    return there("subscriptions", f"Confirmed: {', '.join(sorted(confirmed))}.")


def _all(aws: Aws, stack: str) -> Iterator[dict[str, str]]:
    resources = aws.client("cloudformation").get_paginator("list_stack_resources")
    listing = aws.client("sns").get_paginator("list_subscriptions_by_topic")
    for page in resources.paginate(StackName=stack):
        for one in page["StackResourceSummaries"]:
            if one["ResourceType"] != "AWS::SNS::Topic":
                continue
            for found in listing.paginate(TopicArn=one["PhysicalResourceId"]):
                yield from found["Subscriptions"]
