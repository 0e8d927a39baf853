"""Texts with variables and wildcards: ARNs and condition values that hold for the next run too.

A template is a sequence of parts, not a string with holes: text that came from events stays literal
whatever characters it holds.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from lambdas.errors import InvalidTemplateError

_VARIABLE = re.compile(r"([a-z][a-z0-9_]*)(?::([1-9]\d{0,2})(?::([-0-9A-Za-z]+))?|(!))?")
_TOKEN = re.compile(r"\$\{([^{}]*)\}|([*?])")
# IAM's own escapes for literal characters in a policy of version 2012-10-17,
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
_ESCAPES = {"*": "${*}", "?": "${?}", "$": "${$}"}


@dataclass(frozen=True, slots=True, order=True)
class Variable:
    """What differs between one use and the next: `account`, `region`, `partition`, `stage`.

    Attributes:
        length: how many characters are meant of its value and what follows; 0 for all.
        tail: what follows it, and is cut together with it; letters, digits and hyphens.
        joined: whether the hyphens of its value are left out.
    """

    name: str
    length: int = 0
    tail: str = ""
    joined: bool = False

    def of(self, value: str) -> str:
        """What of a value stands here."""
        if self.joined:
            return value.replace("-", "")
        return f"{value}{self.tail}"[: self.length] if self.length else value

    def __str__(self) -> str:
        if self.joined:
            return f"${{{self.name}!}}"
        cut = f":{self.length}" if self.length else ""
        return f"${{{self.name}{cut}{f':{self.tail}' if self.tail else ''}}}"


@dataclass(frozen=True, slots=True, order=True)
class Wildcard:
    """`*` (any text, the empty one too) or `?` (one character)."""

    symbol: str = "*"


Part = str | Variable | Wildcard
ANY = Wildcard()


def _escaped(literal: str) -> str:
    if not ("*" in literal or "?" in literal or "${" in literal):
        return literal
    return re.sub(r"[*?]|\$(?=\{)", lambda match: _ESCAPES[match.group()], literal)


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A text in parts. Neighbouring literals are joined, so equal templates compare equal.

    Attributes:
        text: what `str()` gives and `from_text` reads; templates are compared by it.
    """

    parts: tuple[Part, ...]
    text: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Spell it once: templates are compared, sorted and hashed far more often than made."""
        object.__setattr__(self, "text", "".join(map(_spelled, self.parts)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Template) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    @classmethod
    def of(cls, *parts: Part) -> Self:
        """Join neighbouring literals, drop empty ones, and fold `**` into `*`."""
        joined: list[Part] = []
        literal: list[str] = []
        for part in parts:
            if isinstance(part, str):
                literal.append(part)
                continue
            text = "".join(literal)
            literal.clear()
            if text:
                joined.append(text)
            if not (part == ANY and joined and joined[-1] == ANY):
                joined.append(part)
        text = "".join(literal)
        if text:
            joined.append(text)
        return cls(tuple(joined))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what `str()` wrote.

        `${name}` is a variable, `${name:8}` its first eight characters, `${name:8:-api}` those of
        its value with `-api` behind it, `${name!}` its value without hyphens; `*` and `?` are
        wildcards, `${*}` is a star.

        Raises:
            InvalidTemplateError: a `${…}` holds neither a variable's name nor an escape.
        """
        parts: list[Part] = []
        position = 0
        for match in _TOKEN.finditer(text):
            parts += [text[position : match.start()], _token(match, text)]
            position = match.end()
        return cls.of(*parts, text[position:])

    @property
    def variables(self) -> frozenset[str]:
        """The names that must be given to render it."""
        return frozenset(part.name for part in self.parts if isinstance(part, Variable))

    @property
    def wild(self) -> bool:
        """Whether it holds a wildcard."""
        return any(isinstance(part, Wildcard) for part in self.parts)

    def render(self, values: Mapping[str, str]) -> str:
        """IAM's text, literal characters escaped as IAM wants them.

        Raises:
            KeyError: a variable has no value.
        """
        return "".join(
            _escaped(part)
            if isinstance(part, str)
            else part.symbol
            if isinstance(part, Wildcard)
            else _escaped(part.of(values[part.name]))
            for part in self.parts
        )

    def __str__(self) -> str:
        return self.text


def _spelled(part: Part) -> str:
    if isinstance(part, str):
        return _escaped(part)
    return part.symbol if isinstance(part, Wildcard) else str(part)


def _token(match: re.Match[str], text: str) -> Part:
    inner, symbol = match.groups()
    if symbol:
        return Wildcard(symbol)
    if inner in _ESCAPES:
        return str(inner)
    named = _VARIABLE.fullmatch(inner)
    if named:
        return Variable(named[1], int(named[2] or 0), named[3] or "", joined=bool(named[4]))
    raise InvalidTemplateError(f"{text!r}: {match.group()} is neither a variable nor an escape")


EVERYTHING = Template.of(ANY)
