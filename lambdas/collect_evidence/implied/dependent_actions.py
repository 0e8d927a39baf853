"""What some operations do besides as the caller: log delivery, secrets, service-linked roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lambdas.collect_evidence.resources.call import Call
    from lambdas.reference.actions import ActionFacts
    from lambdas.reference.events import OperationMapping
from lambdas.model.action import Action
from lambdas.model.evidence import Implied
from lambdas.reference.shards import shard

# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html
_ACCESS_LOG = "accesslogsettings.destinationarn"


LOG_DELIVERY = (
    "CreateLogDelivery",
    "DeleteLogDelivery",
    "DescribeLogGroups",
    "DescribeResourcePolicies",
    "GetLogDelivery",
    "ListLogDeliveries",
    "PutResourcePolicy",
    "UpdateLogDelivery",
)


def log_deliveries(call: Call) -> Iterator[Implied]:
    """A stage's access log is set up with the caller's own permissions, on no resource."""
    if _ACCESS_LOG in call.request.texts:
        for name in LOG_DELIVERY:
            yield Implied(kind="dependent-action", action=Action("logs", name), resource="*")


# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html
_CONNECTION = {
    "CreateConnection": ("CreateSecret", "PutSecretValue"),
    "UpdateConnection": ("PutSecretValue", "UpdateSecret"),
}


def connection_secret(call: Call, meaning: OperationMapping) -> Iterator[Implied]:
    """EventBridge keeps what a connection signs in with in a secret, as the caller."""
    uses = _CONNECTION.get(meaning.operation, ())
    head = call.place.fill("arn:${Partition}:secretsmanager:${Region}:${Account}:secret:")
    for name in uses:
        yield Implied(
            kind="dependent-action",
            action=Action("secretsmanager", name),
            resource=f"{head}events!connection/{call.request.first('name')}/*",
        )


def service_linked_roles(call: Call, known: Sequence[ActionFacts]) -> Iterator[Implied]:
    """The first use in an account makes the service's own role."""
    table = shard("pass_role")["service_linked"]
    for one in known:
        named = table.get(one.action.service) if one.dependent_actions else None
        if named and Action("iam", "CreateServiceLinkedRole") in one.dependent_actions:
            owner, name = named
            head = call.place.fill("arn:${Partition}:iam::${Account}:role/aws-service-role/")
            yield Implied(
                kind="service-linked-role",
                action=Action("iam", "CreateServiceLinkedRole"),
                resource=f"{head}{owner}/{name}",
                context=(("iam:AWSServiceName", owner),),
            )
