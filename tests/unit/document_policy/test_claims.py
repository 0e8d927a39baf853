"""The first page says where what a policy should be could not be shown."""

import json
from dataclasses import replace
from typing import Any

import pytest

from lambdas.document_policy.analysis.claims import claims, no_way_up
from lambdas.document_policy.analysis.judges import not_judged
from lambdas.document_policy.analysis.run_facts import RunFacts
from lambdas.document_policy.claim import Claim
from lambdas.document_policy.dossier import written
from lambdas.document_policy.mail import message
from lambdas.model.definition.process import Process
from lambdas.model.dossier.containment import Containment, Reach, Whose
from lambdas.model.dossier.refinement import Ground
from lambdas.model.dossier.verdict import Verdict, VerdictKind
from lambdas.model.execution.platform import Platform
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from tests.unit.document_policy.explained import derived, seen, statement
from tests.unit.document_policy.samples import (
    NOT_ATTEMPTED,
    a_process,
    a_run,
    of_statements,
    run_facts,
)

PROVED = Verdict(kind=VerdictKind.PROVED)
LINES = tuple(
    f'{{"action":"sqs:{verb}Queue","resource":"*","outcome":"succeeded","phase":"{phase}",'
    f'"event_id":"{verb}{phase}","time":"2026-11-23T12:00:00Z","via":[]}}'
    for verb, phase in (("Create", "deploy"), ("Create", "update"), ("Delete", "remove"))
)


CONTAINED = Containment(grants=1, calls=3, refused=3, by_condition=0)


def reaching(*levels: str) -> Containment:
    found = tuple(
        Reach(
            principal="role",
            action="sqs:SendMessage",
            resource=f"arn:{at}*",
            reads=one == "read",
            whose=(Whose.STAGE, Whose.STACK),
            because="b",
        )
        for at, one in enumerate(levels)
    )
    return Containment(grants=9, calls=27, refused=25, by_condition=2, reaches=found)


def told(
    *grounds: Ground,
    verdict: Verdict = PROVED,
    finding: str = "",
    process: Process | None = None,
    lines: tuple[str, ...] = LINES,
) -> RunFacts:
    one = statement("Send", "Send.", ["sqs:SendMessage"], ["arn:q"], grounds=grounds or (seen(),))
    kinds = map(FindingKind, filter(None, [finding]))
    about = [
        Finding(severity=Severity.ERROR, kind=kind, subject="s", detail="d", count=3)
        for kind in kinds
    ]
    refinement = replace(of_statements(one), findings=tuple(about), containment=CONTAINED)
    facts = run_facts(refinement, verdict=verdict, lines=lines)
    return replace(facts, process=process or a_process())


def named(facts: RunFacts, name: str) -> Claim:
    return next(one for one in claims(facts) if one.name == name)


def test_a_proved_policy_of_seen_calls_alone_is_shown_in_all() -> None:
    facts = replace(told(), checks={"waysUp": []})

    assert {one.name: one.state for one in claims(facts)} == {
        "sufficient": "shown",
        "minimal": "shown",
        "general": "shown",
        "explained": "shown",
        "no way up": "shown",
        "contained": "shown",
    }


@pytest.mark.parametrize(
    "verdict", [NOT_ATTEMPTED, Verdict(kind=VerdictKind.NOT_PROVED, reason="Denied.")]
)
def test_without_a_proof_neither_sufficient_nor_general_is_shown(verdict: Verdict) -> None:
    facts = told(verdict=verdict)

    states = {one.name: one.state for one in claims(facts)}
    assert states["sufficient"] == states["general"] == "not shown"


@pytest.mark.parametrize(
    ("finding", "name", "words"),
    [
        ("sandbox-not-clean", "sufficient", "There are errors: sandbox-not-clean."),
        ("reaches-others", "minimal", "Wider than what was used in 3 places"),
        ("family", "minimal", "Wider than what was used in 3 places"),
        ("dates", "minimal", "Wider than what was used in 3 places"),
        ("unused-grant", "minimal", "Wider than what was used in 3 places"),
        ("ambiguous-variable", "general", "3 names can be read in two ways."),
        ("other-lengths", "general", "3 resources would fall outside with other lengths."),
        ("unmapped-event", "explained", "Records or answers that were not understood: 3."),
        ("not-recorded", "explained", "1 blind spot of the trail."),
    ],
)
def test_a_finding_tells_which_truth_it_limits(finding: str, name: str, words: str) -> None:
    truth = named(told(finding=finding), name)

    assert truth.state == "shown in part"
    assert words in truth.sentence


def test_what_no_event_shows_is_counted_against_minimal() -> None:
    rolled_back = named(told(derived("rollback", "undo")), "minimal")

    assert rolled_back.state == "not shown"
    assert "1 grant derived or asked for by a hint" in rolled_back.sentence


def test_a_path_that_the_cycle_did_not_take_is_named() -> None:
    truth = named(told(lines=LINES[:1]), "sufficient")

    assert "The cycle took no path of update and remove." in truth.sentence


def test_a_proof_under_the_same_names_shows_nothing_general() -> None:
    fixed = Process.from_mapping(
        "orders", {**a_process().to_mapping(), "variables": {}, "environment": {}}
    )

    assert named(told(process=fixed), "general").state == "not shown"


def test_a_proof_with_values_of_one_length_says_that_no_other_was_tried() -> None:
    alike = {"stage": {"learn": "dev", "prove": "tst"}}
    process = Process.from_mapping("orders", {**a_process().to_mapping(), "variables": alike})

    claim = named(told(process=process), "general")

    assert claim.state == "shown in part"
    assert "Both values of stage have the same length." in claim.sentence


def test_every_document_that_is_read_first_tells_the_four() -> None:
    facts = told(verdict=NOT_ATTEMPTED)
    files = written(facts, lambda _: {})

    head = files["report.html"].decode().partition("<main")[0]
    above = files["README.md"].decode().partition("\n## ")[0]
    mail = message(facts, place="s3://archive/", seal="0" * 64)
    for truth in claims(facts):
        assert truth.sentence in head
        assert f"**{truth.name.capitalize()}**: {truth.answer}." in above
        assert f"{truth.name.capitalize()}: {truth.answer}." in mail


@pytest.mark.parametrize("platform", Platform)
def test_each_answer_says_where_it_was_shown_and_none_where_nothing_was(platform: Platform) -> None:
    facts = told(verdict=NOT_ATTEMPTED)
    run = replace(facts.run, platform=platform)

    answers = {one.name: one.answer for one in claims(replace(facts, run=run))}

    assert answers["minimal"] == f"shown on {platform}"
    assert answers["sufficient"] == "not shown"


def test_the_policies_of_further_roles_are_said_to_be_untried() -> None:
    facts = told()
    own = facts.refinement.policies[0]
    helper = replace(own, name="policy.handed", principal="arn:aws:iam::123456789012:role/x/handed")
    both = replace(facts.refinement, policies=(own, helper))

    found = named(replace(facts, refinement=both), "sufficient")

    assert found.state == "shown in part"
    assert found.gaps == ("no cycle has tried the policies of other roles: handed",)


@pytest.mark.parametrize(
    ("platform", "named"), [(Platform.EMBEDDED, ["codeartifact"]), (Platform.AWS, [])]
)
def test_services_that_no_table_of_aws_judged_are_named_where_an_emulator_judged(
    platform: Platform, named: list[str]
) -> None:
    both = statement("Both", "Read.", ["sqs:ListQueues", "codeartifact:ListDomains"], ["*"])
    run = replace(a_run(), platform=platform)

    found = not_judged(run, of_statements(both))

    assert [one.subject for one in found] == named


def a_way(outcome: str, path: str = "function with a role", *unseen: str) -> dict[str, Any]:
    return {"outcome": outcome, "path": path, "phases": ["deploy"], "unseen": list(unseen)}


@pytest.mark.parametrize(
    ("tried", "state", "words"),
    [
        (None, "not asked", "no known way was tried"),
        ([], "shown", "leads to none of the known ways"),
        ([a_way("refused")], "shown", "refuses 1 attempt to gain more than it grants; without"),
        (
            [a_way("refused", "x"), a_way("open")],
            "shown in part",
            "can gain more than it grants, by 1 known way: ",
        ),
        ([a_way("open")], "not shown", "the process needs what they take in deploy"),
        (
            [a_way("open", "trust of a role", "iam:UpdateAssumeRolePolicy")],
            "not shown",
            "not needed by the cycle: trust of a role",
        ),
        (
            [a_way("no test", "x")],
            "not shown",
            "1 known way met another refusal, which shows nothing: x",
        ),
        (
            [a_way("refused"), a_way("no test", "x")],
            "shown in part",
            "1 known way met another refusal, which shows nothing: x",
        ),
    ],
)
def test_whoever_holds_the_policy_gains_no_more_only_where_it_was_tried(
    tried: list[dict[str, Any]] | None, state: str, words: str
) -> None:
    claim = no_way_up(tried)

    assert claim.state == state
    assert words.lower() in claim.sentence.lower()


@pytest.mark.parametrize(
    ("found", "state", "words"),
    [
        (CONTAINED, "shown", "the policy refuses 3 of 3 calls on things of another stage"),
        (
            reaching("read", "write"),
            "shown in part",
            "production included, by 2 grants",
        ),
        (reaching("read", "write"), "shown in part", "by 2 grants, 1 of them only reading"),
        (reaching("read", "read"), "shown in part", "by 2 grants, only reading; the findings"),
        (reaching("write"), "shown in part", "still reaches things of another stage"),
        (None, "not asked", "Nothing was tried"),
        (replace(CONTAINED, grants=0), "not asked", "Nothing was tried"),
    ],
)
def test_contained_says_what_still_reaches_others(
    found: Containment | None, state: str, words: str
) -> None:
    facts = told()
    facts = replace(facts, refinement=replace(facts.refinement, containment=found))

    assert named(facts, "contained").state == state
    assert words in named(facts, "contained").sentence


def test_the_manifest_says_both_answers_too() -> None:
    facts = told()
    summary = json.loads(written(facts, lambda _: {})["manifest.json"])["summary"]
    older = replace(facts, refinement=replace(facts.refinement, containment=None))

    assert summary["contained"] == {
        "state": "shown",
        "calls": 3,
        "refused": 3,
        "byCondition": 0,
        "reaching": 0,
    }
    assert summary["noWayUp"] == {"state": "not asked"}
    told_less = json.loads(written(older, lambda _: {})["manifest.json"])["summary"]
    assert told_less["contained"] == {"state": "not asked"}
    tried = {**facts.checks, "waysUp": [a_way("refused"), a_way("open")]}
    asked = json.loads(written(replace(facts, checks=tried), lambda _: {})["manifest.json"])
    assert asked["summary"]["noWayUp"] == {
        "state": "shown in part",
        "tried": 2,
        "refused": 1,
        "open": 1,
    }
