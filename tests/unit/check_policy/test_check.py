import json
from dataclasses import replace
from pathlib import Path

import pytest

from lambdas.check_policy.handler import answers, check
from lambdas.check_policy.questions import asked_of
from lambdas.errors import PolicyCheckFailedError
from lambdas.gateways.archive.documents import FolderArchive
from lambdas.model.archive.archived_runs import Baseline, BaselineKind
from lambdas.model.archive.manifest import Link
from lambdas.model.dossier.policy_checks import Comparison, Objection
from lambdas.model.dossier.refinement import PrincipalPolicy
from lambdas.model.findings.finding import Severity
from lambdas.model.iam.template import Template
from tests.unit.check_policy.builders import (
    ACCOUNT,
    FOLDER,
    OTHER,
    QUEUE,
    FakeChecks,
    FakeSimulator,
    kept,
    policy,
    refinement,
    seen,
)


def test_a_policy_that_allows_all_that_was_seen_passes(tmp_path: Path) -> None:
    event = kept(tmp_path, [seen("sqs:CreateQueue")], policy("sqs:CreateQueue"))

    answer = check(event, FolderArchive(tmp_path), FakeChecks(), FakeSimulator())

    assert answer == {"checks": f"{FOLDER}/checks.json", "errors": 0, "warnings": 0}


def test_a_policy_that_denies_what_was_seen_is_refused_and_the_answers_are_kept(
    tmp_path: Path,
) -> None:
    evidence = [seen("sqs:CreateQueue"), seen("sqs:DeleteQueue")]
    event = kept(tmp_path, evidence, policy("sqs:CreateQueue"))

    with pytest.raises(PolicyCheckFailedError, match=r"denies 1 calls .*: sqs:DeleteQueue on arn"):
        check(event, FolderArchive(tmp_path), FakeChecks(), FakeSimulator())

    checks = json.loads(FolderArchive(tmp_path).get(f"{FOLDER}/checks.json"))
    (denied,) = checks["simulation"]["denied"]
    assert (denied["action"], denied["decision"]) == ("sqs:DeleteQueue", "implicitDeny")
    assert checks["findings"][0]["kind"] == "policy-denies"


def test_what_the_simulator_does_not_know_is_a_finding_and_no_denial(tmp_path: Path) -> None:
    evidence = [seen("sqs:CreateQueue"), seen("sqs:Brand")]
    event = kept(tmp_path, evidence, policy("sqs:CreateQueue"))

    answer = check(event, FolderArchive(tmp_path), FakeChecks(), FakeSimulator("sqs:Brand"))

    checks = json.loads(FolderArchive(tmp_path).get(answer["checks"]))
    assert (answer["errors"], answer["warnings"]) == (0, 1)
    assert checks["simulation"]["denied"] == []
    assert [one["action"] for one in checks["simulation"]["notSimulated"]] == ["sqs:Brand"]
    (finding,) = checks["findings"]
    assert (finding["kind"], finding["subject"]) == ("not-simulated", f"sqs:Brand on {QUEUE}")


@pytest.mark.parametrize("resource", ["alias/to", "0987dcba", "arn:::::", "arn:aws:sns:${*}:1:t"])
def test_a_policy_that_iam_would_not_even_read_is_refused_by_the_resource_s_name(
    tmp_path: Path, resource: str
) -> None:
    sound = policy("sqs:CreateQueue")
    (explained,) = sound.statements
    bad = replace(explained.statement, resources=(Template.from_text(resource),))
    refused = replace(sound, statements=(replace(explained, statement=bad),))
    event = kept(tmp_path, [seen("sqs:CreateQueue")], refused)
    simulator = FakeSimulator()

    with pytest.raises(PolicyCheckFailedError, match="neither \\* nor an ARN") as error:
        check(event, FolderArchive(tmp_path), FakeChecks(), simulator)

    assert repr(resource) in str(error.value)
    assert "statement Queues" in str(error.value)
    assert simulator.asked == []


def test_many_denials_are_counted_and_few_are_shown(tmp_path: Path) -> None:
    evidence = [seen(f"sqs:Action{number}") for number in range(9)]
    event = kept(tmp_path, evidence, policy("sqs:CreateQueue"))

    with pytest.raises(PolicyCheckFailedError, match=r"denies 9 calls .* and 4 more"):
        check(event, FolderArchive(tmp_path), FakeChecks(), FakeSimulator())


def test_each_principal_is_held_to_its_own_policy() -> None:
    found = answers(
        refinement(
            policy("sqs:CreateQueue"),
            policy("sqs:SendMessage", principal=OTHER, name="policy.execution"),
        ),
        asked_of([seen("sqs:CreateQueue"), seen("sqs:CreateQueue", principal=OTHER)], ACCOUNT),
        FakeChecks(),
        FakeSimulator(),
        None,
    )

    assert [one.principal for one in found.denials] == [OTHER]


def test_a_principal_without_a_policy_is_a_finding_not_a_skip() -> None:
    asked = asked_of([seen("sqs:CreateQueue", principal=OTHER)], ACCOUNT)

    found = answers(refinement(policy("sqs:A")), asked, FakeChecks(), FakeSimulator(), None)

    (finding,) = found.findings
    assert (finding.kind, finding.subject, finding.count) == ("principal-without-policy", OTHER, 1)


@pytest.mark.parametrize(
    ("kind", "severity"),
    [
        ("ERROR", Severity.ERROR),
        ("SECURITY_WARNING", Severity.WARNING),
        ("SUGGESTION", Severity.NOTE),
        ("A_KIND_OF_NEXT_YEAR", Severity.WARNING),
    ],
)
def test_access_analyzers_objections_become_findings(kind: str, severity: Severity) -> None:
    objection = Objection(kind=kind, code="SOME_CODE", detail="because", link="https://docs")
    checks = FakeChecks(objection)

    found = answers(refinement(policy("sqs:A")), (), checks, FakeSimulator(), None)

    (finding,) = found.findings
    assert (finding.severity, finding.subject) == (severity, "policy: SOME_CODE")
    (validated,) = checks.validated
    assert "orders-dev-jobs" in json.dumps(validated)


def baseline(standing: BaselineKind, *policies: PrincipalPolicy) -> Baseline:
    return Baseline(
        manifest=Link(run="20261101T000000Z-00000000", sha256="0"),
        standing=standing,
        refinement=refinement(*policies),
    )


def test_new_access_against_the_approved_run_is_a_warning() -> None:
    comparison = Comparison(result="FAIL", message="new access", reasons=("Queues: sqs:B",))
    checks = FakeChecks(comparison=comparison)

    found = answers(
        refinement(policy("sqs:A", "sqs:B")),
        (),
        checks,
        FakeSimulator(),
        baseline(BaselineKind.APPROVED, policy("sqs:A")),
    )

    (finding,) = found.findings
    assert (finding.kind, finding.severity) == ("new-access", Severity.WARNING)
    assert "20261101T000000Z-00000000" in finding.detail
    ((new, existing),) = checks.compared
    assert new != existing


@pytest.mark.parametrize("standing", [BaselineKind.PROVED, BaselineKind.LATEST])
def test_what_nobody_approved_is_not_compared_with_by_a_paid_call(standing: BaselineKind) -> None:
    checks = FakeChecks()

    answers(
        refinement(policy("sqs:A")),
        (),
        checks,
        FakeSimulator(),
        baseline(standing, policy("sqs:A")),
    )

    assert checks.compared == []


def test_the_same_answers_give_the_same_bytes(tmp_path: Path) -> None:
    evidence = [seen("sqs:DeleteQueue"), seen("sqs:CreateQueue")]
    one = policy("sqs:CreateQueue", "sqs:DeleteQueue")

    for name, order in (("a", evidence), ("b", evidence[::-1])):
        event = kept(tmp_path / name, order, one)
        check(event, FolderArchive(tmp_path / name), FakeChecks(), FakeSimulator())

    first, second = (
        FolderArchive(tmp_path / name).get(f"{FOLDER}/checks.json") for name in ("a", "b")
    )
    assert first == second
