"""The fleet's report, its JSON, its CSV and its mail."""

import csv
import io
import json
import re
from dataclasses import replace

import pytest
from hypothesis import given

from lambdas.document_fleet.mail import LINES, message, subject
from lambdas.document_fleet.moves import moves
from lambdas.document_fleet.report import report
from lambdas.document_fleet.table_file import table_file
from lambdas.model.dossier.answer import Answer
from lambdas.model.execution.platform import Platform
from lambdas.model.limits import SUBJECT_LIMIT
from lambdas.overview.attention import in_order
from lambdas.overview.process_row import Row
from tests.unit.document_fleet.fleets import FLEET, ROWS, a_fleet
from tests.unit.document_policy.forms import HOSTILE
from tests.unit.overview.rows import a_row, an_end, never_run, rows

PLACE = "s3://archive/"


def cells_of(page: str, process: str) -> dict[str, str]:
    """The cells of a process, by column, as text."""
    (row,) = (one for one in re.findall(r"<tr.*?</tr>", page) if f">{process}<" in one)
    found = re.findall(r'<td data-name="([^"]+)">(.*?)</td>', row)
    return {name: re.sub(r"<[^>]*>", "", cell).strip() for name, cell in found}


def test_the_report_has_a_row_for_each_process_what_needs_a_person_first() -> None:
    page = report(a_fleet())

    names = re.findall(r'<th scope="row">(?:<a[^>]*>)?([a-z]+)<', page)
    assert names == ["milk", "salt", "rice", "wine", "tea", "new", "oats", "bread"]


def test_a_row_tells_what_the_dossier_tells() -> None:
    page = report(a_fleet())

    assert cells_of(page, "wine") == {
        "Verdict": "proved",
        "Proof": "today",
        "New access": "3, unapproved",
        "Grants": "40 observed, 2 pass-role",
        "Wildcards": "3",
        "No way up": "shown in part 2 ways up",
        "Contained": "shown in part 1 reaches others",
        "Characters": "4,812",
        "Owner": "team-orders@example.com",
        "Sandbox": "north 111122223333, eu-west-1",
        "Revision": "",
    }


def test_what_a_dossier_of_an_earlier_version_does_not_tell_is_not_known() -> None:
    cells = cells_of(report(a_fleet()), "oats")

    for name in ("Grants", "Wildcards", "No way up", "Contained", "Characters"):
        assert cells[name] == "not known"


def test_the_verdict_says_what_failed_what_was_stopped_and_where() -> None:
    facts = a_fleet(platform=Platform.EMBEDDED, broken="States.ItemReaderFailed: gone")

    assert facts.verdict == (
        "2 of 5 runs failed on an embedded AWS; 1 not started: the fleet was stopped; the fleet "
        "itself broke off"
    )
    assert not facts.tolerated
    assert "States.ItemReaderFailed: gone" in report(facts)
    assert "nothing of it was shown on AWS" in report(facts)


@pytest.mark.parametrize(("tolerate", "expected"), [(39.9, False), (40.0, True), (100.0, True)])
def test_the_share_is_judged_afterwards(tolerate: float, *, expected: bool) -> None:
    plan = {"runs": 5, "tolerate": tolerate, "words": ""}

    assert a_fleet(plan=plan).tolerated is expected


def test_a_fleet_of_nothing_is_no_failure() -> None:
    facts = a_fleet([a_row()])

    assert facts.tolerated
    assert facts.verdict == "none of 0 runs failed"
    assert "Nothing needs anybody." in message(facts, place=PLACE)


def test_the_mail_says_what_needs_somebody_in_ten_lines() -> None:
    text = message(a_fleet(), place=PLACE)

    assert text.splitlines() == [
        f"Fleet {FLEET.id}: 2 of 5 runs failed; 1 not started: the fleet was stopped.",
        "The run failed (1): milk",
        "The run was not started (1): salt",
        "Not proved (1): rice",
        "New access that nobody has approved (1): wine",
        "The fleet was stopped before it (1): tea",
        "No run has made a policy (1): new",
        f"The report: s3://archive/fleet/{FLEET.id}/report.html",
    ]


def test_why_a_run_failed_is_told_in_lines_with_its_execution() -> None:
    cause = "the phase <b>deploy</b> failed\n$ exit 3\n\nRun x of milk"
    end = replace(an_end("milk", "FAILED", "CycleFailed", cause), execution="arn:aws:states:x")
    page = report(a_fleet([a_row("milk", end=end)]))

    lines = "the phase &lt;b&gt;deploy&lt;/b&gt; failed<br>$ exit 3<br>Run x of milk"
    assert f"<summary>Why</summary>{lines}<p>Execution " in page


@given(rows)
def test_no_mail_is_longer_than_ten_lines_and_no_subject_than_sns_takes(there: list[Row]) -> None:
    before = json.loads(json.dumps(a_fleet().to_json()))
    facts = a_fleet(there, before=before, broken="x" * 5_000)

    assert len(message(facts, place=PLACE).splitlines()) <= LINES
    assert len(subject(facts)) <= SUBJECT_LIMIT
    assert message(facts, place=PLACE).splitlines()[-1].startswith("The report: ")


@given(rows)
def test_the_same_fleet_gives_the_same_bytes_in_whatever_order_it_is_read(there: list[Row]) -> None:
    one, other = a_fleet(there), a_fleet(reversed(there))

    assert report(one) == report(other)
    assert one.to_json() == other.to_json()
    assert table_file(one.judged) == table_file(other.judged)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_text_from_outside_breaks_out_of_nothing(hostile: str) -> None:
    ended = an_end("orders", "FAILED", hostile, hostile)
    page = report(a_fleet([a_row(owner=hostile, revision=hostile, end=ended)], broken=hostile))
    harmless = report(
        a_fleet(
            [a_row(owner="o", revision="r", end=an_end("orders", "FAILED", "e", "c"))], broken="b"
        )
    )

    def tags(text: str) -> list[str]:
        return [
            one for one in re.findall(r"<[a-z/!][^\s>]*", text) if one not in {"<wbr", "<br"}
        ]  # ours, where a line may or does end

    assert tags(page) == tags(harmless)


def test_no_cell_of_the_table_is_a_formula() -> None:
    hostile = a_row(owner='=HYPERLINK("http://evil")', end=an_end("orders", "FAILED", "+1", "@x"))
    (line,) = csv.DictReader(io.StringIO(table_file(in_order([hostile]))))

    assert line["owner"] == '\'=HYPERLINK("http://evil")'
    assert line["error"] == "'+1"
    assert not [one for one in line.values() if one.startswith(("=", "+", "-", "@"))]


def test_the_table_has_a_line_for_each_process_in_the_same_order() -> None:
    facts = a_fleet()
    lines = list(csv.DictReader(io.StringIO(table_file(facts.judged))))

    assert [one["process"] for one in lines] == [row.process for row in facts.rows]
    assert lines[0]["needs"] == "its run failed: CycleFailed"
    (oats,) = (one for one in lines if one["process"] == "oats")
    (wine,) = (one for one in lines if one["process"] == "wine")
    names = ("noWayUp", "waysUp", "contained", "reachesOthers")
    assert [oats[name] for name in names] == ["", "", "", ""]
    assert [wine[name] for name in names] == ["shown in part", "2", "shown in part", "1"]
    assert table_file(()) == "process\r\n"


def test_a_page_of_a_thousand_processes_is_under_three_megabytes() -> None:
    many = [
        a_row(
            f"{'process-with-a-name' * 2}"[:26] + f"-{number:04}",
            owner=f"team-with-a-long-name-{number:04}@department.example.com",
            revision="0123456789ab",
            verdict="not proved",
            new=12,
            unapproved=True,
            ways_up=3,
            reaches=4,
            grounds={"observed": 120, "pass-role": 4, "tag-on-create": 7, "rollback": 21},
            end=an_end("x", "FAILED", "CycleFailed", "c" * 2_000),
        )
        for number in range(1_000)
    ]

    assert len(report(a_fleet(many)).encode()) < 3_000_000


def test_what_changed_since_the_last_fleet_is_told_the_worse_first() -> None:
    before = a_fleet(
        [
            a_row("bread"),
            a_row("milk", end=an_end("milk")),
            a_row("rice"),
            a_row("wine", ways_up=0, wildcards=5),
            a_row("oats", no_way_up=None, contained=Answer.IN_PART),
            a_row("gone"),
            a_row("salt", end=an_end("salt", "FAILED", "x")),
        ]
    ).to_json()
    now = [
        a_row("bread"),
        a_row("milk", end=an_end("milk", "FAILED", "CycleFailed")),
        a_row("rice", verdict="not proved"),
        a_row(
            "wine",
            no_way_up=Answer.IN_PART,
            ways_up=2,
            wildcards=3,
            new=3,
            unapproved=True,
        ),
        a_row("oats"),
        a_row("salt", end=an_end("salt"), approved="20261129T120000Z-1a2b3c4d"),
        never_run(),
    ]

    found = [(one.process, one.what, one.worse) for one in moves(in_order(now), before)]

    assert found == [
        ("milk", "its run failed; the one before did not", True),
        ("rice", "not proved, was proved", True),
        ("wine", "2 ways up, had none", True),
        ("wine", "3 grants new, unapproved", True),
        ("wine", "no way up is shown in part, was shown", True),
        ("gone", "is no longer there", False),
        ("new", "is new", False),
        ("oats", "contained is shown, was shown in part", False),
        ("salt", "another run is approved", False),
        ("salt", "its run succeeds again", False),
        ("wine", "3 wildcards, had 5", False),
    ]


@given(rows)
def test_a_fleet_that_is_like_the_one_before_has_no_changes(there: list[Row]) -> None:
    before = json.loads(json.dumps(a_fleet(there).to_json()))

    assert moves(in_order(there), before) == ()
    assert moves(in_order(there), None) == ()


def test_links_lead_from_the_fleets_folder_to_the_dossiers() -> None:
    page = report(a_fleet(ROWS[:1]))

    assert f'href="../../bread/{ROWS[0].run}/report.html"' in page
