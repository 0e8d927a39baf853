"""For a terminal: the answer first, then what is missing, each line with how sure it is."""

from collections.abc import Iterator, Sequence

from foretell.comparison.comparison import Answer, Comparison, Line
from lambdas.model.text import counted, visible

MOST_POSSIBLE = 30  # lines that are only possible; the other forms have all
MOST = 3  # resources that are named of those that ask for the same


def text(found: Comparison) -> str:
    """All of it, a paragraph for each kind of line."""
    return "\n".join(_lines(found)) + "\n"


def headline(found: Comparison) -> str:
    """The answer in a sentence."""
    looked = f"{counted(found.resources, 'resource')}, {counted(found.needs, 'need')}"
    if found.answer is Answer.LACKS:
        return f"The policy lacks {counted(len(found.missing), 'permission')} ({looked})."
    if found.answer is Answer.UNTOLD:
        return f"It could not be told whether the policy suffices ({looked})."
    return f"The policy suffices, as far as is known ({looked})."


def askers(line: Line) -> str:
    """`Queue (AWS::SQS::Queue, line 4) and 2 more`."""
    named = [
        f"{one.logical_id} ({one.type}{f', line {one.line}' if one.line else ''})"
        for one in line.askers[:MOST]
    ]
    more = len(line.askers) - MOST
    return ", ".join(named) + (f" and {more} more" if more > 0 else "")


def _lines(found: Comparison) -> Iterator[str]:
    yield headline(found)
    yield from _part("Missing", found.missing)
    title = "Possible: AWS lists it, and nothing says when it is asked for"
    yield from _part(title, found.possible[:MOST_POSSIBLE])
    more = len(found.possible) - MOST_POSSIBLE
    if more > 0:
        yield f"  and {counted(more, 'more line')}; --json has all"
    if found.spare:
        yield ""
        yield "No longer needed:"
        for one in found.spare:
            yield f"  {visible(one.action)} on {visible(one.resource)}"
            yield f"    {visible(one.because)}"
    if found.untold:
        yield ""
        yield "Could not be told:"
        yield from (f"  {visible(one)}" for one in found.untold)


def _part(title: str, lines: Sequence[Line]) -> Iterator[str]:
    if not lines:
        return
    yield ""
    yield f"{title}:"
    for one in lines:
        yield f"  {one.certainty:<10} {visible(one.action)} on {visible(one.resource)}"
        who = askers(one)
        yield f"    {visible(f'{who}: ' if who else '')}{visible(one.because)}"
        yield f"    {visible(one.source)}"
        if one.note:
            yield f"    {one.note}"
