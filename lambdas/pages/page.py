"""One self-contained HTML page: it loads nothing, and runs nothing but what its policy pins."""

from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path

from lambdas.pages.html import Html, el, join

ASSETS = Path(__file__).with_name("assets")


@cache
def asset(name: str) -> str:
    """A file of this package: a style sheet or a script."""
    return (ASSETS / name).read_text(encoding="utf-8")


def page(title: str, body: Iterable[Html], *, script: str = "", style: str = "") -> str:
    """The page. Its content security policy names the one style sheet and the one script by hash.

    Even if text from an event were markup, a browser would neither run nor fetch anything for it.
    `style` is what the page has beside the style that all share.
    """
    style = asset("report.css") + style
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src {_pin(style)}",
            f"script-src {_pin(script)}" if script else "script-src 'none'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    head = join(
        (
            el("meta", charset="utf-8"),
            Html(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
            el("meta", name="viewport", content="width=device-width, initial-scale=1"),
            el("meta", name="referrer", content="no-referrer"),
            el("title", title),
            el("link", rel="icon", href="data:,"),
            Html(f"<style>{style}</style>"),
        )
    )
    last = Html(f"<script>{script}</script>") if script else Html()
    return f"<!doctype html>\n{el('html', el('head', head), el('body', body, last), lang='en')}\n"


def _pin(content: str) -> str:
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"
