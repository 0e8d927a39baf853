"""`python -m tests.prose`, in `make check`: inverted sentences and old words in docs and messages.

The measure: short and exact; subject, verb, object. A reader should never have to read twice.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
PAGES = ("README.md", "docs/*.md", "statemachine/README.md", "embedded_aws/README.md")
MADE = frozenset({"docs/licences.md"})
CODE = ("app.py", "foretell", "lambdas", "local", "stacks")  # their texts, not their docstrings
SENTENCE = 4  # words that make a text of the code a sentence
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`[^`\n]*`|\]\([^)\s]*\)|https?://\S+")
OPENING = r"(?:^|(?<=[.:;!?] )|(?<=^- )|(?<=^\d\. ))"
RULES = {
    "begins with its object": re.compile(
        OPENING + r"(?:What|Whom|Whoever|Whatever|Of what|Of which|Nor|That which)\b"
        r"(?=[^\n?]*?[.;,](?:\s|$))",  # a heading and a question may
        re.MULTILINE,
    ),
    "puts the negation before the verb": re.compile(
        r", (?:no|none|nobody|nothing) \w+ (?:can|knows|tells|shows|says|sees)\b"
    ),
    "an old word": re.compile(
        r"\b(?:whom (?:the|no|it|we|nobody)|anew|mends?|mended|for ever|thereby|lest|hands? on|handed on|nobody's)\b",
        re.IGNORECASE,
    ),
}


class Fault(NamedTuple):
    """Where a text breaks a rule."""

    place: str
    line: int
    rule: str
    words: str

    def __str__(self) -> str:
        return f"{self.place}:{self.line}: {self.rule}: {self.words}"


def faults(text: str, place: str, first: int = 1) -> Iterator[Fault]:
    """The faults of a text whose first line is `first` of the place."""
    for rule, pattern in RULES.items():
        for found in pattern.finditer(text):
            start, line = found.start(), first + text.count("\n", 0, found.start())
            shown = text[start : start + 60].partition("\n")[0]
            yield Fault(place, line, rule, shown)


def of_page(path: Path) -> Iterator[Fault]:
    """The faults of a page: of its prose, not of its code and its headings."""
    text = FENCED.sub(lambda block: "\n" * block[0].count("\n"), path.read_text(encoding="utf-8"))
    text = SPAN.sub("x", text)
    plain = "\n".join("" if one.startswith("#") else one for one in text.split("\n"))
    yield from faults(plain, _shown(path))


def of_module(path: Path) -> Iterator[Fault]:
    """The faults of the sentences that a module says to people."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    comments = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            said = len(node.value.split()) >= SENTENCE and id(node) not in comments
            yield from faults(node.value, _shown(path), node.lineno) if said else ()


def _shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def all_faults() -> Iterator[Fault]:
    """Those of the pages and of the code, in order."""
    for pattern in PAGES:
        for page in sorted(ROOT.glob(pattern)):
            yield from () if _shown(page) in MADE else of_page(page)
    for name in CODE:
        root = ROOT / name
        for module in sorted(root.rglob("*.py")) if root.is_dir() else [root]:
            yield from of_module(module)


def main() -> int:
    """Print the faults; 1 when there is one."""
    found = list(all_faults())
    sys.stdout.writelines(f"{one}\n" for one in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
