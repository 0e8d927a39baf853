"""Which grants are of a family of names, action by action.

The names of all actions tell what a family is; an action joins when it was seen on several of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from lambdas.model.iam.action import Action
from lambdas.model.iam.template import Template
from lambdas.model.trail.evidence import Evidence
from lambdas.refine_policy.grants.name_families import Family, Life, families
from lambdas.refine_policy.grants.object_folders import folders
from lambdas.refine_policy.observations import Permission
from lambdas.refine_policy.resource_names.arn_variants import ResourceTemplate

SOME = 3  # members on which an action was seen: fewer are listed by name
_WRITES = frozenset({Action("s3", "PutObject"), Action("s3", "DeleteObject")})

Key = tuple[str, str, str, str]  # principal, service, action, template
Named = tuple[Permission, ResourceTemplate]  # with the resource as the policy will spell it
ByPrincipal = dict[str, dict[str, Template]]  # then by text


def joined(named: Sequence[Named]) -> Iterator[Named]:
    """The same, where members of a family that share all but the name have one name."""
    joining = _joining(named)
    for one, name in named:
        family = joining.get(_key(one, name))
        if family is None:
            yield one, name
        else:
            yield one, ResourceTemplate(family.template, (*name.reasons, *family.reasons))


def _key(one: Permission, name: ResourceTemplate) -> Key:
    return one.principal, one.action.service, one.action.name, name.template.text


def _joining(named: Sequence[Named]) -> dict[Key, ResourceTemplate]:
    """The family's name for every action on every template that joins one."""
    templates: ByPrincipal = defaultdict(dict)
    written: ByPrincipal = defaultdict(dict)
    members: dict[str, list[Sequence[Evidence]]] = defaultdict(list)
    uses: dict[Key, ResourceTemplate] = {}
    for one, name in named:
        if one.template is not None or not one.lines:
            continue  # a hint says itself what it means
        text = name.template.text
        uses[_key(one, name)] = name
        templates[one.principal][text] = name.template
        members[text].append(one.lines)
        if one.action in _WRITES:
            written[one.principal][text] = name.template

    def life(text: str) -> Life:
        lines = [line for some in members[text] for line in some]
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
