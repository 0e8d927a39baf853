"""The report's paths: what every cycle takes, and phases that are paths of their own."""

import json
from dataclasses import replace

from lambdas.document_policy.analysis.claims import claims
from lambdas.document_policy.analysis.exercised_paths import paths
from lambdas.document_policy.analysis.run_facts import RunFacts
from lambdas.model.definition.process import Phase
from lambdas.model.dossier.verdict import Verdict, VerdictKind
from tests.unit.document_policy.samples import run_facts


def facts_of(*calls: tuple[str, str], phases: tuple[str, ...]) -> RunFacts:
    lines = tuple(
        json.dumps(
            {
                "action": action,
                "phase": phase,
                "time": "2026-11-29T12:00:00Z",
                "event_id": str(number),
                "outcome": "succeeded",
            }
        )
        for number, (phase, action) in enumerate(calls)
    )
    proved = Verdict(kind=VerdictKind.PROVED)
    found = run_facts(lines=lines, verdict=proved)
    named = tuple(Phase(name=name, commands=("true",)) for name in phases)
    return replace(found, process=replace(found.process, phases=named))


CYCLE = (
    ("deploy", "sqs:CreateQueue"),
    ("update", "sqs:SetQueueAttributes"),
    ("remove", "sqs:DeleteQueue"),
)


def test_a_rollback_is_exercised_by_a_phase_of_its_name_and_by_nothing_else() -> None:
    without = facts_of(*CYCLE, phases=("deploy", "update", "remove"))
    own = (("rollback", "sqs:CreateQueue"), ("rollback", "sqs:DeleteQueue"))
    with_one = facts_of(*own, *CYCLE, phases=("rollback", "deploy", "update", "remove"))

    told = [{one.name: (one.state, one.phases) for one in paths(f)} for f in (without, with_one)]

    assert told[0]["rollback"] == ("not exercised", ())
    assert told[1]["rollback"] == ("exercised", ("rollback",))
    assert told[1]["update"] == told[0]["update"] == ("exercised", ("update",))
    assert told[1]["create"] == ("exercised", ("deploy",))
    assert "a rollback was derived, not run" in claims(without)[0].sentence
    assert "a rollback was run" in claims(with_one)[0].sentence


def test_scale_and_use_are_paths_when_the_process_has_them() -> None:
    more = (("scale", "lambda:PutFunctionConcurrency"), ("use", "lambda:InvokeFunction"))
    found = facts_of(*CYCLE, *more, phases=("deploy", "scale", "use", "update", "remove"))

    told = {one.name: (one.state, one.phases) for one in paths(found)}

    assert list(told) == ["create", "update", "rollback", "scale", "use", "remove"]
    assert (told["scale"], told["use"]) == (("exercised", ("scale",)), ("exercised", ("use",)))
    assert told["update"] == ("exercised", ("update",))


def test_a_path_that_no_call_took_says_so_and_takes_nothing_from_the_proof() -> None:
    found = facts_of(*CYCLE, phases=("deploy", "use", "update", "remove"))

    assert {one.name: one.state for one in paths(found)}["use"] == "not exercised"
    assert claims(found)[0].answer == "shown" or "use" not in claims(found)[0].sentence
