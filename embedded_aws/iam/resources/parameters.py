"""What a call's parameters hold for a variable of an ARN format: by the names of its members."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import yaml

from embedded_aws.iam.calls import Call
from embedded_aws.iam.service_reference import Action, ResourceType
from embedded_aws.protocol.service_models import Params, service_model

VARIABLE = re.compile(r"\$\{(\w+)\}")
_ENDING = re.compile(r"(?:name|identifier|id|arn)$")
_SAYS_NOTHING = frozenset({"resource", "name", "id", "type", "key", "value", "version", ""})
# What the operation is called after.
_OWN = ("id", "identifier", "arn", "name", "resourceid", "resourceidentifier", "resourcename")
_ANY = "*"  # what no parameter tells, whatever else there is
_LONG = 6  # letters of a name's end that are enough to tell what is meant
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
_BALANCERS = {"application": "app", "network": "net", "gateway": "gwy"}


def kinds_meant(action: Action, call: Call) -> tuple[ResourceType, ...]:
    """Of an action's types those that the call says, where it says one."""
    if call.key == "elbv2:CreateLoadBalancer":
        kind = f"loadbalancer/{_BALANCERS.get(str(call.params.get('Type')), 'app')}/"
        return tuple(one for one in action.resources if one.name == kind) or action.resources
    said = letters(str(call.params.get("ResourceType") or ""))
    same = tuple(one for one in action.resources if letters(one.name) == said)
    return same or _kinds_begun(action, call) or action.resources


def _kinds_begun(action: Action, call: Call) -> tuple[ResourceType, ...]:
    """What `Type` says, where the first words of its values begin the types' names: STATEFUL."""
    said = _first_word(call.params.get("Type"))
    shape = (
        service_model(call.service).operation_model(call.operation).input_shape if said else None
    )
    values = getattr(shape.members.get("Type"), "enum", None) if shape else None
    begun = [letters(one.name) for one in action.resources]
    if not values or not all(
        any(one.startswith(_first_word(value)) for one in begun) for value in values
    ):
        return ()
    return tuple(one for one in action.resources if letters(one.name).startswith(said))


def _first_word(value: object) -> str:
    return letters(str(value or "").partition("_")[0])


def values_of(
    variable: str, kind: ResourceType, call: Call, prefix: str, *, only: bool
) -> list[str]:
    """What the request holds for a variable: by the likeliest of its members' names."""
    members = _members(call.params)
    outermost = {letters(name) for name in call.params}
    known, default = _known_names(variable, kind, prefix)
    joined = _joined(variable, kind, prefix, members)
    if joined:
        return [joined]
    for names in _candidates(variable, kind, call, prefix, only=only):
        for name in names if isinstance(names, tuple) else sorted(members):
            if not (isinstance(names, tuple) or names.fullmatch(name)):
                continue
            if name in _OWN and name not in outermost and names != known:
                continue  # a filter's name, a tag's id
            texts = [text for text in members.get(name, ()) if text and _may_be(text, kind, prefix)]
            if texts:
                return [bare(text, prefix, variable) for text in texts]
        if default and names == known and (not known or default == [_ANY]):
            return default
    return default


def known_to_hold(variable: str, kind: ResourceType, call: Call, prefix: str) -> set[str]:
    """What stands in the members of which it is written down that they hold a variable."""
    members, (names, default) = _members(call.params), _known_names(variable, kind, prefix)
    held = {bare(text, prefix, variable) for name in names for text in members.get(name, ())}
    return held.union(default)


def _known_names(
    variable: str, kind: ResourceType, prefix: str
) -> tuple[tuple[str, ...], list[str]]:
    """The members of which it is known that they hold a variable, and what it is without them."""
    aliases = _parameter_names().get(prefix, {})
    names = aliases.get(f"{kind.name}.{variable}", aliases.get(variable, ()))
    default = [name[1:] for name in names if name.startswith("=")]
    plain = tuple(letters(name) for name in names if not name.startswith("=") and "/" not in name)
    return plain, default


def _joined(
    variable: str, kind: ResourceType, prefix: str, members: Mapping[str, list[str]]
) -> str:
    """What several members say together, `namespace/userName`; empty where one is not given."""
    aliases = _parameter_names().get(prefix, {})
    for name in aliases.get(f"{kind.name}.{variable}", ()):
        parts = name.split("/")
        texts = [
            one if one == "*" else next(iter(members.get(letters(one), ())), "") for one in parts
        ]
        if len(parts) > 1 and all(texts) and not name.startswith("="):
            return "/".join(texts)
    return ""


def _may_be(text: str, kind: ResourceType, prefix: str) -> bool:
    """Whether an id has not the form of another type's."""
    forms = _id_forms().get(prefix, {})
    meant = [name for name, form in forms.items() if re.fullmatch(form, text)]
    return not meant or kind.name in meant


@lru_cache(maxsize=1)
def _id_forms() -> Mapping[str, Mapping[str, str]]:
    """By prefix and type: what an id of it looks like."""
    path = Path(__file__).with_name("id_forms.yaml")
    table: dict[str, dict[str, str]] = yaml.safe_load(path.read_text())
    return table


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
                    here.setdefault(letters(name), []).append(str(one))
        found = here | found
        level = below
    return found


def _candidates(
    variable: str, kind: ResourceType, call: Call, prefix: str, *, only: bool
) -> Iterator[tuple[str, ...] | re.Pattern[str]]:
    """Names of members that may hold a variable, or their forms, the likeliest first."""
    yield _known_names(variable, kind, prefix)[0]
    base = letters(variable.removesuffix("WithPath").removesuffix("WithoutLeadingSlash"))
    stem = _ENDING.sub("", base) or base
    endings = ("name", "id", "identifier", "arn", "")
    own = [f"{stem}{ending}" for ending in endings if stem not in _SAYS_NOTHING or ending]
    yield (base, *own, *(f"{one}s" for one in own))
    noun = letters(kind.name).removesuffix("s")
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


def letters(text: str) -> str:
    """A name's letters and digits, in small."""
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
