"""What Step Functions refuses when a state machine is created: a definition that cannot run.

https://states-language.net/spec.html; messages follow CreateStateMachine's InvalidDefinition.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

TERMINAL = frozenset({"Succeed", "Fail"})
TYPES = frozenset({"Task", "Pass", "Choice", "Wait", "Parallel", "Map"}) | TERMINAL
JSONPATH_FIELDS = frozenset(
    {
        "InputPath", "OutputPath", "Parameters", "ResultPath", "ResultSelector", "ItemsPath",
        "MaxConcurrencyPath", "TimeoutSecondsPath", "HeartbeatSecondsPath", "SecondsPath",
        "TimestampPath", "ErrorPath", "CausePath", "Variable",
    }
)  # fmt: skip
JSONATA_FIELDS = frozenset({"Arguments", "Output", "Items"})
ITEM_SOURCES = ("ItemProcessor", "Iterator")


def problems_of(definition: str) -> list[str]:
    """Everything that is wrong with a definition, each with its place in it."""
    try:
        machine = json.loads(definition)
    except ValueError as error:
        return [f"INVALID_JSON_DESCRIPTION: {error}"]
    if not isinstance(machine, dict):
        return ["INVALID_JSON_DESCRIPTION: The definition must be a JSON object"]
    return list(_machine(machine, "", str(machine.get("QueryLanguage", "JSONPath"))))


def _machine(machine: Mapping[str, Any], at: str, language: str) -> Iterator[str]:
    states = machine.get("States")
    if not isinstance(states, dict) or not states:
        yield _schema("These fields are required: [States]", at)
        return
    start = machine.get("StartAt")
    if start is None:
        yield _schema("These fields are required: [StartAt]", at)
    elif start not in states:
        yield _missing("StartAt", start, f"{at}/StartAt")
    for name, state in states.items():
        yield from _state(name, state, states, f"{at}/States/{name}", language)
    for name in _unreachable(start, states):
        yield f'MISSING_TRANSITION_TARGET: State "{name}" is not reachable. at {at}/States/{name}'
    if not any(_ends(state) for state in states.values() if isinstance(state, dict)):
        yield _schema("No terminal state: no state ends the machine", f"{at}/States")


def _state(name: str, state: Any, states: Mapping[str, Any], at: str, outer: str) -> Iterator[str]:
    if not isinstance(state, dict):
        yield _schema("A state must be an object", at)
        return
    kind = state.get("Type")
    if kind not in TYPES:
        yield _schema(f"Value is not one of: [{', '.join(sorted(TYPES))}]", f"{at}/Type")
        return
    if len(name) > 80:  # noqa: PLR2004 (characters of a state's name; Step Functions quotas)
        yield _schema("The name of a state is at most 80 characters", at)
    language = str(state.get("QueryLanguage", outer))
    foreign = (JSONPATH_FIELDS if language == "JSONata" else JSONATA_FIELDS) & state.keys()
    for field in sorted(foreign):
        yield _schema(f'The field "{field}" is not supported when QueryLanguage is {language}', at)
    yield from _transitions(kind, state, states, at)
    yield from _inner(kind, state, at, language)


def _transitions(
    kind: str, state: Mapping[str, Any], states: Mapping[str, Any], at: str
) -> Iterator[str]:
    if kind == "Choice" and not state.get("Choices"):
        yield _schema("These fields are required: [Choices]", at)
    if kind in TERMINAL | {"Choice"}:
        yield from (
            _schema(f'Field "{field}" is not supported', at)
            for field in ("Next", "End")
            if field in state
        )
    elif ("Next" in state) == bool(state.get("End")):
        yield _schema('Exactly one of the fields "Next" and "End" is required', at)
    for target, place in _targets(state):
        if target not in states:
            yield _missing(place.rsplit("/", 1)[-1], target, f"{at}{place}")


def _targets(state: Mapping[str, Any]) -> Iterator[tuple[Any, str]]:
    """Where a state may go, each with the place that says so."""
    for field in ("Next", "Default"):
        if field in state:
            yield state[field], f"/{field}"
    for field in ("Choices", "Catch"):
        for index, rule in enumerate(state.get(field) or []):
            yield rule.get("Next"), f"/{field}[{index}]/Next"


def _inner(kind: str, state: Mapping[str, Any], at: str, language: str) -> Iterator[str]:
    if kind == "Task" and not isinstance(state.get("Resource"), str):
        yield _schema("These fields are required: [Resource]", at)
    if kind == "Parallel":
        if not state.get("Branches"):
            yield _schema("These fields are required: [Branches]", at)
        for index, branch in enumerate(state.get("Branches") or []):
            yield from _machine(branch, f"{at}/Branches[{index}]", language)
    if kind == "Map":
        source = next((field for field in ITEM_SOURCES if field in state), None)
        if source is None:
            yield _schema("These fields are required: [ItemProcessor]", at)
        else:
            yield from _machine(state[source], f"{at}/{source}", language)


def _unreachable(start: Any, states: Mapping[str, Any]) -> list[str]:
    reached, waiting = set(), [start]
    while waiting:
        name = waiting.pop()
        if name in reached or not isinstance(states.get(name), dict):
            continue
        reached.add(name)
        waiting += [target for target, _ in _targets(states[name])]
    return sorted(states.keys() - reached) if start in states else []


def _ends(state: Mapping[str, Any]) -> bool:
    return bool(state.get("End")) or state.get("Type") in TERMINAL


def _schema(message: str, at: str) -> str:
    return f"SCHEMA_VALIDATION_FAILED: {message} at {at or '/'}"


def _missing(field: str, target: Any, at: str) -> str:
    return f"MISSING_TRANSITION_TARGET: Missing '{field}' target: {target} at {at}"
