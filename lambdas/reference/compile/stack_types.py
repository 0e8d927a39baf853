"""CloudFormation's types as their templates show them: names, replacement, what a property causes.

The registry's schemas say which property names a resource, which ones no update can change, and
what the handlers may call whatever the template sets. Here each of those calls is joined to the
properties that bring it about, by the words of both, or by `curated/handler_properties.yaml`.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from lambdas.reference.compile.services import Texts
from lambdas.reference.compile.sources import Sources, read_curated

_POINTER = "/properties/"
_WORD = re.compile(r"[A-Z]+s?(?=[A-Z][a-z]|$|\d)|[A-Z][a-z0-9]*|\d+|[a-z0-9]+")
# Verbs of what a type's handlers do to the thing itself; any other verb is a word like its nouns.
USUAL = frozenset(
    {"add", "allocate", "create", "delete", "deregister", "describe", "get", "import", "list"}
    | {"modify", "publish", "put", "register", "release", "remove", "request", "run", "set"}
    | {"terminate", "update"}
)
_VERB = re.compile(r"[A-Z][a-z]+")
_ALIKE = 5  # letters that `concurrency` and `concurrent`, `subscribe` and `subscription` share


def compile_stack_types(
    sources: Sources, registry: Mapping[str, Any], operations: Mapping[str, Any]
) -> dict[str, Any]:
    """One file: by type its name's property, its kind of id, what replaces it, what causes what.

    Args:
        sources: where the schemas are.
        registry: what `compile_types` wrote of the handlers, by places in a table of actions.
        operations: what it wrote of operations: the types that each makes, by prefix.
    """
    curated = read_curated("handler_properties")
    making = {
        (f"{prefix}:{name}", kind)
        for prefix, names in operations.items()
        for name, kinds in names.items()
        for kind in kinds
    }
    texts = Texts()
    types = {
        kind: _type(schema, _handled(registry, kind), making, texts, curated)
        for kind, schema in sorted(sources.schemas.items())
    }
    return {"properties": texts.table, "types": types}


def _handled(registry: Mapping[str, Any], kind: str) -> dict[int, str]:
    """The actions of a type's handlers by their places in the table."""
    places = {one for some in registry["handlers"].get(kind, {}).values() for one in some}
    return {place: registry["actions"][place] for place in sorted(places)}


def _type(
    schema: Mapping[str, Any],
    handled: Mapping[int, str],
    making: set[tuple[str, str]],
    texts: Texts,
    curated: Mapping[str, Any],
) -> list[Any]:
    kind = schema["typeName"]
    properties = schema.get("properties", {})
    made = set(map(_path, schema.get("readOnlyProperties", ())))
    primary = [_path(one) for one in schema.get("primaryIdentifier", ())]
    causes = curated["properties"].get(kind, {})
    settable = [one for one in properties if one not in made]
    own: list[int] = []
    caused: dict[int, list[int]] = {}
    for place, action in handled.items():
        beyond = _beyond(action, kind)
        found = causes.get(action) or () if (action, kind) in making else causes.get(action)
        found = _causes(beyond, settable, curated["filler"]) if found is None else found
        if found:
            caused[place] = texts.index(found)
        elif (action, kind) in making or _is_own(action, kind, beyond - set(curated["filler"])):
            own.append(place)
    return [
        _name(kind, properties, made, primary),
        _reference(primary, made),
        texts.index(
            {_path(one).split(".")[0] for one in schema.get("createOnlyProperties", ())} - made
        ),
        own,
        caused,
        _tags(schema, settable),
    ]


def _name(kind: str, properties: Mapping[str, Any], made: set[str], primary: Sequence[str]) -> str:
    """The property that holds a resource's name; empty where none does."""
    noun = kind.rsplit("::", 1)[-1]
    given = [one for one in primary if one in properties and one not in made]
    likely = [f"{noun}Name", "Name", f"{noun}Identifier"]
    named = [one for one in likely if one in properties and one not in made]
    own = [one for one in given if one.endswith(("Name", "Identifier")) or one in named]
    return next(iter([*named, *own, *(given if len(primary) == 1 else ())]), "")


def _reference(primary: Sequence[str], made: set[str]) -> str:
    """What `Ref` gives: `name`, `arn` or an `id` that the service makes up."""
    given = [one for one in primary if one in made]
    if not given:
        return "name"
    return "arn" if given[0].rsplit(".", 1)[-1].lower().endswith("arn") else "id"


def _tags(schema: Mapping[str, Any], settable: Sequence[str]) -> str:
    """The property that holds a resource's tags, which a stack's own tags join; empty if none."""
    tagging = schema.get("tagging")
    tag_rules = tagging if isinstance(tagging, dict) else {}
    if tag_rules.get("taggable", schema.get("taggable", True)) is False:
        return ""
    named = _path(tag_rules.get("tagProperty", "/properties/Tags"))
    return named if named in settable else ""


def _is_own(action: str, kind: str, beyond: frozenset[str]) -> bool:
    """Whether an action's name says only the type: `CreateGraphqlApi` makes a GraphQLApi."""
    name = action.partition(":")[2]
    verb = _VERB.match(name)
    usual = verb is not None and verb.group().lower() in USUAL
    bare = _VERB.sub("", name, count=1).lower().removesuffix("s")
    return not beyond or (usual and bare == kind.rsplit("::", 1)[-1].lower())


def _causes(
    beyond: frozenset[str], settable: Sequence[str], filler: Sequence[str]
) -> Sequence[str]:
    """The properties without which a handler has no reason to call an action; none if unknown."""
    for asked in (beyond, beyond - set(filler)):
        fitting = {
            name: len(words(name) - asked)
            for name in settable
            if asked and all(_said(one, name) for one in asked)
        }
        if fitting:
            least = min(fitting.values())
            return sorted(name for name, rest in fitting.items() if rest == least)
    return ()


def _beyond(action: str, kind: str) -> frozenset[str]:
    """What an action's name says beside its verb and the type."""
    name = action.partition(":")[2]
    found = [one.lower() for one in _WORD.findall(name)]
    said = {_singular(one) for one in found[1:]}
    if found and found[0] not in USUAL and not said - words(kind.rsplit("::", 1)[-1]):
        said.add(found[0])
    return frozenset(said - words(kind.rsplit("::", 1)[-1]))


def _said(word: str, name: str) -> bool:
    return any(_alike(word, other) for other in words(name))


def _alike(one: str, other: str) -> bool:
    shared = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    return one == other or (shared >= _ALIKE and 2 * shared >= max(len(one), len(other)))


@lru_cache(maxsize=65_536)
def words(name: str) -> frozenset[str]:
    """The words of a name, small and in the singular."""
    return frozenset(_singular(one.lower()) for one in _WORD.findall(name))


def _singular(word: str) -> str:
    return f"{word[:-3]}y" if word.endswith("ies") else word.rstrip("s")


def _path(pointer: Any) -> str:  # noqa: ANN401 (a schema's own text)
    return str(pointer).removeprefix(_POINTER).replace("/", ".")
