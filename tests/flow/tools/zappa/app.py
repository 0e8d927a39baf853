"""The smallest application of WSGI."""

from collections.abc import Callable, Mapping


def app(
    _environ: Mapping[str, object], start: Callable[[str, list[tuple[str, str]]], object]
) -> list[bytes]:
    """Answer every request."""
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]
