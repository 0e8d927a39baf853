"""The texts that a record must hold to matter, looked for in bytes before anything is parsed."""

import re
from collections.abc import Iterable


class Prefilter:
    """Texts of which a record must hold one; none means that every record matters."""

    def __init__(self, texts: Iterable[str]) -> None:
        plain = sorted({_plain(text) for text in texts})
        self._single = plain[0] if len(plain) == 1 else b""
        usable = plain and all(plain)
        self._pattern = re.compile(b"|".join(map(re.escape, plain))) if usable else None

    def find(self, data: bytes, begin: int, end: int) -> int:
        """Where the next one stands in a stretch of bytes, or -1."""
        if self._pattern is None:
            return begin if begin < end else -1
        if self._single:
            return data.find(self._single, begin, end)
        match = self._pattern.search(data, begin, end)
        return match.start() if match else -1


def _plain(text: str) -> bytes:
    """The longest part of a text that every JSON writer spells the same way."""
    parts = re.findall(r"[A-Za-z0-9_.@ -]+", text)
    return max(parts, key=len).encode() if parts else b""
