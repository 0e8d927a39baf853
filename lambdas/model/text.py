"""Text that came from elsewhere, made fit to be shown: on a page, in a comment, on a terminal."""

import re
from collections.abc import Iterator, Sequence

# Within a sentence: what stands between backticks, an address, an ARN, an action; a full stop or a
# comma after one is the sentence's.
_NAME = re.compile(
    r"`([^`\n]+)`|(https?://[^\s,;]*[^\s,;.):]|arn:[^\s,;]*[^\s,;.):]"
    r"|\b[a-z][a-z0-9-]*:[A-Z][A-Za-z0-9]+\b)"
)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
BASIC_PLANE = 0xFFFF


def escape_code(character: str) -> str:
    """The escape that Python, YAML and HCL share."""
    code = ord(character)
    return _SHORT.get(character) or (f"\\u{code:04x}" if code <= BASIC_PLANE else f"\\U{code:08x}")


def visible(text: str) -> str:
    """One line in which nothing hides.

    Controls, line ends, unpaired surrogates, invisible and direction-changing characters are shown
    as escapes, so that text can neither steer a terminal nor read differently from what it holds.
    """
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else escape_code(one) for one in text)


def shortened(text: str, limit: int, *, whole_in: str) -> str:
    """The text, or its beginning with how much is missing and where the whole stands."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text):,} characters; the whole is in {whole_in})"


def names_in(text: str) -> Iterator[tuple[str, bool]]:
    """The pieces of a sentence, and of each whether it is a name."""
    end = 0
    for match in _NAME.finditer(text):
        if match.start() > end:
            yield text[end : match.start()], False
        yield match[1] or match[2], True
        end = match.end()
    if end < len(text):
        yield text[end:], False


def sentence(words: str) -> str:
    """With a capital and a full stop, when it begins with a letter and ends with a word."""
    begun = words[:1].upper() + words[1:] if words[:1].isascii() else words
    return f"{begun}." if begun[-1:].isalnum() else begun


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 event`, `2 events`, `2 processes`, `2 policies`; `plural` where it is another."""
    return f"{number:,} {noun if number == 1 else plural or _plural(noun)}"


def _plural(noun: str) -> str:
    if re.search(r"[^aeiou]y$", noun):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
