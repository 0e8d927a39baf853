"""For a pull request: the answer, a table of what is missing, the rest folded away.

Every name is escaped: it can neither end a cell, nor be a link, a mention or HTML.
https://github.github.com/gfm/
"""

import re
from collections.abc import Iterator, Sequence

from foretell.comparison.comparison import Answer, Comparison, Line
from foretell.report.text import askers, headline
from lambdas.model.text import visible

MARKER = "<!-- fencepost check -->"  # by which a later comment finds this one
# GitHub takes 65,536 characters in a comment, GitLab a million,
# https://github.com/orgs/community/discussions/41331
LONGEST = 60_000
_SPECIAL = re.compile(r"^[-+=]|[\\`*_{}\[\]#.|<>~&@:$]")
_ICONS = {Answer.SUFFICES: "✅", Answer.LACKS: "❌", Answer.UNTOLD: "❔"}


def markdown(found: Comparison, title: str = "") -> str:
    """A comment. What does not fit is left out from the end, and said."""
    whole = "\n".join(_lines(found, title)) + "\n"
    if len(whole) <= LONGEST:
        return whole
    kept = whole[:LONGEST].rpartition("\n")[0]
    closing = "\n</details>" * (kept.count("<details>") - kept.count("</details>"))
    return f"{kept}\n{closing}\n\nThe rest is left out: it is too long for a comment.\n"


def escaped(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", visible(text))


def code(text: str) -> str:
    """Text in the face of code, whatever it holds."""
    return f"<code>{escaped(text)}</code>"


def _lines(found: Comparison, title: str) -> Iterator[str]:
    yield MARKER
    yield f"### {_ICONS[found.answer]} {escaped(headline(found))}"
    if title:
        yield ""
        yield escaped(title)
    if found.missing:
        yield ""
        yield from _table(found.missing)
    if found.untold:
        yield ""
        yield "**Could not be told**"
        yield ""
        yield from (f"- {escaped(one)}" for one in found.untold)
    if found.possible:
        yield from _folded(f"Possible ({len(found.possible)}): AWS lists it, and nothing says when")
        yield from _table(found.possible)
        yield ""
        yield "</details>"
    if found.spare:
        yield from _folded(f"No longer needed ({len(found.spare)})")
        yield "| permission | resource | because |"
        yield "| --- | --- | --- |"
        for one in found.spare:
            yield f"| {code(one.action)} | {code(one.resource)} | {escaped(one.because)} |"
        yield ""
        yield "</details>"
    yield ""
    yield (
        "<sub><b>seen</b>: a run asked for it · <b>documented</b>: AWS says that such a request "
        "asks for it · <b>possible</b>: AWS lists it</sub>"
    )


def _folded(title: str) -> Iterator[str]:
    yield ""
    yield f"<details><summary>{escaped(title)}</summary>"
    yield ""


def _table(lines: Sequence[Line]) -> Iterator[str]:
    yield "| | permission | resource | asked for by | because |"
    yield "| --- | --- | --- | --- | --- |"
    for one in lines:
        why = f"{one.because}{f'; {one.note}' if one.note else ''}"
        cells = (
            f"**{one.certainty}**" if one.certainty.sure else str(one.certainty),
            code(one.action),
            code(one.resource),
            escaped(askers(one)) or "the deploying tool",
            f"{escaped(why)}<br><sub>{escaped(one.source)}</sub>",
        )
        yield f"| {' | '.join(cells)} |"
