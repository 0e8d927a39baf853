"""What some operations do besides as the caller: log delivery, secrets, service-linked roles."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lambdas.collect_evidence.call.call import Call
from lambdas.model.iam.action import Action
from lambdas.model.trail.evidence import Implied
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.reference.actions import ActionFacts
from lambdas.reference.request_elements import elements, is_asked
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
            yield Implied(
                kind=GroundKind.DEPENDENT_ACTION, action=Action("logs", name), resource="*"
            )


# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html
_CONNECTION = {
    "CreateConnection": ("CreateSecret", "PutSecretValue"),
    "UpdateConnection": ("PutSecretValue", "UpdateSecret"),
}


def connection_secret(call: Call) -> Iterator[Implied]:
    """EventBridge keeps what a connection signs in with in a secret, as the caller."""
    uses = _CONNECTION.get(call.operation, ())
    name = f"secret:events!connection/{call.request.first('name')}/*"
    for use in uses:
        yield Implied(
            kind=GroundKind.DEPENDENT_ACTION,
            action=Action("secretsmanager", use),
            resource=call.place.arn("secretsmanager", name),
        )


MAKE_ROLE = Action("iam", "CreateServiceLinkedRole")


def _makes_role(action: Action, call: Call) -> bool:
    """Whether the request says what makes the role, where not every request makes it."""
    paths = shard("pass_role")["service_linked_when"].get(str(action))
    said = (one for path in paths or () for one in elements(call.parameters, path))
    return paths is None or any(str(one).lower() == "true" for one in said)


def service_linked_roles(call: Call, known: Sequence[ActionFacts]) -> Iterator[Implied]:
    """The first use in an account makes the service's own role."""
    table = shard("pass_role")
    by_operation = table["service_linked_by"].get(f"{call.service}:{call.operation}", ())
    listed = [(one["owner"], one["name"]) for one in by_operation if _applies(one, call)]
    for owner, name in dict.fromkeys([*listed, *(it for one in known for it in _made(one, call))]):
        yield Implied(
            kind=GroundKind.SERVICE_LINKED_ROLE,
            action=MAKE_ROLE,
            resource=call.place.arn("iam", f"role/aws-service-role/{owner}/{name}"),
            context=(("iam:AWSServiceName", owner),),
        )


def _applies(row: Mapping[str, Any], call: Call) -> bool:
    """Whether the request has any of what the row wants, and nothing of what it must not have."""
    when, unless = row.get("when", ()), row.get("unless", ())
    return (not when or _has(when, call)) and not _has(unless, call)


def _has(paths: Iterable[str], call: Call) -> bool:
    return any(is_asked(one) for path in paths for one in elements(call.parameters, path))


def _made(one: ActionFacts, call: Call) -> Iterator[tuple[str, str]]:
    """The service that each role is made for, and the role's name."""
    table = shard("pass_role")
    named = table["service_linked"].get(one.action.service)
    if named and MAKE_ROLE in one.dependent_actions and _makes_role(one.action, call):
        yield named[0], named[1]
    row = table["service_linked_for"].get(str(one.action))
    for value in elements(call.parameters, row["element"]) if row else ():
        if value in row["values"]:
            yield row["owner"].format(value), row["name"].format(row["values"][value])
