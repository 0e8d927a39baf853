"""report.html: the run on one page, in the order in which a reviewer asks."""

from collections.abc import Iterator

from lambdas.document_policy.analysis.claims import claims
from lambdas.document_policy.analysis.iam_documents import BOUNDARY_FILE
from lambdas.document_policy.analysis.run_facts import RunFacts
from lambdas.document_policy.formats.forms import LINKS
from lambdas.document_policy.report.boundary import boundary
from lambdas.document_policy.report.changes import changed
from lambdas.document_policy.report.findings import findings
from lambdas.document_policy.report.left_out import left_out
from lambdas.document_policy.report.service_matrix import exercised, service_matrix
from lambdas.document_policy.report.statements import statements
from lambdas.model.execution.platform import Platform
from lambdas.model.findings.finding import Severity
from lambdas.model.iam.policy import policy_text
from lambdas.model.text import counted
from lambdas.pages.html import Html, code, el, join, prose, whole
from lambdas.pages.page import asset, page

BADGES = {Platform.EMBEDDED: "Emulated", Platform.UNKNOWN: "Not on AWS"}
LARGEST = 1_800_000  # characters
ROWS = (3_000, 1_000, 300)  # grants shown with their grounds; refined.json has all
LONGEST_DOCUMENT = 300_000  # characters of a policy on the page
BOUNDARY = ("boundary", "The boundary")  # only where there is one
SECTIONS = (
    ("findings", "Read this first"),
    ("changes", "What changed"),
    ("picture", "Services by phase"),
    ("paths", "Paths"),
    ("statements", "The policy"),
    BOUNDARY,
    ("left-out", "Left out"),
    ("document", "The document"),
)


def report(facts: RunFacts) -> str:
    """The whole page; with less of the grounds when it would be too large for a phone."""
    pages = (_page(facts, rows) for rows in ROWS)
    return next((one for one in pages if len(one) < LARGEST), _page(facts, 0))


def _page(facts: RunFacts, rows: int) -> str:
    body = (
        el("a", "Skip to the findings", class_="skip", href="#findings"),
        _head(facts),
        _contents(facts),
        el(
            "main",
            findings(facts),
            changed(facts),
            service_matrix(facts),
            exercised(facts),
            statements(facts, rows),
            boundary(facts),
            left_out(facts),
            _document(facts),
            id="main",
        ),
        _foot(facts),
    )
    return page(facts.title, body, script=asset("report.js"))


def _head(facts: RunFacts) -> Html:
    aside = facts.run.platform.aside
    kind = facts.verdict.kind.value.replace(" ", "-")
    return el(
        "header",
        el("p", "Fencepost", el("span", " least privilege, from what happened"), class_="brand"),
        el(
            "h1",
            el("span", facts.verdict.headline, class_=f"verdict {kind}"),
            el("span", aside, class_="place") if aside else None,
            ": the policy of ",
            el("b", facts.process.name),
        ),
        el("p", el("b", BADGES[facts.run.platform]), " ", facts.caveat, class_="caveat")
        if facts.caveat
        else None,
        el("p", prose(facts.verdict.grounds), class_="grounds"),
        el("p", el("a", facts.changes.alarm, href="#changes"), class_="alarm")
        if facts.changes.alarm
        else None,
        el("ul", (el("li", prose(one)) for one in facts.verdict.details))
        if facts.verdict.details
        else None,
        _truths(facts),
        _figures(facts),
        _facts(facts),
        class_="top",
    )


def _truths(facts: RunFacts) -> Html:
    """What a policy should be, and where this run could not show it."""
    lines = (
        el(
            "li",
            el("b", one.name.capitalize()),
            " ",
            el("span", one.answer, class_="state"),
            el("p", one.sentence),
            class_=one.state.replace(" ", "-"),
        )
        for one in claims(facts)
    )
    return el("ul", lines, class_="truths", aria_label="What this run shows")


def _figures(facts: RunFacts) -> Html:
    errors, warnings = map(facts.finding_count, (Severity.ERROR, Severity.WARNING))
    urgent = counted(errors, "error") if errors else counted(warnings, "warning")
    changes = facts.changes
    moved = changes.kind if changes.alone else f"{len(changes.new):,} / {len(changes.gone):,}"
    moved_words = "nothing to compare with" if changes.alone else "access new / gone"
    figures = (
        (urgent, "to read first", "#findings", "bad" if errors else "warn" if warnings else ""),
        (moved, moved_words, "#changes", "warn" if changes.new else ""),
        (f"{facts.statements:,}", "statements", "#statements", ""),
        (f"{facts.actions:,}", f"actions in {counted(facts.grants, 'grant')}", "#statements", ""),
        (f"{facts.survey.events:,}", "events of evidence", "#picture", ""),
    )
    return el(
        "ul",
        (
            el("li", el("a", el("b", number), el("span", words), href=href), class_=tone)
            for number, words, href, tone in figures
        ),
        class_="figures",
    )


def _facts(facts: RunFacts) -> Html:
    run = facts.run
    rows = (
        ("Process", facts.process.description),
        ("Run", code(run.id)),
        ("Role", code(run.principal)),
        ("Account", f"{run.account}, {run.region}"),
        *((("Source", code(facts.source)),) if facts.revision.words else ()),
        ("Cycle", _span(run.started_at, run.ended_at)),
        ("Size", facts.size),
        *((("Checks", ", ".join(facts.checked)),) if facts.checked else ()),
    )
    return el("dl", (join((el("dt", name), el("dd", what))) for name, what in rows), class_="facts")


def _span(start: str, end: str) -> str:
    return f"{start} to {end}" if end else f"{start}, its end is not told"


def _contents(facts: RunFacts) -> Html:
    bounded = facts.refinement.boundary is not None
    sections = [one for one in SECTIONS if bounded or one != BOUNDARY]
    links = (el("li", el("a", words, href=f"#{anchor}")) for anchor, words in sections)
    further = [(BOUNDARY_FILE, "Boundary")] if bounded else []
    files = (el("li", el("a", words, href=name)) for name, words in (*LINKS, *further))
    return el(
        "nav",
        el("ol", links),
        el("p", "Files of this run"),
        el("ul", files),
        aria_label="Contents",
    )


def _document(facts: RunFacts) -> Html:
    return el(
        "section",
        el("h2", "The document"),
        el("p", "As IAM takes it, with the first cycle's values. ", facts.size, "."),
        _documents(facts),
        id="document",
    )


def _documents(facts: RunFacts) -> Iterator[Html]:
    for policy in facts.refinement.policies:
        yield _one(f"{policy.name}.json", policy_text(policy.policy.render(facts.values)))
    if facts.refinement.boundary:
        yield _one(BOUNDARY_FILE, policy_text(facts.refinement.boundary.render(facts.values)))


def _one(name: str, document: str) -> Html:
    return el(
        "details",
        el("summary", name),
        el("pre", el("code", whole(document)), id=name)
        if len(document) <= LONGEST_DOCUMENT
        else el("p", f"Its {len(document):,} characters stand in the file alone."),
        class_="document",
    )


def _foot(facts: RunFacts) -> Html:
    made = ", ".join(f"{name} {version}" for name, version in facts.versions.items())
    return el(
        "footer",
        el("p", f"Run {facts.run.id} of {facts.process.name}. Times are in UTC. Made with {made}."),
        el("p", "manifest.json pins every document of this run and the run before it."),
    )
