"""The dossier of a large run is light to open; how quickly it is made, benchmarks/dossier tells."""

from itertools import cycle, islice

from lambdas.document_policy.dossier import written
from lambdas.document_policy.report.report import report
from tests.unit.document_policy.explained import statement
from tests.unit.document_policy.samples import (
    a_refinement,
    evidence_lines,
    of_statements,
    run_facts,
)

LINES = 60_000
BYTES = 2_000_000


def queues(teams: int, queues_each: int) -> list[str]:
    return [
        f"arn:aws:sqs:${{region}}:${{account}}:{t}-{q}-*"
        for t in range(teams)
        for q in range(queues_each)
    ]


def test_the_report_of_sixty_thousand_lines_and_two_thousand_grants_stays_light() -> None:
    refinement = a_refinement(
        *(
            statement(f"T{t}", "Send.", ["sqs:SendMessage", "sqs:TagQueue"], queues(1, 20))
            for t in range(50)
        )
    )
    lines = islice(cycle(list(evidence_lines(refinement))), LINES)

    files = written(run_facts(refinement, lines=lines), lambda _: {})

    assert len(files["report.html"]) < BYTES


def test_a_page_of_any_policy_stays_light() -> None:
    many = of_statements(
        *(
            statement(f"T{t}", "Send.", ["sqs:SendMessage", "sqs:TagQueue"], queues(5, 100))
            for t in range(30)
        )
    )

    page = report(run_facts(many, lines=()))

    assert len(page) < BYTES
    assert "more, in refined.json" in page
    assert "and 200 more, in policy.json" in page
