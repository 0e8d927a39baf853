"""The events of a documented run: their kinds, their schema, their size, and hostile text in them."""

import json
from dataclasses import replace
from typing import Any

import pytest

from lambdas.document_policy.analysis.run_facts import RunFacts
from lambdas.document_policy.dossier import written
from lambdas.document_policy.events import events
from lambdas.model.dossier.verdict import Verdict, VerdictKind
from lambdas.model.limits import EVENT_LIMIT
from tests.run_events import problems
from tests.unit.document_policy.explained import statement
from tests.unit.document_policy.samples import a_refinement, of_statements, run_facts

HOSTILE = "q\x1b[2J\u202e<script>|`*_\n${Token[x]}\"'"


def told(facts: RunFacts) -> list[dict[str, Any]]:
    """As a rule gets them."""
    files = written(facts, lambda _: {})
    return [
        {"source": one["Source"], "detail-type": one["DetailType"], "detail": one["Detail"]}
        for one in events(facts, files, bucket="archive")
    ]


def kinds(facts: RunFacts) -> list[str]:
    found = told(facts)
    assert [problem for one in found for problem in problems(one)] == []
    return [str(one["detail-type"]) for one in found]


def with_verdict(kind: VerdictKind, **more: Any) -> RunFacts:
    return replace(run_facts(a_refinement()), verdict=Verdict(kind=kind, **more))


@pytest.mark.parametrize(
    ("kind", "told_as"),
    [
        (VerdictKind.PROVED, "Policy Published"),
        (VerdictKind.REPAIRED, "Policy Published"),
        (VerdictKind.NOT_PROVED, "Policy Not Proved"),
        (VerdictKind.NOT_ATTEMPTED, "Policy Not Proved"),
    ],
)
def test_only_what_was_proved_is_published(kind: VerdictKind, told_as: str) -> None:
    assert kinds(with_verdict(kind))[:1] == [told_as]


def test_an_event_pins_the_dossier_and_every_policy_by_its_hash() -> None:
    facts = with_verdict(VerdictKind.PROVED)
    files = written(facts, lambda _: {})
    (event, *_) = told(facts)

    prefix = facts.run.key("")
    objects = {name for name in files if name.startswith("policy") and name.endswith(".json")}
    assert {one["key"] for one in event["detail"]["policies"]} == {prefix + one for one in objects}
    assert event["detail"]["dossier"]["prefix"] == prefix


def test_text_that_came_from_elsewhere_hides_nothing_and_is_bounded() -> None:
    details = tuple(f"{HOSTILE}{number}" * 900 for number in range(60))
    facts = with_verdict(VerdictKind.NOT_PROVED, reason=HOSTILE * 900, details=details)

    assert kinds(facts)[:1] == ["Policy Not Proved"]
    detail = told(facts)[0]["detail"]
    assert "\x1b" not in detail["reason"]
    assert "\u202e" not in "".join(detail["details"])
    assert len(json.dumps(detail)) < 4 * EVENT_LIMIT


def test_a_run_with_nothing_to_compare_with_widens_nothing() -> None:
    assert "Access Widened" not in kinds(run_facts(a_refinement()))


def test_many_policies_are_cut_and_counted() -> None:
    wide = [
        statement(f"S{n}", "x", ["sqs:SendMessage"], [f"arn:aws:sqs:::{'q' * 80}{n}"])
        for n in range(3)
    ]
    facts = run_facts(of_statements(*wide))
    files = written(facts, lambda _: {}) | {f"policy.{'r' * 60}{n}.json": b"{}" for n in range(900)}

    (first, *_) = events(facts, files, bucket="archive")

    detail = first["Detail"]
    assert len(json.dumps(detail)) <= EVENT_LIMIT
    assert len(detail["policies"]) + detail["policiesLeft"] == 901
