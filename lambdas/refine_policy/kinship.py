"""Which grants are of a family of names, action by action.

The names of all actions tell what a family is; an action joins when it was seen on several of it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from lambdas.model.action import Action
from lambdas.refine_policy.families import Family, Life, families
from lambdas.refine_policy.folders import folders
from lambdas.refine_policy.spellings import Name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lambdas.model.evidence import Evidence
    from lambdas.model.template import Template
    from lambdas.refine_policy.permission import Permission, Sighting

SOME = 3  # members on which an action was seen: fewer are listed by name
_WRITES = frozenset({Action("s3", "PutObject"), Action("s3", "DeleteObject")})

Key = tuple[str, str, str, str]  # principal, service, action, template


def kinships(named: Sequence[tuple[Permission, Name]]) -> dict[Key, Name]:
    """The family's name for every action on every template that joins one."""
    templates: dict[str, dict[str, Template]] = defaultdict(dict)
    written: dict[str, dict[str, Template]] = defaultdict(dict)
    sightings: dict[str, list[Sighting]] = defaultdict(list)
    uses: dict[Key, Name] = {}
    for one, name in named:
        if one.template is not None or one.sighting is None:
            continue  # a hint says itself what it means
        text = name.template.text
        uses[one.principal, one.action.service, one.action.name, text] = name
        templates[one.principal][text] = name.template
        sightings[text].append(one.sighting)
        if one.action in _WRITES:
            written[one.principal][text] = name.template

    def life(text: str) -> Life:
        lines = [line for one in sightings[text] for line in one.lines]
        times = [line.time for line in lines]
        return Life(min(times), max(times), frozenset(map(_occasion, lines)))

    known = {
        principal: {**families(mine.values(), life), **folders(written[principal].values())}
        for principal, mine in templates.items()
    }
    return dict(_joined(uses, known))


def _occasion(line: Evidence) -> str:
    """The run; where the session's name tells none, the sessions of that name in one day."""
    if line.phase:
        return line.session.removesuffix(line.phase)
    return f"{line.session} {line.time[:10]}"


def _joined(
    uses: dict[Key, Name], known: dict[str, dict[str, Family]]
) -> Iterable[tuple[Key, Name]]:
    members: dict[Key, list[tuple[Key, Name, Family]]] = defaultdict(list)
    for key, name in uses.items():
        principal, service, action, text = key
        family = known[principal].get(text)
        if family is not None:
            joint = (principal, service, action, family.pattern)
            members[joint].append((key, name, family))
    for same in members.values():
        if len(same) >= SOME:
            for key, name, family in same:
                yield key, Name(family.template, (*name.reasons, family.reason))
