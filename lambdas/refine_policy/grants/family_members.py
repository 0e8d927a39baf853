"""Which grants are of a family of names, action by action.

The names of all actions tell what a family is; an action joins when it was seen on several of it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.model.iam.action import Action
from lambdas.refine_policy.grants.name_families import Family, Life, families
from lambdas.refine_policy.grants.object_folders import folders
from lambdas.refine_policy.resource_names.arn_variants import ResourceTemplate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lambdas.model.findings.reason import Reason
    from lambdas.model.iam.template import Template
    from lambdas.model.trail.evidence import Evidence
    from lambdas.refine_policy.permissions.permission import Permission

SOME = 3  # members on which an action was seen: fewer are listed by name
_WRITES = frozenset({Action("s3", "PutObject"), Action("s3", "DeleteObject")})

Key = tuple[str, str, str, str]  # principal, service, action, template


@dataclass(slots=True)
class PendingGrant:
    """What stands behind one grant while the permissions are gathered."""

    name: ResourceTemplate
    permissions: list[Permission]
    reasons: set[Reason]


def joined(gathered: Sequence[PendingGrant]) -> tuple[PendingGrant, ...]:
    """The same, where members of a family that share all but the name are one."""
    kin = _kinships(gathered)
    together: dict[tuple[object, ...], PendingGrant] = {}
    for behind in gathered:
        first = behind.permissions[0]
        name = kin.get(_key(behind))
        if name is not None:
            behind.name = name
            behind.reasons.update(name.reasons)
        key = (*_key(behind), first.basis, first.context)
        other = together.setdefault(key, behind)
        if other is not behind:
            other.permissions += behind.permissions
            other.reasons |= behind.reasons
    return tuple(together.values())


def _key(behind: PendingGrant) -> Key:
    first = behind.permissions[0]
    action = first.action
    return first.principal, action.service, action.name, behind.name.template.text


def _kinships(gathered: Sequence[PendingGrant]) -> dict[Key, ResourceTemplate]:
    """The family's name for every action on every template that joins one."""
    templates: dict[str, dict[str, Template]] = defaultdict(dict)
    written: dict[str, dict[str, Template]] = defaultdict(dict)
    members: dict[str, list[PendingGrant]] = defaultdict(list)
    uses: dict[Key, ResourceTemplate] = {}
    for behind in gathered:
        first, text = behind.permissions[0], behind.name.template.text
        if first.template is not None or first.observation is None:
            continue  # a hint says itself what it means
        uses[_key(behind)] = behind.name
        templates[first.principal][text] = behind.name.template
        members[text].append(behind)
        if first.action in _WRITES:
            written[first.principal][text] = behind.name.template

    def life(text: str) -> Life:
        observations = [one.observation for behind in members[text] for one in behind.permissions]
        lines = [line for one in observations if one for line in one.lines]
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
    uses: dict[Key, ResourceTemplate], known: dict[str, dict[str, Family]]
) -> Iterable[tuple[Key, ResourceTemplate]]:
    members: dict[Key, list[tuple[Key, ResourceTemplate, Family]]] = defaultdict(list)
    for key, name in uses.items():
        principal, service, action, text = key
        family = known[principal].get(text)
        if family is not None:
            joint = (principal, service, action, family.pattern)
            members[joint].append((key, name, family))
    for same in members.values():
        if len(same) >= SOME:
            for key, name, family in same:
                yield key, ResourceTemplate(family.template, (*name.reasons, family.reason))
