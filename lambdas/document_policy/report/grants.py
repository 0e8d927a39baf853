"""The grounds of each grant: what saw it, when, and the events themselves."""

from lambdas.document_policy.analysis.run_facts import RunFacts
from lambdas.document_policy.analysis.statement_reasons import last_removed, service_name
from lambdas.model.dossier.refinement import ExplainedStatement, Grant, Ground
from lambdas.model.text import counted, listed, sentence
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.pages.html import Html, arn, code, el, join, prose


def grants(facts: RunFacts, one: ExplainedStatement, ids: int, room: int) -> Html:
    """Folded away until somebody asks; `room` of them, with `ids` event ids each."""
    shown = one.grants[:room]
    several = len(one.statement.resources) > 1
    more = len(one.grants) - len(shown)
    return el(
        "details",
        el("summary", f"{counted(len(one.grants), 'grant')} and what {_they(one)} on"),
        el("ul", (_grant(facts, grant, ids, several=several) for grant in shown), class_="grants"),
        el("p", f"and {more:,} more, in refined.json", class_="small") if more else None,
    )


def _they(one: ExplainedStatement) -> str:
    return "it rests" if len(one.grants) == 1 else "each rests"


def _grant(facts: RunFacts, grant: Grant, ids: int, *, several: bool) -> Html:
    where = join((" on ", arn(grant.resource))) if several else None
    grounds = (_ground(facts, ground, ids) for ground in grant.grounds)
    return el("li", el("p", code(str(grant.action)), where), grounds)


def _ground(facts: RunFacts, ground: Ground, ids: int) -> Html:
    tone = "tag" if ground.kind == GroundKind.OBSERVED else "tag derived"
    return el(
        "div",
        el("span", ground.kind, class_=tone),
        " ",
        prose(sentence(ground.text)),
        el("span", _facts(facts, ground), class_="small") if ground.events else None,
        el("span", "events ", (join((code(i), " ")) for i in ground.event_ids[:ids]), class_="ids")
        if ground.event_ids
        else None,
    )


def _facts(facts: RunFacts, ground: Ground) -> str:
    first, last = time_of(facts, ground.first), time_of(facts, ground.last)
    when = f"{first} to {last}" if first != last else first
    via = f"through {listed([service_name(v) for v in ground.via])}" if ground.via else "directly"
    phases = listed(last_removed(ground.phases))
    return ", ".join(filter(None, (counted(ground.events, "event"), when, phases, via)))


def time_of(facts: RunFacts, time: str) -> str:
    """The time of day when it was the day of the run; the seconds count, the date repeats."""
    day = facts.run.started_at[:11]
    return time.removeprefix(day).rstrip("Z") if day else time
