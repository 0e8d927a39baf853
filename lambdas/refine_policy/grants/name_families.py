"""Names that differ in a number or an id alone, seen with many values: one template for them all.

Forty stacks `svc-00-dev` … `svc-39-dev` are one pattern with a counter; three are three names. Only
numbers and machine-made ids open up, never words: `orders-dev` and `orders-prod` stay two names.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, Self

from lambdas.model.definition.variables import ACCOUNT_VARIABLES
from lambdas.model.findings.reason import Reason, ReasonKind
from lambdas.model.iam.arn import RESOURCE_FIELD, resource_of
from lambdas.model.iam.template import ANY, Part, Template, Variable, Wildcard
from lambdas.refine_policy.resource_names.name_tokens import Shape, is_id, pieces

MANY = 10  # values that a place takes before a person would stop to list them
APART = 3  # values, each of them in sessions of its own: they differ from run to run
UNNAMED = 100  # the same where nothing but an id names the resource: they fill a managed policy
_LENGTHS = 3  # different lengths that are spelled with `?`; more of them take `*`
_LETTERS = 3  # that a person wrote, or nothing tells the family from what belongs to others
_NUMBERED = re.compile(r"([A-Za-z]*)([0-9]+)([A-Za-z]*)")
_PREFIX = re.compile(r"^[a-z]{1,14}-(?=[0-9a-f]+$)")  # EC2's vpc-, eni-, …
_TYPE = re.compile(r"[A-Za-z-]+[:/]")
FAMILY = "the names differ here alone"
_SHOWN = 3  # values that a reason names


class _Open(NamedTuple):
    """A place that a counter or an id may take; `kind` is equal for what may be compared.

    `is_field` tells whether nothing but an id stands between two separators of the ARN.
    """

    kind: str
    text: str
    is_field: bool = False


_Token = str | Variable | Wildcard | _Open
_Member = tuple[str, tuple[_Token, ...]]  # a template's text, and its tokens


@dataclass(frozen=True, slots=True)
class Family:
    """The template that stands for its members, and why.

    Attributes:
        pattern: the same for all of its members, also where their lengths differ.
    """

    template: Template
    reason: Reason
    pattern: str


class Life(NamedTuple):
    """When a name was seen, and in which runs, or in which sessions of one day."""

    first: str
    last: str
    sessions: frozenset[str]

    def and_(self, other: Self) -> "Life":
        """Both together."""
        return Life(
            min(self.first, other.first),
            max(self.last, other.last),
            self.sessions | other.sessions,
        )

    def ended_before(self, other: Self) -> bool:
        """Whether the other came after it and elsewhere: what is fixed would have come back."""
        return self.last < other.first and not self.sessions & other.sessions


def families(templates: Iterable[Template], life: Callable[[str], Life]) -> dict[str, Family]:
    """The family of every template that has one, by the template's text.

    Args:
        templates: of one principal.
        life: when, and in which sessions, a template was seen.
    """
    alike: dict[tuple[object, ...], list[_Member]] = defaultdict(list)
    for template in sorted({one.text: one for one in templates}.values(), key=str):
        tokens = _tokens(template)
        if any(isinstance(one, _Open) for one in tokens):
            alike[_skeleton(tokens)].append((template.text, tokens))
    found: dict[str, Family] = {}
    for group in alike.values():
        if len(group) >= APART:
            found.update(_split(group, life))
    return found


def _tokens(template: Template) -> tuple[_Token, ...]:
    """The template's parts, cut where something may vary; all before the resource is fixed."""
    tokens: list[_Token] = []
    colons = 0
    for part in template.parts:
        if isinstance(part, str) and colons < RESOURCE_FIELD:
            fields = part.split(":", RESOURCE_FIELD - colons)
            colons += len(fields) - 1
            name = fields.pop() if colons == RESOURCE_FIELD else ""
            tokens += [part.removesuffix(name), *_opened(name)]
        elif isinstance(part, str):
            tokens += _opened(part)
        else:
            tokens.append(part)
    return tuple(tokens)


def _opened(text: str) -> Iterator[_Token]:
    for field in re.split(r"([/:])", text):
        if is_id(field) and not field.isdigit():
            own = _PREFIX.sub("", field)
            yield field.removesuffix(own)  # a token of its own: see _named
            yield _Open(f"a whole id of {len(own)}", own, is_field=True)
            continue
        for piece in pieces(field):
            if piece.shape is Shape.WORD:
                yield from _word(piece.text)
            elif piece.shape:
                yield _Open(f"{piece.shape} of {len(piece.text)}", piece.text)
            else:
                yield piece.text


def _word(text: str) -> tuple[_Token, ...]:
    numbered = _NUMBERED.fullmatch(text)
    if numbered:
        head, digits, tail = numbered.groups()
        return (head, _Open("number", digits), tail)
    if text.isascii() and any(map(str.isdigit, text)):
        return (_Open(f"an id of {len(text)}", text),)
    return (text,)


def _skeleton(tokens: Iterable[_Token]) -> tuple[object, ...]:
    return tuple((one.kind,) if isinstance(one, _Open) else one for one in tokens)


def _split(group: Sequence[_Member], life: Callable[[str], Life]) -> Iterator[tuple[str, Family]]:
    """Keep what takes few values, and open what takes many beside it."""
    tokens = group[0][1]
    places = [_Place(at, tokens[at], _values(group, at)) for at in range(len(tokens))]
    taken = [one for one in places if len(one.values) > 1]
    few = next((one for one in taken if not one.varies(group, life)), None)
    if few is not None:
        for text in sorted(few.values):
            part = [member for member in group if _text(member[1][few.at]) == text]
            if len(part) >= APART:
                yield from _split(part, life)
        return
    named = _named(tokens, {one.at for one in taken})
    if taken and (named or all(one.is_field for one in taken)):
        reason = Reason("; ".join(map(_reason, taken)), ReasonKind.FAMILY)
        said = reason if named else reason.of_others_too()
        pattern = "".join("*" if one in taken else _text(tokens[one.at]) for one in places)
        for text, mine in group:
            yield text, Family(_written(mine, taken), said, pattern)


class _Place(NamedTuple):
    """A place in the names of a group, and the values that it takes."""

    at: int
    token: _Token
    values: frozenset[str]

    @property
    def is_field(self) -> bool:
        """See `_Open`."""
        return _is_field(self.token)

    def varies(self, group: Sequence[_Member], life: Callable[[str], Life]) -> bool:
        """Whether the next run is to be expected with another value."""
        if self.is_field:
            return len(self.values) >= UNNAMED
        if len(self.values) >= MANY or len(self.values) < APART:
            return len(self.values) >= MANY
        lives: dict[str, Life] = {}
        for text, tokens in group:
            value = _text(tokens[self.at])
            lives[value] = lives[value].and_(life(text)) if value in lives else life(text)
        return all(one.ended_before(other) for one, other in pairwise(sorted(lives.values())))


def _values(group: Sequence[_Member], at: int) -> frozenset[str]:
    return frozenset(_text(tokens[at]) for _, tokens in group)


def _is_field(token: _Token) -> bool:
    return isinstance(token, _Open) and token.is_field


def _named(tokens: Sequence[_Token], taken: set[int]) -> bool:
    """Whether what remains tells the family from what others have."""
    fixed = "".join(
        "" if at in taken or isinstance(one, (Variable, Wildcard)) else _text(one)
        for at, one in enumerate(tokens)
        if not (at + 1 in taken and _is_field(tokens[at + 1]))  # vpc-, of an id
    )
    name = _TYPE.sub("", resource_of(fixed), count=1)
    own = any(isinstance(one, Variable) and one.name not in ACCOUNT_VARIABLES for one in tokens)
    return own or sum(map(str.isalpha, name)) >= _LETTERS


def _written(tokens: Sequence[_Token], taken: Sequence[_Place]) -> Template:
    lengths = {one.at: {len(value) for value in one.values} for one in taken}
    parts: list[Part] = []
    for at, one in enumerate(tokens):
        if at not in lengths:
            parts.append(_text(one) if isinstance(one, _Open) else one)
        elif len(lengths[at]) <= _LENGTHS:
            parts += [Wildcard("?")] * len(_text(one))
        else:
            parts.append(ANY)
    return Template.of(*parts)


def _reason(place: _Place) -> str:
    shown = ", ".join(sorted(place.values, key=lambda one: (len(one), one))[:_SHOWN])
    return f"{FAMILY}: {len(place.values)} values were seen ({shown}, …)"


def _text(token: _Token) -> str:
    if isinstance(token, _Open):
        return token.text
    if isinstance(token, str):
        return token
    return token.symbol if isinstance(token, Wildcard) else token.name
