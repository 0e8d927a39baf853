"""The statements of the report: what each allows, on what, when, and who saw it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, groupby

from lambdas.document_policy.analysis.run_facts import RunFacts
from lambdas.document_policy.analysis.statement_reasons import Reasons, last_removed, reasons
from lambdas.document_policy.report.grants import grants, time_of
from lambdas.model.dossier.refinement import (
    ExplainedStatement,
    PrincipalPolicy,
)
from lambdas.model.iam.action import Action
from lambdas.model.iam.policy import Condition
from lambdas.model.iam.template import Template
from lambdas.model.text import counted, listed, sentence
from lambdas.pages.html import Html, arn, code, el, join, prose
from lambdas.reference import actions as iam
from lambdas.reference.actions import AccessLevel, service_title

MANY_GRANTS = 1_500  # from here on one event id per ground keeps the page small
MOST_RESOURCES = 300  # of one statement
OPERATORS = {
    "StringEquals": "is",
    "StringLike": "is like",
    "StringNotEquals": "is not",
    "ArnEquals": "is",
    "ArnLike": "is like",
    "Bool": "is",
    "Null": "is absent:",
    "ForAnyValue:StringEquals": "has one that is",
    "ForAnyValue:StringLike": "has one that is like",
    "ForAllValues:StringEquals": "holds nothing but",
}


def statements(facts: RunFacts, rows: int) -> Html:
    """Every statement of every principal; `rows` grants are shown with their grounds."""
    return el(
        "section",
        el("h2", "The policy"),
        el(
            "p",
            "Variables are ",
            el("var", "${underlined}"),
            ", wildcards ",
            el("mark", "*"),
            " are marked; each wildcard has its reason.",
        ),
        _filter(facts),
        (_principal(facts, policy, rows) for policy in facts.refinement.policies),
        el("p", "No statement matches.", id="none", hidden=True),
        id="statements",
    )


def _filter(facts: RunFacts) -> Html:
    """Shown by the script; without it there is nothing to filter with."""
    services = sorted(
        {
            a.service
            for p in facts.refinement.policies
            for o in p.statements
            for a in o.statement.actions
        }
    )
    phases = last_removed({phase for _, phase in facts.survey.calls if phase})
    return el(
        "form",
        _field("Find", el("input", type="search", id="find", autocomplete="off")),
        _field("Service", _select("service", services)),
        _field("Phase", _select("phase", phases)),
        _field("Ground", _select("ground", ("derived", "wildcard", "permissions"))),
        el("button", "Open all", type="button", id="open"),
        el("p", "", id="count", role="status"),
        id="filter",
        hidden=True,
    )


def _field(label: str, control: Html) -> Html:
    return el("label", el("span", label), control)


def _select(name: str, values: Iterable[str]) -> Html:
    options = (el("option", value, value=value) for value in values)
    return el("select", el("option", "all", value=""), options, id=name)


def _principal(facts: RunFacts, policy: PrincipalPolicy, rows: int) -> Html:
    number = sum(len(one.grants) for one in policy.statements)
    ids = 1 if number > MANY_GRANTS else 5
    shown = accumulate((len(one.grants) for one in policy.statements), initial=0)
    return el(
        "div",
        el("h3", "For ", code(policy.principal)),
        (
            _statement(facts, one, ids, room=max(0, rows - before))
            for one, before in zip(policy.statements, shown, strict=False)
        ),
        class_="principal",
    )


def _statement(facts: RunFacts, one: ExplainedStatement, ids: int, *, room: int) -> Html:
    statement, seen = one.statement, reasons(one)
    return el(
        "article",
        el("div", el("h4", statement.sid), _tags(one, seen), class_="tags"),
        el("p", prose(one.purpose), class_="purpose"),
        el(
            "dl",
            _row("may", _actions(statement.actions)),
            _row("on", _resources(one)),
            _row("only when", map(_condition, statement.conditions))
            if statement.conditions
            else None,
            _row("seen", el("p", _seen(facts, seen))),
        ),
        grants(facts, one, ids, room),
        data_service=" ".join(sorted({action.service for action in statement.actions})),
        data_phase=" ".join(seen.phases),
        data_ground=" ".join(_grounds(one, seen)),
    )


def _grounds(one: ExplainedStatement, seen: Reasons) -> Iterator[str]:
    if seen.derived:
        yield "derived"
    if any(resource.wild for resource in one.statement.resources):
        yield "wildcard"
    if _powerful(one):
        yield "permissions"


def _powerful(one: ExplainedStatement) -> bool:
    return any(_level(action) is AccessLevel.PERMISSIONS for action in one.statement.actions)


def _level(action: Action) -> AccessLevel | None:
    known = iam.facts(action)
    return known.access_level if known else None


def _tags(one: ExplainedStatement, seen: Reasons) -> Iterator[Html]:
    if _powerful(one):
        yield el("span", "changes permissions", class_="tag strong")
    if seen.unseen and seen.derived:
        yield el("span", "derived" if not seen.events else "partly derived", class_="tag derived")
    yield from (el("span", phase, class_="tag") for phase in seen.phases)


def _row(name: str, what: object) -> Html:
    return join((el("dt", name), el("dd", what)))


def _actions(actions: Iterable[Action]) -> Iterator[Html]:
    for service, same in groupby(actions, key=lambda action: action.service):
        names = (el("li", el("code", action.name)) for action in same)
        prefix = el("code", f"{service}:", class_="prefix", title=service_title(service))
        yield el("div", prefix, el("ul", names), class_="actions")


def _condition(one: Condition) -> Html:
    values = [arn(value) for value in one.values]
    words = OPERATORS.get(one.operator)
    separated = [part for value in values for part in (Html(", "), value)][1:]
    operator = el("span", words, title=one.operator) if words else code(one.operator)
    return el("p", code(one.key), " ", operator, " ", separated)


def _seen(facts: RunFacts, seen: Reasons) -> str:
    if not seen.events:
        return f"No event shows it; derived: {listed(seen.derived)}."
    first, last = time_of(facts, seen.first), time_of(facts, seen.last)
    when = f"{first} to {last}" if first != last else first
    partly = f" {seen.unseen} of {counted(seen.grants, 'grant')} derived." if seen.unseen else ""
    return f"{counted(seen.events, 'event')}, {when}, {seen.path}.{partly}"


def _resources(one: ExplainedStatement) -> Iterator[Html]:
    """Each resource, and below those that have it in common why they hold a wildcard."""
    why: dict[str, list[str]] = defaultdict(list)
    for wildcard in one.wildcards:
        why[wildcard.resource].append(wildcard.reason)
    resources = one.statement.resources
    shown = [
        (resource, tuple(why.pop(str(resource), ()))) for resource in resources[:MOST_RESOURCES]
    ]
    for reasons_, same in groupby(shown, key=lambda pair: pair[1]):
        yield from (el("p", arn(resource)) for resource, _ in same)
        yield from _because(reasons_)
    if len(resources) > MOST_RESOURCES:
        more = len(resources) - MOST_RESOURCES
        yield el("p", f"and {more:,} more, in policy.json", class_="small")
        return
    for text, others in sorted(why.items()):
        yield el("p", arn(Template.from_text(text)))
        yield from _because(others)


def _because(reasons_: Sequence[str]) -> Iterator[Html]:
    yield from (
        el("p", el("mark", "*"), " ", prose(sentence(one)), class_="small") for one in reasons_
    )
