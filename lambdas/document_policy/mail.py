"""The mail: plain text whose first lines say what a reader must know.

The policy is at its end, so that a team that cannot open the archive has all that it needs.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from lambdas.document_policy.analysis.changes import Change, together
from lambdas.document_policy.analysis.claims import claims
from lambdas.document_policy.analysis.run_facts import RunFacts
from lambdas.document_policy.formats.plain_text import as_json, in_words
from lambdas.model.execution.platform import Platform
from lambdas.model.findings.finding import Severity
from lambdas.model.limits import MAIL_LIMIT, SUBJECT_LIMIT
from lambdas.model.text import counted, shortened, visible

LONGEST = 240  # characters of any text that came from events
CONSOLES = {  # by partition
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
MOST = 12  # lines of a kind; the report has all


def subject(facts: RunFacts) -> str:
    """The verdict, then what is new: `Not attempted: orders, 2 new, 1 gone`."""
    changes = facts.changes
    words = [f"{facts.headline}: {facts.process.name}"]
    if changes.widens_approved:
        words.append(f"UNAPPROVED ACCESS, {len(changes.new)} new")
    elif changes.new:
        words.append(f"{len(changes.new)} new")
    if changes.gone:
        words.append(f"{len(changes.gone)} gone")
    if not changes.alone and not (changes.new or changes.gone):
        words.append("no change in access")
    if changes.alone:
        words.append(counted(facts.statements, "statement"))
    if errors := facts.finding_count(Severity.ERROR):
        words.append(counted(errors, "error"))
    return visible(", ".join(words))[:SUBJECT_LIMIT]


def message(facts: RunFacts, *, place: str, seal: str, standing: Sequence[str] = ()) -> str:
    """The mail's text.

    Args:
        facts: of the run.
        place: where the dossier lies.
        seal: the SHA-256 of its manifest.
        standing: what there is to say of its approval.
    """
    first = (
        "\n".join((*_lines(facts, place, seal, standing), "", *in_words(facts, place), "")) + "\n"
    )
    room = MAIL_LIMIT - len(first.encode())
    return first + "".join(f"{line}\n" for line in as_json(facts, place, room))


def _lines(facts: RunFacts, place: str, seal: str, standing: Sequence[str]) -> Iterator[str]:
    yield facts.title
    if facts.caveat:
        yield facts.caveat
    yield _short(facts.verdict.grounds)
    yield from (f"  {_short(one)}" for one in facts.verdict.details[:MOST])
    yield ""
    yield from _changes(facts)
    yield ""
    yield from (f"{o.name.capitalize()}: {o.answer}. {_short(o.sentence)}" for o in claims(facts))
    yield ""
    yield f"Policy: {counted(facts.statements, 'statement')}, {counted(facts.actions, 'action')}"
    yield f"  {_short(facts.size)}"
    yield f"Findings: {facts.finding_counts}"
    yield from _findings(facts)
    yield ""
    yield f"Report: {place}report.html"
    yield f"Policy: {place}policy.json"
    yield from _console(facts, place)
    if facts.revision.words:
        yield f"Source: {facts.source}"
    yield f"Run {facts.run.id} of {facts.process.name}, manifest sha256 {seal}"
    yield from (f"{_short(one)}" for one in standing)
    bucket = place.removesuffix(facts.run.key("")).rstrip("/")
    yield f"Approve it: make approve PROCESS={facts.process.name} RUN={facts.run.id} \\"
    yield f"  ARCHIVE={bucket}{' EMULATED=1' if facts.run.platform is Platform.EMBEDDED else ''}"


def _short(text: str) -> str:
    return visible(shortened(text, LONGEST, whole_in="the report"))


def _console(facts: RunFacts, place: str) -> Iterator[str]:
    """A link that a person can follow from the mail; AWS's console shows nothing emulated."""
    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    domain = CONSOLES.get(facts.run.principal.partition(":")[2].partition(":")[0])
    emulated = facts.run.platform is Platform.EMBEDDED
    if place.startswith("s3://") and domain and not emulated:
        yield f"https://{domain}/s3/buckets/{bucket}?region={facts.run.region}&prefix={prefix}"


def _changes(facts: RunFacts) -> Iterator[str]:
    changes = facts.changes
    yield f"Changes: {changes.summary}"
    if facts.apart:
        yield from (f"  {_short(one)}" for one in facts.compared)
    if changes.alarm:
        yield f"  {changes.alarm}"
    yield from (f"  {_short(one)}" for one in changes.causes[:MOST])
    yield from _access("+", changes.new)
    yield from _access("-", changes.gone)


def _access(sign: str, found: Sequence[Change]) -> Iterator[str]:
    lines = together(found)
    for one in lines[:MOST]:
        yield f"  {sign} {_short(', '.join(one.actions))}"
        yield f"    on {_short(str(one.resource))}"
        yield f"    {_short(one.cause)}"
    if len(lines) > MOST:
        yield f"  {sign} and {len(lines) - MOST} more, in the report"


def _findings(facts: RunFacts) -> Iterator[str]:
    """A line for what is of one kind; what each means stands in the report."""
    urgent = [one for one in facts.findings if one.severity is not Severity.NOTE]
    kinds = [list(same) for _, same in groupby(urgent, lambda one: (one.severity, one.kind))]
    for same in kinds[:MOST]:
        first = same[0]
        about = "; ".join(dict.fromkeys(one.subject for one in same))
        words = f"{about}: {first.detail}" if len(same) == 1 else f"{len(same)} times: {about}"
        yield f"  {first.severity}: {_short(f'{first.kind}: {words}')}"
    if len(kinds) > MOST:
        yield f"  and {len(kinds) - MOST} more kinds, in the report"
