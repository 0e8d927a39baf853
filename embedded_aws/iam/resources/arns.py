"""The ARNs that a call acts on: the reference's ARN formats, filled from the call's parameters."""

import re
from collections.abc import Iterable

from embedded_aws.iam.calls import Call
from embedded_aws.iam.service_reference import Action, ResourceType
from embedded_aws.protocol.service_models import Params

VARIABLE = re.compile(r"\$\{(\w+)\}")
# Documents and public parameters of AWS belong to no account.
_OWNED_BY_AWS = re.compile(
    r"^(arn:[^:]+:ssm:[^:]*:)\d{12}"
    r"(:(?:parameter/aws/service/|(?:document|automation-definition)/(?:aws|amazon|amzn)))",
    re.IGNORECASE,
)
_PLACES = {"Partition", "Region", "Account"}

# (IAM prefix, variable) -> the parameters that hold it where names differ. The order matters.
_ALIASES: dict[tuple[str, str], tuple[str, ...]] = {
    ("appsync", "GraphQLAPIId"): ("apiId", "ApiId"),
    ("appsync", "ApiId"): ("apiId",),
    ("athena", "WorkGroupName"): ("WorkGroup", "Name"),
    ("autoscaling", "GroupFriendlyName"): ("AutoScalingGroupName",),
    ("cloudtrail", "TrailName"): ("Name", "TrailName"),
    ("cloudwatch", "AlarmName"): ("AlarmName", "AlarmNames"),
    ("cloudwatch", "DashboardName"): ("DashboardName", "DashboardNames"),
    ("codebuild", "ProjectName"): ("projectName", "name", "names", "projectNames", "ids", "id"),
    ("ec2", "SecurityGroupId"): ("GroupId", "GroupIds", "SecurityGroupId", "SecurityGroupIds"),
    ("ecr", "RepositoryName"): ("repositoryName", "repositoryNames"),
    ("ecs", "ClusterName"): ("cluster", "clusterName", "clusters"),
    ("ecs", "ServiceName"): ("service", "serviceName", "services"),
    ("ecs", "TaskDefinitionFamilyName"): ("family", "taskDefinition"),
    ("events", "EventBusName"): ("EventBusName", "Name"),
    ("glue", "DatabaseName"): ("DatabaseName", "Name"),
    ("iot", "RuleName"): ("ruleName",),
    ("iot", "TopicName"): ("topic",),
    ("kinesis", "StreamName"): ("StreamName", "StreamARN"),
    ("pipes", "Name"): ("Name",),
    ("scheduler", "GroupName"): ("GroupName", "Name"),
    ("scheduler", "ScheduleName"): ("Name",),
    ("ses", "ConfigurationSetName"): ("ConfigurationSetName",),
    ("ses", "IdentityName"): ("EmailIdentity", "Identity", "Source", "FromEmailAddress"),
    ("ssm", "ParameterNameWithoutLeadingSlash"): ("Name", "Names", "Path", "ResourceId"),
    ("states", "StateMachineName"): ("name", "stateMachineName"),
}


def arns(action: Action, call: Call) -> list[str]:
    """The resources of a call for one of its actions; `*` where the action takes none."""
    if not action.resources:
        return ["*"]
    given = _given_arns(action, call)
    if given:
        return given
    filled = [(kind, _filled(kind, call)) for kind in action.resources]
    complete = {
        arn: kind.required for kind, found in filled for arn in found if not _has_gap(kind, arn)
    }
    if call.service == "ec2":
        return _all_of_ec2(action, call, complete)
    # An optional resource counts only where no required one is known.
    required = [arn for arn, needed in complete.items() if needed]
    if required or complete:
        return required or list(complete)
    # A create names no resource yet: AWS asks about any of that type, `vpc/*`.
    kind = next((kind for kind in action.resources if kind.required), None)
    return [_with_gaps(kind.arn, call)] if kind else ["*"]


def any_of(action: Action, call: Call) -> str:
    """Any resource of the action's first type, `userpool/*`."""
    return _with_gaps(action.resources[0].arn, call) if action.resources else "*"


def _all_of_ec2(action: Action, call: Call, complete: dict[str, bool]) -> list[str]:
    """EC2 asks about everything that takes part: what is made (`vpc/*`) and what is named."""
    known = {arn.split(":", 5)[5].split("/", 1)[0] for arn in complete}
    missing = [
        _with_gaps(kind.arn, call)
        for kind in action.resources
        if kind.required and kind.arn.split(":", 5)[5].split("/", 1)[0] not in known
    ]
    return [*missing, *complete] or ["*"]


def _given_arns(action: Action, call: Call) -> list[str]:
    """ARNs in the call's own parameters that have the form of the action's resources."""
    texts = list(_texts(call.params.values()))
    patterns = [_pattern(kind) for kind in action.resources]
    return [
        text for text in texts if text.startswith("arn:") and any(p.match(text) for p in patterns)
    ]


def _texts(values: Iterable[object]) -> Iterable[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from (inner for inner in value if isinstance(inner, str))


def _pattern(kind: ResourceType) -> re.Pattern[str]:
    parts = VARIABLE.split(kind.arn)
    text = "".join(
        re.escape(part) if index % 2 == 0 else ("[^:]*" if part in _PLACES else ".+")
        for index, part in enumerate(parts)
    )
    return re.compile(f"{text}$")


def _place(template: str, call: Call) -> str:
    return (
        template.replace("${Partition}", call.partition)
        .replace("${Region}", call.region)
        .replace("${Account}", call.account)
    )


def _with_gaps(template: str, call: Call) -> str:
    return VARIABLE.sub("*", _place(template, call))


def _has_gap(kind: ResourceType, arn: str) -> bool:
    return "*" in arn and "*" not in kind.arn


def _filled(kind: ResourceType, call: Call) -> list[str]:
    """The resource's ARN for each value of its last variable; a gap is a `*`."""
    template = _place(kind.arn, call)
    variables = list(VARIABLE.findall(template))
    if not variables:
        return [template]
    prefix = template.split(":")[2]
    for name in variables[:-1]:
        values = _values(name, kind, call, prefix)
        template = template.replace(f"${{{name}}}", values[0] if values else "*")
    values = _values(variables[-1], kind, call, prefix) or ["*"]
    arns = [template.replace(f"${{{variables[-1]}}}", value) for value in values]
    return [_OWNED_BY_AWS.sub(r"\1\2", arn) for arn in arns]


def _values(variable: str, kind: ResourceType, call: Call, prefix: str) -> list[str]:
    by_name = {name.lower(): value for name, value in call.params.items()}
    for name in _candidates(variable, kind, call, prefix):
        value = by_name.get(name.lower())
        texts = [text for text in _texts([value]) if text]
        if texts:
            return [bare(text, prefix, variable) for text in texts]
    return []


def _candidates(variable: str, kind: ResourceType, call: Call, prefix: str) -> Iterable[str]:
    yield from _ALIASES.get((prefix, variable), ())
    base = variable.removesuffix("WithPath").removesuffix("WithoutLeadingSlash")
    stem = base.removesuffix("Name").removesuffix("Id").removesuffix("Identifier")
    yield base
    yield from (stem + ending for ending in ("Name", "Id", "Identifier", "Arn", "", "Names", "Ids"))
    yield from (f"{stem}s", f"{stem}Identifiers")
    noun = re.sub(r"[^a-z]", "", kind.name.lower())
    last = VARIABLE.findall(kind.arn)[-1:] == [variable]  # those before it name what holds it
    if last and noun and noun in call.operation.lower():
        endings = ("Id", "Identifier", "Name", "Arn")
        yield from (f"{noun}{ending}" for ending in endings)
        yield from endings if variable.endswith("Id") else ("Name", "Id", "Identifier", "Arn")


def bare(value: str, prefix: str, variable: str) -> str:
    """The name in a value that may be an ARN, a URL or a build's id."""
    if value.startswith("arn:"):
        return re.split(r"[:/]", value)[-1]
    if prefix == "codebuild" and ":" in value:
        return value.split(":", 1)[0]  # a build's id is `project:uuid`
    if variable.endswith("WithoutLeadingSlash"):
        return value.removeprefix("/")
    if prefix == "wafv2" and variable == "Scope":
        return "global" if value == "CLOUDFRONT" else value.lower()
    if variable == "TaskDefinitionFamilyName":
        return value.split(":", 1)[0]
    return value


def place_of(params: Params, name: str) -> str:
    """A parameter as text, empty when it is not given."""
    value = params.get(name)
    return value if isinstance(value, str) else ""
