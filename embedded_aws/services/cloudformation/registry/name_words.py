"""The words of an action's or a type's name, without its verb: `PutGroupPolicy`, group policy."""

import re

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z]|$|\d)|[A-Z][a-z0-9]*|\d+")
_READS = ("BatchDescribe", "BatchGet", "Describe", "Get", "List")
_VERB = re.compile(
    r"(add|allocate|associate|attach|authorize|create|delete|deregister|describe|detach"
    r"|disassociate|enable|generate|get|import|list|modify|publish|put|register|release|remove"
    r"|request|revoke|run|schedule|set|start|update)"
)


def words(name: str) -> set[str]:
    """The words that say what it is about, in the singular."""
    found = [word.lower() for word in _WORD.findall(name)]
    if found and _VERB.fullmatch(found[0]):
        found = found[1:]
    return {_singular(word) for word in found}


def is_read(action: str) -> bool:
    """Whether an action looks and changes nothing, by its verb."""
    return action.startswith(_READS)


def _singular(word: str) -> str:
    return f"{word[:-3]}y" if word.endswith("ies") else word.rstrip("s")
