"""The ARNs that a call acts on: the reference's ARN formats, filled from the call's parameters."""

import re
from collections.abc import Iterable, Mapping

from embedded_aws.iam.calls import Call
from embedded_aws.iam.resources.parameters import (
    VARIABLE,
    kinds_meant,
    known_to_hold,
    letters,
    values_of,
)
from embedded_aws.iam.service_reference import Action, ResourceType
from embedded_aws.protocol.service_models import Params

# Documents and public parameters of AWS belong to no account.
_OWNED_BY_AWS = re.compile(
    r"^(arn:[^:]+:ssm:[^:]*:)\d{12}"
    r"(:(?:parameter/aws/service/|(?:document|automation-definition)/(?:aws|amazon|amzn)))",
    re.IGNORECASE,
)
_PLACES = {"Partition", "Region", "Account"}


def arns(action: Action, call: Call) -> list[str]:
    """The resources of a call for one of its actions; `*` where the action takes none."""
    if not action.resources:
        return ["*"]
    given = _given_arns(action, call)
    if given:
        return given
    kinds = kinds_meant(action, call)
    filled = [(kind, _filled(kind, call, only=len(kinds) == 1)) for kind in kinds]
    complete = {
        arn: kind.required for kind, found in filled for arn in found if not _has_gap(kind, arn)
    }
    if call.service == "ec2":
        return _all_of_ec2(action, call, complete)
    # An optional resource counts only where no required one is known.
    required = [arn for arn, needed in complete.items() if needed]
    if required or complete:
        return required or list(complete)
    # A create names no resource yet: AWS asks about any of that type, `vpc/*`, or below what holds
    # it, `nodegroup/mine/*`.
    partly = [arn for kind, found in filled if kind.required for arn in found]
    # Of optional types only what the call tells something of.
    some = partly or [arn for _, found in filled for arn in found if _known_length(arn) > 1]
    return [max(some, key=lambda arn: (_known_length(arn), -len(arn), arn))] if some else ["*"]


def _known_length(arn: str) -> int:
    """How much of an ARN is no gap."""
    return len([part for part in re.split(r"[:/]", arn.split(":", 5)[-1]) if "*" not in part])


def any_of(action: Action, call: Call) -> str:
    """Any resource of the type that the operation is called after, `userpool/*`; else the first."""
    operation = call.operation.lower()
    named = [kind for kind in action.resources if letters(kind.name) in operation]
    chosen = max(named, key=lambda kind: len(kind.name), default=None) or next(
        iter(action.resources), None
    )
    return _with_gaps(chosen.arn, call) if chosen else "*"


def partly(kind: ResourceType, call: Call) -> str:
    """A resource of a type, with `*` for what the call does not tell: `nodegroup/prod/*/*`."""
    return _filled(kind, call, only=False)[0]


def with_gaps(kind: ResourceType, call: Call) -> str:
    """Any resource of a type."""
    return _with_gaps(kind.arn, call)


def with_id(kind: ResourceType, identifier: str, call: Call) -> str:
    """The resource of a type that has an id."""
    return VARIABLE.sub(lambda _: identifier, _place(kind.arn, call))


def is_of(kind: ResourceType, arn: str) -> bool:
    """Whether an ARN has the form of a type."""
    return _pattern(kind).match(arn) is not None


def _all_of_ec2(action: Action, call: Call, complete: dict[str, bool]) -> list[str]:
    """EC2 asks about everything that takes part: what is made (`vpc/*`) and what is named."""
    known = {arn.split(":", 5)[5].split("/", 1)[0] for arn in complete}
    missing = [
        _with_gaps(kind.arn, call)
        for kind in action.resources
        if kind.required and kind.arn.split(":", 5)[5].split("/", 1)[0] not in known
    ]
    # Where nothing must take part and nothing is named, it is one of what may.
    return [*missing, *complete] or [_with_gaps(kind.arn, call) for kind in action.resources]


def _given_arns(action: Action, call: Call) -> list[str]:
    """ARNs in the call's own parameters that have the form of the action's resources.

    Some APIs take all of them in one member: `PutLoggingConfiguration(LoggingConfiguration={…})`.
    """
    patterns = [_pattern(kind) for kind in action.resources]
    whole = [
        one.values()
        for name, one in call.params.items()
        if isinstance(one, Mapping) and letters(name) in call.operation.lower()
    ]
    for values in (call.params.values(), *whole):
        found = [
            text
            for text in _texts(values)
            if text.startswith("arn:") and any(one.match(text) for one in patterns)
        ]
        if found:
            return found
    return []


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


def _filled(kind: ResourceType, call: Call, *, only: bool) -> list[str]:
    """The resource's ARN for each value of its last variable; a gap is a `*`.

    What fills one variable fills no other, unless it is known to: a name is not its thing's id.
    """
    template = _place(kind.arn, call)
    variables = list(VARIABLE.findall(template))
    if not variables:
        return [template]
    prefix = template.split(":")[2]
    used: set[object] = set()
    own = {letters(name): one for name, one in call.params.items() if isinstance(one, str)}
    for name in variables[:-1]:
        others = {own.get(letters(one)) for one in variables if one != name}
        value = next(iter(_left(name, kind, call, prefix, others | used, only=only)), "*")
        template = template.replace(f"${{{name}}}", value)
        used.add(value)
    values = _left(variables[-1], kind, call, prefix, used, only=only) or ["*"]
    arns = [template.replace(f"${{{variables[-1]}}}", value) for value in values]
    return [_OWNED_BY_AWS.sub(r"\1\2", arn) for arn in arns]


def _left(  # what fills a variable depends on all of it
    variable: str, kind: ResourceType, call: Call, prefix: str, used: set[object], *, only: bool
) -> list[str]:
    held = known_to_hold(variable, kind, call, prefix)
    # Two parameters may hold the same text: a deployment group called like its application.
    named = [one for name, one in call.params.items() if letters(name) == letters(variable)]
    values = values_of(variable, kind, call, prefix, only=only)
    return [value for value in values if value in held or value in named or value not in used]


def place_of(params: Params, name: str) -> str:
    """A parameter as text, empty when it is not given."""
    value = params.get(name)
    return value if isinstance(value, str) else ""
