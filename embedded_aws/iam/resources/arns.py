"""The ARNs that a call acts on: the reference's ARN formats, filled from the call's parameters."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import yaml

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
_ENDING = re.compile(r"(?:name|identifier|id|arn)$")
_SAYS_NOTHING = frozenset({"resource", "name", "id", "type", "key", "value", "version", ""})
# What the operation is called after.
_OWN = ("id", "identifier", "arn", "name", "resourceid", "resourceidentifier", "resourcename")
_LONG = 6  # letters of a name's end that are enough to tell what is meant
_PLACES = {"Partition", "Region", "Account"}


def arns(action: Action, call: Call) -> list[str]:
    """The resources of a call for one of its actions; `*` where the action takes none."""
    if not action.resources:
        return ["*"]
    given = _given_arns(action, call)
    if given:
        return given
    only = len(action.resources) == 1
    filled = [(kind, _filled(kind, call, only=only)) for kind in action.resources]
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
    return [max(partly, key=lambda arn: (_told(arn), -len(arn), arn))] if partly else ["*"]


def _told(arn: str) -> int:
    """How much of an ARN is no gap."""
    return len([part for part in re.split(r"[:/]", arn.split(":", 5)[-1]) if "*" not in part])


def any_of(action: Action, call: Call) -> str:
    """Any resource of the type that the operation is called after, `userpool/*`; else the first."""
    operation = call.operation.lower()
    named = [kind for kind in action.resources if _letters(kind.name) in operation]
    chosen = max(named, key=lambda kind: len(kind.name), default=None) or next(
        iter(action.resources), None
    )
    return _with_gaps(chosen.arn, call) if chosen else "*"


def partly(kind: ResourceType, call: Call) -> str:
    """A resource of a type, with `*` for what the call does not tell: `nodegroup/prod/*/*`."""
    return _filled(kind, call, only=False)[0]


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


def _filled(kind: ResourceType, call: Call, *, only: bool) -> list[str]:
    """The resource's ARN for each value of its last variable; a gap is a `*`."""
    template = _place(kind.arn, call)
    variables = list(VARIABLE.findall(template))
    if not variables:
        return [template]
    prefix = template.split(":")[2]
    for name in variables[:-1]:
        values = _values(name, kind, call, prefix, only=only)
        template = template.replace(f"${{{name}}}", values[0] if values else "*")
    values = _values(variables[-1], kind, call, prefix, only=only) or ["*"]
    arns = [template.replace(f"${{{variables[-1]}}}", value) for value in values]
    return [_OWNED_BY_AWS.sub(r"\1\2", arn) for arn in arns]


def _values(variable: str, kind: ResourceType, call: Call, prefix: str, *, only: bool) -> list[str]:
    """What the request holds for a variable: by the likeliest of its members' names."""
    members = _members(call.params)
    outermost = {_letters(name) for name in call.params}
    for names in _candidates(variable, kind, call, prefix, only=only):
        for name in names if isinstance(names, tuple) else sorted(members):
            if not (isinstance(names, tuple) or names.fullmatch(name)):
                continue
            if name in _OWN and name not in outermost:
                continue  # a filter's name, a tag's id
            texts = [text for text in members.get(name, ()) if text]
            if texts:
                return [bare(text, prefix, variable) for text in texts]
    return []


@lru_cache(maxsize=1)
def _parameter_names() -> Mapping[str, Mapping[str, list[str]]]:
    """By prefix and variable, or `type.Variable`: the parameters that hold it."""
    path = Path(__file__).with_name("parameter_names.yaml")
    table: dict[str, dict[str, list[str]]] = yaml.safe_load(path.read_text())
    return table


def _members(params: Params) -> dict[str, list[str]]:
    """Texts and numbers by their members' names in small letters, the outermost first."""
    found: dict[str, list[str]] = {}
    level: list[tuple[str, object]] = list(params.items())
    while level:
        below: list[tuple[str, object]] = []
        here: dict[str, list[str]] = {}
        for name, value in level:
            if isinstance(value, Mapping):
                below += value.items()
                continue
            for one in value if isinstance(value, (list, tuple)) else (value,):
                if isinstance(one, Mapping):
                    below += one.items()
                elif isinstance(one, str | int) and not isinstance(one, bool):
                    here.setdefault(_letters(name), []).append(str(one))
        found = here | found
        level = below
    return found


def _candidates(
    variable: str, kind: ResourceType, call: Call, prefix: str, *, only: bool
) -> Iterator[tuple[str, ...] | re.Pattern[str]]:
    """Names of members that may hold a variable, or their forms, the likeliest first."""
    aliases = _parameter_names().get(prefix, {})
    yield tuple(map(_letters, aliases.get(f"{kind.name}.{variable}", aliases.get(variable, ()))))
    base = _letters(variable.removesuffix("WithPath").removesuffix("WithoutLeadingSlash"))
    stem = _ENDING.sub("", base) or base
    endings = ("name", "id", "identifier", "arn", "")
    own = [f"{stem}{ending}" for ending in endings if stem not in _SAYS_NOTHING or ending]
    yield (base, *own, *(f"{one}s" for one in own))
    noun = _letters(kind.name).removesuffix("s")
    last = VARIABLE.findall(kind.arn)[-1:] == [variable]  # those before it name what holds it
    if last and noun:
        yield tuple(f"{noun}{ending}" for ending in endings if ending)
    if last and noun and (only or noun in call.operation.lower()):
        yield (noun, *(f"{own}{plural}" for plural in ("", "s") for own in _OWN))
    if stem not in _SAYS_NOTHING:
        yield re.compile(f".+{re.escape(stem)}(?:name|id|identifier|arn)s?")
    for long in (base, noun) if last else (base,):
        ends = [long[at:] for at in range(1, len(long) - _LONG + 1)]
        yield tuple(f"{one}{ending}" for one in ends for ending in ("", *endings[:4]))


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


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
