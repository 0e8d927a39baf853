"""The boundary of the roles that the process creates: what they may do at most."""

from collections.abc import Iterator

from lambdas.document_policy.analysis.run_facts import RunFacts
from lambdas.model.iam.policy import Condition, PatternStatement
from lambdas.model.iam.role_boundary import RoleBoundary
from lambdas.model.iam.template import Template
from lambdas.model.text import counted
from lambdas.pages.html import Html, arn, code, el, join


def boundary(facts: RunFacts) -> Html | None:
    """The whole section; None where the process asks for no boundary."""
    found = facts.refinement.boundary
    if found is None:
        return None
    return el(
        "section",
        el("h2", "The boundary"),
        el("p", *_lead(found)),
        el("ul", (el("li", *_rule(one)) for one in found.statements), class_="left"),
        id="boundary",
    )


def _lead(found: RoleBoundary) -> Iterator[object]:
    yield "The roles that the process creates may do this at most. It is the managed policy "
    yield code(found.name)
    yield (
        ". The policy lets the process create and change roles with it alone. "
        if found.required
        else ". It is offered: the policy does not ask for it. "
    )
    yield f"It covers {counted(len(found.roles), 'role')}: "
    yield (
        join(_between(arn(Template.from_text(one)) for one in found.roles))
        if found.roles
        else "none was created"
    )
    yield "."


def _rule(one: PatternStatement) -> Iterator[object]:
    yield "may" if one.effect == "Allow" else "may never"
    yield " do all but " if one.but_actions else " "
    yield join(_between(code(action) for action in one.actions))
    yield " on all but " if one.but_resources else " on "
    yield join(_between(arn(resource) for resource in one.resources))
    for condition in one.conditions:
        yield from _only_when(condition)


def _only_when(one: Condition) -> Iterator[object]:
    yield ", only when "
    yield code(one.key)
    yield f" {one.operator} "
    yield join(_between(code(str(value)) for value in one.values))


def _between(pieces: Iterator[Html]) -> Iterator[Html | str]:
    for number, piece in enumerate(pieces):
        if number:
            yield ", "
        yield piece
