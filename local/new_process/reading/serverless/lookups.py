"""What a `serverless.yml` reads from the account while it is resolved, and cannot do without."""

import re
from collections.abc import Iterator

# Not AWS's own parameters, which are in every account.
_LOOKED_UP = re.compile(r"(?!ssm[^:]*:/aws/)(?:ssm|cf|s3)(?:\([^)]*\)|\.[\w-]+)?:")
_NOT_GIVEN = re.compile(r"env:\w+|opt:(?!(?:stage|region)$)[\w-]+")
_OPENED = "${"


def required_lookups(text: str) -> list[str]:
    """The variables' sources that must be there: those with nothing else to fall back on.

    A source may hold variables itself (`ssm:/shop/${sls:stage}/key`), and may be followed by
    others, of which the first that has a value counts. Of the environment and of options nothing is
    given but the stage and the region:
    https://www.serverless.com/framework/docs/guides/variables
    """
    found = set()
    for variable in _variables(text):
        sources = [one for one in _sources(variable) if not _NOT_GIVEN.fullmatch(one)]
        if sources and all(map(_LOOKED_UP.match, sources)):
            found.add(sources[0])
    return sorted(found)


def _variables(text: str) -> Iterator[str]:
    """What stands between `${` and its `}`, of outer variables and of those within."""
    start = text.find(_OPENED)
    while start >= 0:
        inside = text[start + len(_OPENED) :]
        yield inside[: _end(inside)]
        start = text.find(_OPENED, start + len(_OPENED))


def _end(inside: str) -> int:
    depth = 1
    for at, letter in enumerate(inside):
        depth += (letter == "{") - (letter == "}")
        if not depth or letter == "\n":
            return at
    return len(inside)


def _sources(variable: str) -> list[str]:
    """Split at the commas that stand in no variable within, and in no brackets."""
    parts, depth = [""], 0
    for letter in variable:
        depth += (letter in "{(") - (letter in "})")
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return [one.strip() for one in parts]
