"""The policy as plain text, for a mail: its statements in words, then IAM's JSON."""

from collections.abc import Iterator, Sequence

from lambdas.document_policy.analysis.iam_documents import iam_documents
from lambdas.document_policy.analysis.run_facts import RunFacts
from lambdas.model.text import counted, shortened, visible

LONGEST = 240  # characters of a purpose
WORDS = 30_000  # bytes of the mail that the statements in words may take


def in_words(facts: RunFacts, place: str) -> Iterator[str]:
    """Each statement's Sid and purpose, of each principal.

    Args:
        facts: of the run.
        place: where the dossier lies.
    """
    lines = [
        f"  {one.statement.sid}: {visible(shortened(one.purpose, LONGEST, whole_in='the report'))}"
        for owner in facts.refinement.policies
        for one in owner.statements
    ]
    yield "What the statements are for:"
    yield from fitting(lines, WORDS, f"{place}report.html")


def as_json(facts: RunFacts, place: str, room: int) -> Iterator[str]:
    """IAM's JSON of each principal's whole policy.

    Args:
        facts: of the run.
        place: where the dossier lies.
        room: how many bytes are left for it.
    """
    files = iam_documents(facts.refinement)
    owners = facts.refinement.policies
    for number, owner in enumerate(owners):
        name = f"{owner.name}.json"
        lines = files[name].decode().splitlines()
        heading = f"{name}, for {visible(owner.principal)}:"
        left = counted(len(owners) - number, "more policy")
        unseen = f"  and {left}, in {place}"
        free = room - _bytes([heading, unseen])  # which may have to follow this policy
        if free < _bytes([_more(len(lines), f"{place}{name}")]):
            yield unseen
            return
        shown = (heading, *fitting(lines, free, f"{place}{name}"))
        room -= _bytes(shown)
        yield from shown


def fitting(lines: Sequence[str], room: int, rest: str) -> Iterator[str]:
    """As many of the lines as there is room for; then how many are left out, and where they are."""
    if _bytes(lines) <= room:
        yield from lines
        return
    room -= _bytes([_more(len(lines), rest)])
    for number, line in enumerate(lines):
        room -= _bytes([line])
        if room < 0:
            yield _more(len(lines) - number, rest)
            return
        yield line


def _more(number: int, rest: str) -> str:
    return f"  and {counted(number, 'more line')}, in {rest}"


def _bytes(lines: Sequence[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)
