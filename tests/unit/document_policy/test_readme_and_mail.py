"""README, mail and report in words: the verdict first, nothing lost, nothing that acts."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lambdas.document_policy.analysis.iam_documents import iam_documents
from lambdas.document_policy.analysis.run_facts import RunFacts
from lambdas.document_policy.mail import message, subject
from lambdas.document_policy.readme import code as code_span
from lambdas.document_policy.readme import prose, readme
from lambdas.document_policy.report.report import report
from lambdas.errors import InvalidEventError
from lambdas.model.dossier.refinement import Refinement
from lambdas.model.dossier.verdict import Verdict, VerdictKind
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.limits import MAIL_LIMIT, SUBJECT_LIMIT
from lambdas.model.text import visible
from lambdas.pages.html import Html, code, el, text
from lambdas.pages.html import prose as set_as_html
from tests.unit.document_policy.explained import ROLE, derived, seen, statement
from tests.unit.document_policy.forms import HOSTILE, hostile_texts, refinements
from tests.unit.document_policy.samples import a_refinement, of_statements, run_facts

VERDICTS = {
    "proved": Verdict(kind=VerdictKind.PROVED, reason="Round 1."),
    "proved after 2 repairs": Verdict.from_json(
        {"kind": "proved after 2 repairs", "reason": "Round 3.", "repairs": ["a", "b"]}
    ),
    "not proved": Verdict(kind=VerdictKind.NOT_PROVED, reason="sqs:PurgeQueue is missing."),
    "not attempted": Verdict(kind=VerdictKind.NOT_ATTEMPTED),
}
SLOW = settings(
    max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def a_hostile_story(words: str) -> RunFacts:
    one = statement(
        "Hostile", words, ["s3:GetObject"], ["*"],
        grounds=(seen(text=words), derived("rollback", words)), wildcards=[("*", words)],
    )  # fmt: skip
    policy = of_statements(one)
    finding = Finding(
        severity=Severity.ERROR,
        kind=FindingKind.STRANGE_RECORD,
        subject=words,
        detail=words,
        action=words,
    )
    refinement = type(policy)(
        policies=policy.policies, findings=(finding,), left_out=(), variables=policy.variables
    )
    verdict = Verdict(kind=VerdictKind.NOT_PROVED, reason=words, details=(words,))
    return run_facts(refinement, verdict=verdict, lines=())


@pytest.mark.parametrize(("words", "verdict"), VERDICTS.items())
def test_the_verdict_is_the_first_line_everywhere(words: str, verdict: Verdict) -> None:
    facts = run_facts(verdict=verdict)
    title = f"{words.capitalize()}: the policy of orders"

    assert readme(facts).split("\n")[0] == f"# {title}"
    assert message(facts, place="s3://a/", seal="0").split("\n")[0] == title
    assert subject(facts).startswith(f"{words.capitalize()}: orders")
    heading = re.search(r"<h1>(.*?)</h1>", report(facts))
    assert heading
    assert re.sub("<.*?>", "", heading.group(1)) == title


def test_a_verdict_of_another_kind_is_refused() -> None:
    with pytest.raises(InvalidEventError, match="not attempted"):
        Verdict.from_json({"kind": "perhaps"})


@pytest.mark.parametrize("words", HOSTILE)
def test_the_mail_holds_one_readable_line_per_line(words: str) -> None:
    facts = a_hostile_story(words)

    assert len(subject(facts)) <= SUBJECT_LIMIT
    assert subject(facts).isprintable()
    lines = message(facts, place="s3://archive/", seal="0" * 64).split("\n")
    assert all(line.isprintable() for line in lines)
    assert max(map(len, lines)) < 400


@SLOW
@given(refinements())
def test_no_text_gets_out_of_the_page(refinement: Refinement) -> None:
    page = report(run_facts(refinement, lines=()))

    body = page[page.index("<body>") :]
    tags = set(re.findall(r"<(/?[a-zA-Z!][^\s>]*)", body))
    assert not {tag for tag in tags if "script" in tag} - {"script", "/script"}
    assert page.count("<script>") == page.count("</script>") == 1
    assert not re.search(r"<[^>]*\son[a-z]+=", body)
    assert all(line.isprintable() for line in page.split("\n") if "\t" not in line)


@given(hostile_texts())
def test_what_is_escaped_for_html_holds_no_markup(words: str) -> None:
    assert not set(text(words)) & set("<>\"'")
    assert el("p", words) == Html(f"<p>{text(words)}</p>")
    assert el("p", title=words).count('"') == 2


def test_what_is_markup_is_not_escaped_again() -> None:
    assert el("p", "a & ", el("b", "<b>"), None, [code("x:y")], 1200) == (
        "<p>a &amp; <b>&lt;b&gt;</b><code>x:<wbr>y</code>1,200</p>"
    )


@given(hostile_texts())
def test_a_code_span_of_markdown_ends_where_it_should(words: str) -> None:
    span = code_span(words)

    fence = re.match("`+", span)
    assert fence
    inner = span[len(fence.group()) : -len(fence.group())]
    assert span.endswith(fence.group())
    assert fence.group() not in re.findall("`+", inner)
    assert "\n" not in span


PIECES = ("`", "``", "a", " ", "\\", "s3:GetObject", "arn:aws:s3:::b", "https://a.b", "@c")


@given(hostile_texts() | st.lists(st.sampled_from(PIECES)).map("".join))
@example("arn:\\")
def test_prose_of_markdown_makes_no_link_no_mention_and_no_markup(words: str) -> None:
    # Read from the left, as Markdown is: in a code span a backslash escapes nothing, and the span
    # ends at the next run of as many backticks, whatever is between.
    read = r"\\[\\`*_\[\]<>#|~&!$]|(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)"
    bare = re.sub(read, "", prose(words))

    assert not set(bare) & set("`*_[]<>#|~&!$")
    assert "@" not in bare
    assert "://" not in bare


def test_names_in_a_sentence_are_set_as_names() -> None:
    said = "Anyone who holds iam:PassRole can pass arn:aws:iam::1:role/${stage}: set `policy: {a}`."

    assert prose(said) == (
        "Anyone who holds `iam:PassRole` can pass `arn:aws:iam::1:role/${stage}`: set `policy: {a}`."
    )
    assert set_as_html(said).count("<code>") == 3
    assert "`" not in set_as_html(said)


def test_long_texts_are_shortened_with_a_word_on_where_the_whole_is() -> None:
    facts = a_hostile_story("x" * 10_000)

    assert "(10,000 characters; the whole is in" in readme(facts)
    assert "(10,000 characters; the whole is in refined.json)" in report(facts)
    assert len(report(facts)) < 100_000


def test_what_cannot_be_seen_is_shown_as_an_escape() -> None:
    assert visible("a\u202eb\x1b[31m\n\u200b\ud800\U000e0001é") == (
        "a\\u202eb\\u001b[31m\\n\\u200b\\ud800\\U000e0001é"
    )


def test_unpaired_surrogates_do_not_stop_any_document() -> None:
    facts = a_hostile_story("lone \ud800 half")

    for written in (readme(facts), report(facts), message(facts, place="", seal="")):
        written.encode()


def test_the_checks_are_told_with_their_findings() -> None:
    checks = {
        "validation": [],
        "simulation": {"asked": 66, "denied": []},
        "newAccess": {
            "against": "run-1",
            "policies": [{"policy": "policy", "result": "FAIL", "message": "", "reasons": []}],
        },
        "findings": [
            Finding(
                severity=Severity.WARNING,
                kind=FindingKind.NEW_ACCESS,
                subject="policy",
                detail="wider",
            ).to_json()
        ],
    }
    facts = run_facts(a_refinement(), checks=checks)

    for written in (readme(facts), report(facts)):
        assert "66 calls simulated" in written
        assert "CheckNoNewAccess of policy against run-1: FAIL." in written
    assert "new-access" in {one.kind for one in facts.findings}


def test_the_mail_tells_how_to_approve_and_where_to_look() -> None:
    told = message(run_facts(), place="s3://archive/orders/run/", seal="ab" * 32)

    assert "Report: s3://archive/orders/run/report.html" in told
    assert "make approve PROCESS=orders RUN=20261123T120000Z-00000017" in told
    assert "ab" * 32 in told


def test_a_team_can_act_on_the_mail_alone() -> None:
    facts = run_facts()

    told = message(facts, place="s3://archive/", seal="0")

    document = told.partition(f"policy.json, for {ROLE}:\n")[2]
    assert json.loads(document) == json.loads(iam_documents(facts.refinement)["policy.json"])
    (owner,) = facts.refinement.policies
    assert all(f"  {one.statement.sid}: {one.purpose}\n" in told for one in owner.statements)


@pytest.mark.parametrize(("statements", "fits"), [(1, True), (400, True), (4_000, False)])
def test_a_mail_holds_as_much_of_the_policy_as_there_is_room_for_and_says_where_the_rest_is(
    statements: int, *, fits: bool
) -> None:
    one = statement("Sqs", "Send messages.", ["sqs:SendMessage"], [f"arn:aws:sqs:::{'q' * 80}"])
    facts = run_facts(of_statements(*[one] * statements))

    told = message(facts, place="s3://archive/", seal="0")

    whole = iam_documents(facts.refinement)["policy.json"].decode()
    assert len(told.encode()) <= MAIL_LIMIT
    assert told.endswith(whole) == fits
    assert told.endswith("more lines, in s3://archive/policy.json\n") != fits


@pytest.mark.parametrize("principals", [2, 40, 2_000])
def test_a_mail_keeps_within_its_size_however_many_principals_there_are(principals: int) -> None:
    one = statement("Sqs", "Send messages.", ["sqs:SendMessage"], [f"arn:aws:sqs:::{'q' * 80}"])
    (owner,) = of_statements(*[one] * 200).policies
    owners = tuple(replace(owner, name=f"policy.p{number}") for number in range(principals))
    facts = run_facts(replace(of_statements(), policies=owners))

    told = message(facts, place="s3://archive/", seal="0")

    last = told.splitlines()[-1]
    unseen = re.fullmatch(r"  and ([\d,]+) more polic(?:y|ies), in s3://archive/", last)
    left = int(unseen[1].replace(",", "")) if unseen else 0
    shown = re.findall(r"^policy\.p\d+\.json, for", told, re.MULTILINE)
    assert len(told.encode()) <= MAIL_LIMIT
    assert len(shown) + left == principals
    assert (left > 0) == (principals > 2)


def test_the_mail_has_one_line_for_findings_of_one_kind() -> None:
    def warned(kind: str, subject: str) -> Finding:
        return Finding(
            severity=Severity.WARNING, kind=FindingKind(kind), subject=subject, detail="Why."
        )

    found = (warned("family", "a"), warned("family", "b"), warned("dates", "c"))
    refinement = replace(of_statements(), findings=found)

    lines = message(run_facts(refinement), place="", seal="").split("\n")

    assert "  warning: family: 2 times: a; b" in lines
    assert "  warning: dates: c: Why." in lines
