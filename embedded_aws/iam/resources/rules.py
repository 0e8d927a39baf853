"""Resources of services whose requests do not spell the ARN that IAM asks about."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from ministack.services import iam

from embedded_aws.iam.calls import Call
from embedded_aws.iam.resources import ec2_ids
from embedded_aws.iam.resources.arns import arns, place_of
from embedded_aws.iam.resources.classic_balancers import classic_balancers
from embedded_aws.iam.resources.state_machines import state_machines
from embedded_aws.iam.service_reference import Action
from embedded_aws.ministack import services
from embedded_aws.protocol.service_models import at_path, service_model

Rule = Callable[[Action, Call], list[str] | None]

LABEL = re.compile(r"\{([\w-]+)\+?\}")
ARN_FIELDS = 6


def resources_of(action: Action, call: Call) -> list[str]:
    """The ARNs that IAM asks about for an action of a call; `*` where it takes none."""
    rule = _RULES.get(call.service)
    found = rule(action, call) if rule else None
    return found or arns(action, call)


def _s3(action: Action, call: Call) -> list[str] | None:
    bucket = place_of(call.params, "Bucket")
    if not bucket or not any(kind.name in ("bucket", "object") for kind in action.resources):
        return None
    base = bucket if bucket.startswith("arn:") else f"arn:{call.partition}:s3:::{bucket}"
    if not any(kind.name == "object" for kind in action.resources):
        return [base]
    keys = at_path(call.params, "Delete.Objects.Key") or at_path(call.params, "Key")
    return [f"{base}/{key}" for key in keys] or [f"{base}/*"]


def _kms(action: Action, call: Call) -> list[str] | None:
    found = []
    for name in ("KeyId", "TargetKeyId", "SourceKeyId", "DestinationKeyId"):
        reference = place_of(call.params, name)
        key = services.service("kms")._resolve_key(reference) if reference else None
        if key:
            found.append(str(key["Arn"]))
    alias = place_of(call.params, "AliasName")
    if alias and any(kind.name == "alias" for kind in action.resources):
        found.append(f"arn:{call.partition}:kms:{call.region}:{call.account}:{alias}")
        if not any(name.startswith("arn:") and ":key/" in name for name in found):
            target = services.service("kms")._resolve_key(alias)
            found.extend([str(target["Arn"])] if target else [])
    return found or None


def _secrets(action: Action, call: Call) -> list[str] | None:
    reference = place_of(call.params, "SecretId") or place_of(call.params, "Name")
    if not reference or not action.resources:
        return None
    _, secret = services.service("secretsmanager")._resolve(reference)
    if secret and call.operation != "CreateSecret":
        return [str(secret["ARN"])]
    if reference.startswith("arn:"):
        return [reference]
    # A new secret's ARN ends in six random characters, and policies allow for them.
    place = f"{call.region}:{call.account}"
    return [f"arn:{call.partition}:secretsmanager:{place}:secret:{reference}-AbCdEf"]


def _lambda(action: Action, call: Call) -> list[str] | None:
    name = place_of(call.params, "FunctionName")
    kinds = {kind.name for kind in action.resources}
    if not name or not any(kind.startswith("function") for kind in kinds):
        return None
    name = re.sub(r"^(arn:[^:]*:lambda:[^:]*:)?(\d{12}:)?function:", "", name)
    name, _, qualifier = name.partition(":")
    qualifier = qualifier or place_of(call.params, "Qualifier")
    arn = f"arn:{call.partition}:lambda:{call.region}:{call.account}:function:{name}"
    # Since January 2022 Lambda asks for the qualified ARN whenever a call names a version or alias,
    # whatever resource types the reference lists; https://github.com/aws/aws-cdk/issues/19273
    return [arn if qualifier in ("", "$LATEST") else f"{arn}:{qualifier}"]


def _events(action: Action, call: Call) -> list[str] | None:
    base = f"arn:{call.partition}:events:{call.region}:{call.account}"
    if call.operation == "PutEvents":
        buses = {
            str(entry.get("EventBusName") or "default") for entry in at_path(call.params, "Entries")
        }
        return [one if "arn:" in one else f"{base}:event-bus/{one}" for one in sorted(buses)]
    if not any(kind.name.startswith("rule-on") for kind in action.resources):
        return None
    name = place_of(call.params, "Rule") or place_of(call.params, "Name")
    if not name:
        return None
    bus = (place_of(call.params, "EventBusName") or "default").rsplit("/", 1)[-1]
    return [f"{base}:rule/{name}" if bus == "default" else f"{base}:rule/{bus}/{name}"]


def _scheduler(action: Action, call: Call) -> list[str] | None:
    name = place_of(call.params, "Name")
    if not name or not any(kind.name == "schedule" for kind in action.resources):
        return None
    group = place_of(call.params, "GroupName") or "default"
    place = f"arn:{call.partition}:scheduler:{call.region}:{call.account}"
    return [f"{place}:schedule/{group}/{name}"]


def _cloudformation(action: Action, call: Call) -> list[str] | None:
    if not any(kind.name == "stack" for kind in action.resources):
        return None
    name = place_of(call.params, "StackName")
    if not name:
        named = place_of(call.params, "ChangeSetName")
        change_set = services.service("cloudformation")._change_sets.get(named) or {}
        name = str(change_set.get("StackId") or change_set.get("StackName") or "")
    if name.startswith("arn:"):
        return [name]
    stack = services.service("cloudformation")._stacks.get(name) if name else None
    if stack:
        return [str(stack["StackId"])]
    place = f"{call.region}:{call.account}"
    return [f"arn:{call.partition}:cloudformation:{place}:stack/{name or '*'}/*"]


def _logs(action: Action, call: Call) -> list[str] | None:
    """The trailing `:log-stream:` is how AWS asks for everything but tags.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
    """
    kinds = {kind.name for kind in action.resources}
    if not kinds & {"log-group", "log-stream"}:
        return None
    base = f"arn:{call.partition}:logs:{call.region}:{call.account}:log-group"
    if action.level == "Tagging" or call.operation.startswith("ListTags"):
        given = place_of(call.params, "resourceArn").removesuffix(":*")
        return [given or f"{base}:{_log_group(call)}"]
    stream = place_of(call.params, "logStreamName")
    return [f"{base}:{_log_group(call)}:log-stream:{stream}"]


def _log_group(call: Call) -> str:
    name = place_of(call.params, "logGroupName")
    identifier = place_of(call.params, "logGroupIdentifier")
    return name or identifier.rsplit(":log-group:", 1)[-1].removesuffix(":*")


# Parameter, kind of resource, where MiniStack keeps it.
_IAM_NAMES: tuple[tuple[str, str, Any], ...] = (
    ("RoleName", "role", iam._roles),
    ("UserName", "user", iam._users),
    ("GroupName", "group", iam._groups),
    ("InstanceProfileName", "instance-profile", iam._instance_profiles),
    ("PolicyName", "policy", {}),
)


def _iam(action: Action, call: Call) -> list[str] | None:
    kinds = {kind.name for kind in action.resources}
    if call.operation == "CreateServiceLinkedRole":
        service = place_of(call.params, "AWSServiceName")
        return [f"arn:{call.partition}:iam::{call.account}:role/aws-service-role/{service}/*"]
    simulated = place_of(call.params, "PolicySourceArn")
    if simulated:
        return [simulated]  # the simulated resources are no resources of the call
    given = place_of(call.params, "PolicyArn")
    if given and "policy" in kinds:
        return [given]
    for parameter, kind, store in _IAM_NAMES:
        name = place_of(call.params, parameter)
        if name and kind in kinds:
            # The ARN carries the path, the request only the name.
            known = store.get(name) or {}
            path = place_of(call.params, "Path") or "/"
            arn = f"arn:{call.partition}:iam::{call.account}:{kind}{path}{name}"
            return [str(known.get("Arn") or arn)]
    return None


def _sns(action: Action, call: Call) -> list[str] | None:
    for name in ("TopicArn", "TargetArn", "SubscriptionArn", "ResourceArn"):
        arn = place_of(call.params, name)
        if arn.startswith("arn:") and action.resources:
            return [":".join(arn.split(":")[:ARN_FIELDS])]  # a subscription is its topic's
    return None


def _sqs(_: Action, call: Call) -> list[str] | None:
    url = place_of(call.params, "QueueUrl").rstrip("/").split("/")
    place = f"arn:{call.partition}:sqs:{call.region}"
    if len(url) > 1:
        owner = url[-2] if re.fullmatch(r"\d{12}", url[-2]) else call.account
        return [f"{place}:{owner}:{url[-1]}"]
    name = place_of(call.params, "QueueName")
    return [f"{place}:{call.account}:{name}"] if name else None


def _dynamodb(action: Action, call: Call) -> list[str] | None:
    if not any(kind.name == "table" for kind in action.resources):
        return None
    items = call.params.get("RequestItems")
    names = list(items) if isinstance(items, Mapping) else []
    names = names or [place_of(call.params, "TableName")]
    tables = [table_arn(name, call) for name in names if name]
    index = place_of(call.params, "IndexName")
    return [f"{table}/index/{index}" for table in tables] if index else tables or None


def table_arn(name: str, call: Call) -> str:
    """A table's ARN; requests give the name or the ARN."""
    base = f"arn:{call.partition}:dynamodb:{call.region}:{call.account}:table"
    return name if name.startswith("arn:") else f"{base}/{name}"


def _apigateway(_: Action, call: Call) -> list[str]:
    """API Gateway is asked by the address of the request."""
    operation: Any = service_model(call.service).operation_model(call.operation)
    uri = operation.http["requestUri"].split("?")[0].removeprefix("/v2")
    members = operation.input_shape.members if operation.input_shape else {}
    labels = {shape.serialization.get("name", one): one for one, shape in members.items()}

    def value(match: re.Match[str]) -> str:
        text = str(call.params.get(str(labels.get(match[1], match[1])), "*"))
        return quote(text, safe="*") if uri.startswith("/tags/") else text

    return [f"arn:{call.partition}:apigateway:{call.region}::{LABEL.sub(value, uri)}"]


_RULES: dict[str, Rule] = {
    "elb": classic_balancers,
    "apigateway": _apigateway,
    "apigatewayv2": _apigateway,
    "cloudformation": _cloudformation,
    "dynamodb": _dynamodb,
    "ec2": ec2_ids.tagged,
    "events": _events,
    "iam": _iam,
    "kms": _kms,
    "lambda": _lambda,
    "logs": _logs,
    "s3": _s3,
    "scheduler": _scheduler,
    "secretsmanager": _secrets,
    "sns": _sns,
    "sqs": _sqs,
    "stepfunctions": state_machines,
}
