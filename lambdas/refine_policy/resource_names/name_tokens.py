"""Which pieces of a name a machine made: the shapes of ids, hashes, timestamps and random suffixes.

A shape alone is a suspicion. Whether a piece differs in the next run is decided in `fresh`.
"""

import re
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from lambdas.reference.shards import shard

UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
ISO_TIME = r"\d{4}-\d{2}-\d{2}T\d{2}(?::|%3[Aa]|-)?\d{2}(?::|%3[Aa]|-)?\d{2}(?:\.\d{1,9})?Z?"
COMPACT_TIME = r"20\d{6}T?\d{6,18}Z?"  # 20261123T221320Z, terraform's 20261123221320000000000001
EPOCH = r"1[5-9]\d{8}(?:\d{3})?"  # seconds or milliseconds, from 2017 to 2033
DAY = r"20\d{2}/(?:0[1-9]|1[0-2])/(?:0[1-9]|[12]\d|3[01])"  # Lambda's log streams
_MONTH_DAY = r"(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])"
# 20261123, 2026-11-23, 2026-11-23-17-00-00-123: a version of something, unless it is today's.
DATE = rf"20\d{{2}}-?{_MONTH_DAY}(?:[-_]\d{{2}}(?:[-.]?\d{{2}}){{1,2}}(?:[-.]\d{{1,6}})?)?"
HASH = r"[0-9a-f]{32,128}|[0-9A-F]{32,128}"  # MD5 and longer; never a word

_PIECES = re.compile(
    rf"(?P<uuid>(?<![0-9A-Za-z]){UUID}(?![0-9A-Za-z]))"
    rf"|(?P<time>(?<![0-9A-Za-z]){ISO_TIME}(?![0-9A-Za-z])|(?<!\d){COMPACT_TIME}(?![0-9A-Za-z])"
    rf"|(?<!\d){EPOCH}(?!\d)|(?<!\d){DAY}(?!\d))"
    rf"|(?P<date>(?<![0-9A-Za-z]){DATE}(?![0-9A-Za-z]))"
    rf"|(?P<hash>(?<![0-9A-Za-z])(?:{HASH})(?![0-9A-Za-z]))"
    r"|(?P<word>[0-9A-Za-z]+)"
)
# Most names hold nothing that any of these could begin with: they are cut at separators only.
_SUSPECT = re.compile(r"\d{8}|\d{4}[-/]\d{2}|[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}|[0-9A-Fa-f]{16}")
_SEPARATED = re.compile(r"[0-9A-Za-z]+|[^0-9A-Za-z]+")
_GLUED = re.compile(rf"(.*[A-Za-z])({EPOCH})")  # samcli-deploy1790000000
# orders-dev-notif2f5c…-rule-1: the Serverless Framework cuts a name that is too long, and hashes it
_HASHED = re.compile(r".*?([0-9a-f]{16,}|[0-9A-F]{16,})")
_DIGESTS = (128, 96, 64, 56, 40, 32)  # hexadecimal digits of SHA-2, SHA-1 and MD5
_MIXED = 3  # digits and letters at least in what is left of a hash that was cut itself
# What services call their things; one whole field of an ARN.
_IDS = re.compile(
    rf"{UUID}(?:-\d{{1,2}})?"  # MSK counts on
    r"|[a-z]{1,14}-(?:[0-9a-f]{17}|[0-9a-f]{8})"  # EC2's vpc-, eni-, fs-, …
    r"|[a-z]{2}(?:-[a-z]+)+-\d_[0-9A-Za-z]{9}"  # Cognito's user pools
    r"|[0-9a-f]{8,128}"
    r"|[0-9a-z]{10}|[0-9a-z]{25,26}"  # API Gateway; AppSync and Cognito clients
    r"|[EAZ][0-9A-Z]{8,31}"  # CloudFront and Route 53
    r"|[0-9A-Z]{12,21}"
    r"|\d{1,9}"  # versions and revisions
)
_PREFIX = re.compile(r"^[a-z]{1,5}-")
_RUNS = re.compile(r"[0-9]+|[^0-9]+")
_GIVEN, _CHANGES = 8, 3
_SUFFIX_LENGTHS = (12, 13)
_SUFFIX = re.compile(r"[0-9A-Z]{12,13}|[0-9A-Za-z]{12}|[0-9a-z]{12,13}")
_NUMBERED = re.compile(r"([A-Za-z]{4,})\d+|\d+([A-Za-z]{4,})")
_HUMPS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
_LONGEST_ACRONYM = 4
_HUMP = 3  # letters of a word of camel case on average; random capitals come thicker
# Of 12 or 13 letters by chance one in 4,400 has as many, and of the words of programs 19 in 20. A
# suffix that is taken for a word fails the next run, while a word taken for one is a `*` too many.
_MOSTLY = 0.75


class Shape(StrEnum):
    """What kind of machine made a piece."""

    TIME = "a timestamp"
    UUID = "a UUID"
    DATE = "a date"
    HASH = "a hash"
    SUFFIX = "a random suffix"
    WORD = "a word"


# No person writes these.
CERTAIN = frozenset({Shape.TIME, Shape.UUID, Shape.HASH})


class Piece(NamedTuple):
    """A run of characters of a name, or the separators between two."""

    text: str
    shape: Shape | None


@lru_cache(maxsize=65_536)
def pieces(text: str) -> tuple[Piece, ...]:
    """Cut a name at its separators and around what a machine may have made; nothing is lost."""
    if not _SUSPECT.search(text):
        return tuple(map(_plain, _SEPARATED.findall(text)))
    found: list[Piece] = []
    position = 0
    for match in _PIECES.finditer(text):
        if match.start() > position:
            found.append(Piece(text[position : match.start()], None))
        position = match.end()
        if match.lastgroup == "word":
            found += _word(match.group())
        else:
            found.append(Piece(match.group(), _shape(match)))
    if position < len(text):
        found.append(Piece(text[position:], None))
    return tuple(found)


def _word(text: str) -> list[Piece]:
    """A word, or one and what a machine glued to its end."""
    if glued := _GLUED.fullmatch(text):
        return [Piece(glued.group(1), Shape.WORD), Piece(glued.group(2), Shape.TIME)]
    hashed = _HASHED.fullmatch(text)
    length = _digest(hashed.group(1)) if hashed else 0
    if 0 < length < len(text):
        return [Piece(text[:-length], Shape.WORD), Piece(text[-length:], Shape.HASH)]
    return [Piece(text, Shape.SUFFIX if is_suffix(text) else Shape.WORD)]


def _digest(digits: str) -> int:
    """How many of the hexadecimal digits at a name's end are a hash, or what is left of one."""
    known = next((one for one in _DIGESTS if one <= len(digits)), 0)
    numbers = sum(map(str.isdigit, digits))
    cut = min(numbers, len(digits) - numbers) >= _MIXED
    return known or (len(digits) if cut else 0)


def is_id(text: str) -> bool:
    """Whether a whole field looks like an id that a service gave."""
    return bool(_IDS.fullmatch(text)) and (len(text) > 20 or any(map(str.isdigit, text)))  # noqa: PLR2004


def is_given(text: str) -> bool:
    """The same where only an id can stand: also of forms that no list holds, such as Amplify's."""
    own = _PREFIX.sub("", text)
    changes = len(_RUNS.findall(own)) - 1  # from letters to digits and back
    return is_id(text) or (own.isalnum() and len(own) >= _GIVEN and changes >= _CHANGES)


def is_suffix(text: str) -> bool:
    """Whether a word can only be the 12 or 13 random characters that CloudFormation appends.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html
    """
    if len(text) not in _SUFFIX_LENGTHS or not _SUFFIX.fullmatch(text):
        return False
    return (
        any(map(str.isalpha, text)) and any(map(str.isdigit, text)) and not _is_numbered_word(text)
    )


def may_be_suffix(text: str) -> bool:
    """The same for the few suffixes of letters or digits alone: the place must confirm it."""
    if len(text) not in _SUFFIX_LENGTHS or not _SUFFIX.fullmatch(text):
        return False
    return text.isdigit() or (text.isalpha() and not _is_word(text))


def _is_numbered_word(text: str) -> bool:
    match = _NUMBERED.fullmatch(text)
    return match is not None and _is_word(match.group(1) or match.group(2))


def _is_word(text: str) -> bool:
    """`notification`, `ProcessOrder`, `HTTPHandlers`: humps, and letters that go together."""
    if text.isupper():
        return False  # nobody shouts in names
    humps = _HUMPS.findall(text)
    shouted = sum(len(hump) for hump in humps if hump.isupper())
    return (
        shouted <= _LONGEST_ACRONYM
        and len(text) >= _HUMP * len(humps)
        and _known_letters(text.lower()) >= _MOSTLY
    )


def _known_letters(text: str) -> float:
    """The share of its three letters in a row that words have."""
    known = _three_letters()
    found = [text[at : at + 3] in known for at in range(len(text) - 2)]
    return sum(found) / max(1, len(found))


@lru_cache(maxsize=1)
def _three_letters() -> frozenset[str]:
    letters: str = shard("letters")["three"]
    return frozenset(letters[at : at + 3] for at in range(0, len(letters), 3))


@lru_cache(maxsize=16_384)
def _plain(text: str) -> Piece:
    if not text[0].isalnum() or not text[0].isascii():
        return Piece(text, None)
    return Piece(text, Shape.SUFFIX if is_suffix(text) else Shape.WORD)


def _shape(match: re.Match[str]) -> Shape:
    match match.lastgroup:
        case "uuid":
            return Shape.UUID
        case "time":
            return Shape.TIME
        case "date":
            return Shape.DATE
        case _:
            return Shape.HASH
