"""report.html: the run on one page, in the order in which a reviewer asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.document_policy.html import Html, code, el, join, prose, whole
from lambdas.document_policy.matters import changed, findings, left_out
from lambdas.document_policy.page import asset, page
from lambdas.document_policy.picture import exercised, picture
from lambdas.document_policy.statements import statements
from lambdas.document_policy.truths import truths
from lambdas.model.finding import Severity
from lambdas.model.policy import policy_text
from lambdas.model.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.document_policy.story import Story

LARGEST = 1_800_000  # characters
ROWS = (3_000, 1_000, 300)  # grants shown with their grounds; refined.json has all
LONGEST_DOCUMENT = 300_000  # characters of a policy on the page
FORMS = (
    ("policy.json", "IAM JSON"),
    ("policy.tf", "Terraform"),
    ("policy.yaml", "CloudFormation"),
    ("policy.py", "CDK"),
    ("README.md", "Markdown"),
    ("evidence.jsonl.gz", "Evidence"),
    ("manifest.json", "Manifest"),
)
SECTIONS = (
    ("findings", "Know first"),
    ("changes", "What changed"),
    ("picture", "Services by phase"),
    ("paths", "Paths"),
    ("statements", "The policy"),
    ("left-out", "Left out"),
    ("document", "The document"),
)


def report(story: Story) -> str:
    """The whole page; with less of the grounds when it would be too large for a phone."""
    pages = (_page(story, rows) for rows in ROWS)
    return next((one for one in pages if len(one) < LARGEST), _page(story, 0))


def _page(story: Story, rows: int) -> str:
    body = (
        el("a", "Skip to the findings", class_="skip", href="#findings"),
        _head(story),
        _contents(),
        el(
            "main",
            findings(story),
            changed(story),
            picture(story),
            exercised(story),
            statements(story, rows),
            left_out(story),
            _document(story),
            id="main",
        ),
        _foot(story),
    )
    return page(story.title, body, script=asset("report.js"))


def _head(story: Story) -> Html:
    kind = story.verdict.kind.value.replace(" ", "-")
    return el(
        "header",
        el("p", "Fencepost", el("span", " least privilege, from what happened"), class_="brand"),
        el(
            "h1",
            el("span", f"{story.verdict.headline}:", class_=f"verdict {kind}"),
            " the policy of ",
            el("b", story.process.name),
        ),
        el("p", prose(story.verdict.grounds), class_="grounds"),
        el("p", el("a", story.changes.alarm, href="#changes"), class_="alarm")
        if story.changes.alarm
        else None,
        el("ul", (el("li", prose(one)) for one in story.verdict.details))
        if story.verdict.details
        else None,
        _truths(story),
        _figures(story),
        _facts(story),
        class_="top",
    )


def _truths(story: Story) -> Html:
    """What a policy should be, and where this run could not show it."""
    lines = (
        el(
            "li",
            el("b", one.name.capitalize()),
            " ",
            el("span", one.state, class_="state"),
            el("p", one.sentence),
            class_=one.state.replace(" ", "-"),
        )
        for one in truths(story)
    )
    return el("ul", lines, class_="truths", aria_label="What this run shows")


def _figures(story: Story) -> Html:
    errors, warnings = map(story.finding_count, (Severity.ERROR, Severity.WARNING))
    urgent = counted(errors, "error") if errors else counted(warnings, "warning")
    changes = story.changes
    moved = "first run" if changes.first else f"{len(changes.new):,} / {len(changes.gone):,}"
    moved_words = "nothing to compare with" if changes.first else "access new / gone"
    figures = (
        (urgent, "to know first", "#findings", "bad" if errors else "warn" if warnings else ""),
        (moved, moved_words, "#changes", "warn" if changes.new else ""),
        (f"{story.statements:,}", "statements", "#statements", ""),
        (f"{story.actions:,}", f"actions in {counted(story.grants, 'grant')}", "#statements", ""),
        (f"{story.survey.events:,}", "events of evidence", "#picture", ""),
    )
    return el(
        "ul",
        (
            el("li", el("a", el("b", number), el("span", words), href=href), class_=tone)
            for number, words, href, tone in figures
        ),
        class_="figures",
    )


def _facts(story: Story) -> Html:
    run = story.run
    facts = (
        ("Process", story.process.description),
        ("Run", code(run.id)),
        ("Role", code(run.principal)),
        ("Account", f"{run.account}, {run.region}"),
        ("Cycle", _span(run.started_at, run.ended_at)),
        ("Size", story.size),
        *((("Checks", ", ".join(story.checked)),) if story.checked else ()),
    )
    return el(
        "dl", (join((el("dt", name), el("dd", what))) for name, what in facts), class_="facts"
    )


def _span(start: str, end: str) -> str:
    return f"{start} to {end}" if end else f"{start}, its end is not told"


def _contents() -> Html:
    links = (el("li", el("a", words, href=f"#{anchor}")) for anchor, words in SECTIONS)
    files = (el("li", el("a", words, href=name)) for name, words in FORMS)
    return el(
        "nav",
        el("ol", links),
        el("p", "Files of this run"),
        el("ul", files),
        aria_label="Contents",
    )


def _document(story: Story) -> Html:
    return el(
        "section",
        el("h2", "The document"),
        el("p", "As IAM takes it, with the first cycle's values. ", story.size, "."),
        _documents(story),
        id="document",
    )


def _documents(story: Story) -> Iterator[Html]:
    for policy in story.refinement.policies:
        name = f"{policy.name}.json"
        document = policy_text(policy.policy.render(story.values))
        yield el(
            "details",
            el("summary", name),
            el("pre", el("code", whole(document)), id=name)
            if len(document) <= LONGEST_DOCUMENT
            else el("p", f"Its {len(document):,} characters stand in the file alone."),
            class_="document",
        )


def _foot(story: Story) -> Html:
    made = ", ".join(f"{name} {version}" for name, version in story.versions.items())
    return el(
        "footer",
        el("p", f"Run {story.run.id} of {story.process.name}. Times are in UTC. Made with {made}."),
        el("p", "manifest.json pins every document of this run and the run before it."),
    )
