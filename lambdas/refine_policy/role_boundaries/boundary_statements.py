"""The statements of created roles, spelled for the next run, and as few as can say the same."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from lambdas.model.iam.policy import Condition, PatternStatement
from lambdas.model.iam.template import EVERYTHING, Part, Template, Wildcard
from lambdas.model.iam.template_coverage import covers
from lambdas.refine_policy.resource_names.naming import Naming
from lambdas.refine_policy.role_boundaries.given_statements import GivenStatement
from lambdas.refine_policy.role_boundaries.way_up_actions import matched

# Stand for wildcards while a resource is named: no name holds characters of private use.
_STANDS_FOR = {"\ue000": Wildcard("*"), "\ue001": Wildcard("?")}
_IAM_VARIABLE = re.compile(r"\$\{[^{}]*\}")  # `${aws:username}`: any text, in a ceiling
_STANDING = re.compile("([\ue000\ue001])")


def named_statement(one: GivenStatement, naming: Naming) -> PatternStatement:
    """The statement with names as the next run will have them."""
    resources = {form for text in one.resources for form in _resources(text, naming)}
    return PatternStatement(
        sid="",
        effect="Allow",
        actions=one.actions,
        but_actions=one.but_actions,
        resources=tuple(sorted(resources, key=str)),
        but_resources=one.but_resources,
        conditions=tuple(
            Condition(
                operator=operator,
                key=key,
                values=tuple(form for text in values for form in _resources(text, naming)),
            )
            for operator, key, values in one.conditions
        ),
    )


def _resources(text: str, naming: Naming) -> tuple[Template, ...]:
    """An ARN, perhaps with wildcards, or any other value."""
    if text == "*":
        return (EVERYTHING,)
    plain = _IAM_VARIABLE.sub("\ue000", text).replace("*", "\ue000").replace("?", "\ue001")
    if not plain.startswith("arn:"):
        return (_opened(naming.value(plain)),)
    if _STANDING.search(plain):
        return (_opened(naming.of(plain).template),)
    service = plain.split(":")[2]
    found = dict.fromkeys(_opened(one.template) for one in naming.forms(service, plain))
    return tuple(found)


def _opened(template: Template) -> Template:
    """With the wildcards of the role's own policy back in their places."""
    return Template.of(
        *(
            piece
            for part in template.parts
            for piece in (_pieces(part) if isinstance(part, str) else (part,))
        )
    )


def _pieces(text: str) -> Iterator[Part]:
    for piece in _STANDING.split(text):
        yield _STANDS_FOR.get(piece) or piece


def _widest(actions: tuple[str, ...]) -> tuple[str, ...]:
    """Without what a pattern among them allows anyway."""
    return tuple(
        one for one in actions if not matched((each for each in actions if each != one), one)
    )


def _needed(statements: list[PatternStatement]) -> list[PatternStatement]:
    """Without statements that another one makes superfluous."""
    kept: list[PatternStatement] = []
    for number, one in enumerate(statements):
        # Of two that say the same, the first stays.
        others = (*kept, *statements[number + 1 :])
        if not any(_covers(wide, one) for wide in others):
            kept.append(one)
    return kept


def _covers(wide: PatternStatement, one: PatternStatement) -> bool:
    plain = not (wide.but_actions or wide.but_resources or one.but_actions or one.but_resources)
    return (
        plain
        and (not wide.conditions or wide.conditions == one.conditions)
        and all(matched(wide.actions, action) for action in one.actions)
        and all(any(covers(w, each) for w in wide.resources) for each in one.resources)
    )


def together(statements: Iterable[PatternStatement]) -> list[PatternStatement]:
    """As few statements as can say the same, each with a Sid."""
    by_resource: dict[tuple[object, ...], list[PatternStatement]] = defaultdict(list)
    for one in statements:
        by_resource[
            one.but_actions and one.actions, one.but_resources, one.resources, one.conditions
        ].append(one)
    joined = [
        replace(same[0], actions=tuple(sorted({a for one in same for a in one.actions})))
        for same in by_resource.values()
    ]
    by_action: dict[tuple[object, ...], list[PatternStatement]] = defaultdict(list)
    for one in joined:
        by_action[
            one.but_actions, one.but_resources and one.resources, one.actions, one.conditions
        ].append(one)
    merged = [
        replace(
            same[0],
            resources=tuple(sorted({r for one in same for r in one.resources}, key=str)),
        )
        for same in by_action.values()
    ]
    merged = _needed([replace(one, actions=_widest(one.actions)) for one in merged])
    merged.sort(key=lambda one: (one.actions, tuple(map(str, one.resources)), repr(one.conditions)))
    numbers: dict[str, int] = defaultdict(int)
    named = []
    for one in merged:
        service = re.sub(r"[^A-Za-z0-9]", "", one.actions[0].partition(":")[0].title()) or "All"
        numbers[service] += 1
        named.append(replace(one, sid=f"Roles{service}{numbers[service]}"))
    return named
