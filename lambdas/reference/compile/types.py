"""CloudFormation's types: what their handlers call, and which operation makes which type."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from lambdas.reference.compile.events import home_of
from lambdas.reference.compile.services import Texts
from lambdas.reference.compile.sources import Sources, read_curated

VERBS = ("create", "read", "update", "delete", "list")
_OPERATION = re.compile(
    r"(?:Create|Put|Add|Register|Run|Allocate|Request|Update|Modify|Set|Change|Delete|Remove|Release"
    r"|Deregister|Terminate|Enable|Disable|Import|Publish)(.+)"
)
_JOINING = re.compile(r"(?:Dis)?[Aa]ssociate(.+)|(?:Attach|Detach)(.+)")
# Types whose operations bear another noun than theirs, from the registry's handlers.
NOUNS = {
    "AWS::ApiGateway::Method": ("Method", "Integration", "MethodResponse", "IntegrationResponse"),
    "AWS::CloudWatch::Alarm": ("MetricAlarm", "Alarms"),
    "AWS::EC2::EIP": ("Address",),
    "AWS::EC2::Instance": ("Instances",),
    "AWS::EC2::VPCGatewayAttachment": ("InternetGatewayAttachment", "VpnGatewayAttachment"),
    "AWS::Events::Rule": ("Rule", "Targets"),
    "AWS::IAM::ManagedPolicy": ("Policy",),
    "AWS::IAM::Policy": ("RolePolicy", "UserPolicy", "GroupPolicy"),
    "AWS::Lambda::EventInvokeConfig": ("FunctionEventInvokeConfig",),
    "AWS::Lambda::Function": ("Function", "FunctionCode", "FunctionConfiguration"),
    "AWS::Lambda::Url": ("FunctionUrlConfig",),
    "AWS::Route53::RecordSet": ("ResourceRecordSets",),
    "AWS::Route53::RecordSetGroup": ("ResourceRecordSets",),
    "AWS::SNS::Subscription": ("Subscribe", "Unsubscribe"),
}


def compile_types(
    sources: Sources, known: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Handlers as places in a table of actions, operations by prefix, and CloudFormation's tags."""
    texts = Texts()
    spelled = {
        f"{prefix}:{name}".lower(): f"{prefix}:{name}"
        for prefix, content in known.items()
        for name in content["actions"]
    }
    handlers: dict[str, Any] = {}
    prefixes: dict[str, str] = {}
    for name, schema in sorted(sources.schemas.items()):
        declared = {
            verb: _existing(
                schema.get("handlers", {}).get(verb, {}).get("permissions", ()), spelled
            )
            for verb in VERBS
        }
        tagging = schema.get("tagging")
        if isinstance(tagging, dict):
            declared["tagging"] = _existing(tagging.get("permissions", ()), spelled)
        if any(declared.values()):
            prefixes[name] = _main_prefix(name, declared)
            handlers[name] = {
                verb: texts.index(actions) for verb, actions in declared.items() if actions
            }
    return {
        "cloudformation": {"actions": texts.table, "handlers": handlers},
        "types": _operations(sources, prefixes, known),
        "system_tags": {
            **read_curated("system_tags"),
            "sent": [name for name, one in sorted(sources.schemas.items()) if _gets_tags(one)],
        },
        "containment": {
            "rows": read_curated("containment"),
            "tagged": [
                name for name, one in sorted(sources.schemas.items()) if _tagged_on_create(one)
            ],
        },
    }


def _gets_tags(schema: Mapping[str, Any]) -> bool:
    """Whether CloudFormation gives a type its own tags; both words of the schema default to yes.

    https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
    """
    tagging = schema.get("tagging")
    return (
        isinstance(tagging, dict)
        and bool(tagging.get("taggable", True))
        and bool(tagging.get("cloudFormationSystemTags", True))
    )


def _tagged_on_create(schema: Mapping[str, Any]) -> bool:
    """Whether CloudFormation's own tags are there from the call on that makes the thing."""
    return _gets_tags(schema) and bool(schema["tagging"].get("tagOnCreate", True))


def _existing(permissions: Iterable[str], spelled: Mapping[str, str]) -> list[str]:
    """Only what IAM knows: the schemas also hold log names and misspellings."""
    return [spelled[one.lower()] for one in permissions if one.lower() in spelled]


def _main_prefix(name: str, declared: Mapping[str, list[str]]) -> str:
    """The service whose actions the handlers name most; the type's own name breaks ties."""
    count = Counter(one.partition(":")[0] for actions in declared.values() for one in actions)
    own = name.split("::")[1].lower()
    return max(sorted(count), key=lambda prefix: (prefix.replace("-", "") == own, count[prefix]))


def _operations(
    sources: Sources, prefixes: Mapping[str, str], known: Mapping[str, Any]
) -> dict[str, dict[str, list[str]]]:
    """Operations whose noun is a type's name: CreateRestApi makes AWS::ApiGateway::RestApi."""
    names: dict[str, set[str]] = {}
    named = read_curated("sources")["services"]
    for service, model in sources.models.items():
        prefix = home_of(service, model, known, named)
        names.setdefault(prefix, set()).update(model["operations"])
    found: dict[str, dict[str, list[str]]] = {}
    for name, prefix in sorted(prefixes.items()):
        nouns = NOUNS.get(name, (name.rsplit("::", 1)[-1],))
        for operation in names.get(prefix, ()):
            if _noun(operation) in nouns:
                found.setdefault(prefix, {}).setdefault(operation, []).append(name)
    return {prefix: dict(sorted(one.items())) for prefix, one in sorted(found.items())}


def _noun(operation: str) -> str:
    """What an operation is about; joining two things is about their association."""
    joining = _JOINING.fullmatch(operation)
    if joining:
        return f"{joining[1]}Association" if joining[1] else f"{joining[2]}Attachment"
    match = _OPERATION.fullmatch(operation)
    return match[1] if match else operation


def tag_properties(sources: Sources) -> dict[str, list[Any]]:
    """Of each type that takes tags, their property, its shape, and CloudFormation's own on create.

    The shape is `list` or `map`.
    """
    found: dict[str, list[Any]] = {}
    for name, schema in sorted(sources.schemas.items()):
        tagging = schema.get("tagging")
        if not isinstance(tagging, dict) or not tagging.get("taggable", True):
            continue
        holder = str(tagging.get("tagProperty") or "/properties/Tags").rpartition("/")[2]
        declared = schema.get("properties", {}).get(holder)
        if isinstance(declared, dict):
            shape = "list" if _is_list(declared, schema) else "map"
            found[name] = [holder, shape, _tagged_on_create(schema)]
    return found


def _is_list(declared: Mapping[str, Any], schema: Mapping[str, Any]) -> bool:
    named = str(declared.get("$ref", "")).rpartition("/")[2]
    shape = schema.get("definitions", {}).get(named, declared) if named else declared
    kinds = shape.get("type")
    return "array" in kinds if isinstance(kinds, list) else kinds == "array" or "items" in shape
