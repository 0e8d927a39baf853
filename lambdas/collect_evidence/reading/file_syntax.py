"""How files of records are written: what stands before, between and behind the records."""

import re

# Members beside the list of records, such as a count or a token for the next page.
_MEMBER = rb'"[^"\\]*"\s*:\s*(?:"[^"\\]*"|[\w.+-]+)\s*'
_LIST = rb"\{\s*(?:" + _MEMBER + rb',\s*)*"(?:Records|Events)"\s*:\s*'
BEGIN = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:" + _LIST + rb")?\[?\s*")
# Files put together end and begin amidst: gzip members, or lines of what was delivered.
SEAM = re.compile(
    rb"[\s,]*(?:" + _LIST + rb"\[|\[|\]\s*(?:,\s*" + _MEMBER + rb")*\}?|\}(?!\s*,\s*\"))[\s\0]*"
)
END = re.compile(rb"\](?:\s*,\s*" + _MEMBER + rb")*\s*\}?[\s\0]*\Z")
FIRST_KEY = re.compile(rb'\{"[A-Za-z]+":')
NEXT = re.compile(
    rb'\}\s*,?\s*(?=\{\s*"(?:(?:event(?:Version|Time|ID|Source)|userIdentity)"\s*:|'
    rb'version"\s*:\s*"0"\s*,\s*"id"\s*:))'  # an event of EventBridge
)
NEXT_LENGTH = 64  # more bytes than a match of it has
_QUOTED = re.compile(rb'"[^"\\]*"')
_CLOSED_BY = {ord("]"): b"[", ord("}"): b"{"}
_BETWEEN = re.compile(r"[\s,]*")


def after_separator(text: str, position: int) -> int:
    """Where the next record begins, after white space and commas."""
    match = _BETWEEN.match(text, position)
    return match.end() if match else position


def left_open(opened: bytes, text: bytes) -> bytes:
    """The brackets that are open behind what stands between records; a wrong one closes none."""
    for one in _QUOTED.sub(b"", text):
        if one in b"[{":
            opened += bytes([one])
        elif one in _CLOSED_BY:
            opened = opened.removesuffix(_CLOSED_BY[one])
    return opened
