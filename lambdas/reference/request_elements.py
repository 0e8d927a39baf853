"""What stands in a request: elements by their paths, and templates filled with them."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote

Request = Mapping[str, Any]
_WITHHELD = ("HIDDEN_DUE_TO_", "***")
_PLACE = re.compile(r"(?<!\$)\{([^{}]+)\}")


def elements(value: object, path: str) -> Iterator[Any]:
    """What stands at `a.*.b`; `*` goes through lists, `@json` into a text; case is ignored.

    `name?query` is what stands at a name only where its text goes on with this query.
    """
    head, _, rest = path.partition(".")
    head, _, query = head.partition("?")
    inner: Sequence[Any] = ()
    if head == "*":
        inner = _items(value)
    elif head == "@json":
        inner = list(_read(value))
    elif isinstance(value, dict):
        inner = [value[head]] if head in value else _ignoring_case(value, head.lower())
    if query:
        inner = [one for one in inner if f"?{query}=" in str(one)]
    for one in inner:
        if rest:
            yield from elements(one, rest)
        elif one not in (None, "", [], {}):
            yield one


def _read(value: object) -> Iterator[Any]:
    with suppress(ValueError):
        yield json.loads(str(value))


def _ignoring_case(value: Mapping[str, Any], name: str) -> list[Any]:
    return [one for key, one in value.items() if key.lower() == name]


def is_withheld(text: str) -> bool:
    """Whether a text stands for one that a record does not show.

    https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-info-in-cloudtrail.html,
    https://docs.aws.amazon.com/redshift/latest/mgmt/logging-with-cloudtrail.html (***OMITTED***)
    """
    return text.startswith(_WITHHELD)


def is_asked(value: object) -> bool:
    """Whether an element that is there asks for something: `false` does not."""
    return value is not False and value != "false"


def filled(template: str, request: Request) -> tuple[str, ...]:
    """A template with `{path}` for request elements, once for every value; empty if one lacks."""
    texts = [template]
    for place in _places(template):
        path, _, how = place.partition("|")
        name = "" if template == f"{{{place}}}" else path  # what is the whole stays as it is
        values = [_text(name, one, how) for one in elements(request, path)]
        values = [value for value in dict.fromkeys(values) if value]
        # An element may hold the ARN itself.
        texts = [
            value if value.startswith("arn:") else text.replace(f"{{{place}}}", value)
            for text in texts
            for value in values
        ]
    return tuple(text for text in texts if not _PLACE.search(text) or text.startswith("arn:"))


@lru_cache(maxsize=4_096)
def _places(template: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_PLACE.findall(template)))


def _items(value: object) -> Sequence[Any]:
    if isinstance(value, Mapping):
        value = value.get("items") or value.get("member") or list(value.values())
    return value if isinstance(value, list) else ()


def copied_from(source: str) -> str:
    """Bucket and key of a copy's source: perhaps URL-encoded, perhaps with a version.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
    """
    return unquote(source.partition("?versionId=")[0]).removeprefix("/")


# Other ways to cut what stands at a place: `{path|bucket}`.
_CUT: Mapping[str, Callable[[str], str]] = {
    "bare": lambda text: text.removeprefix("/"),
    "bucket": lambda text: text.partition("/")[0],  # behind it an object's key, or its head
    "parent": lambda text: text.rpartition(":")[0],
}


def _text(place: str, value: object, how: str = "") -> str:
    text = str(value) if isinstance(value, str | int) else ""
    text = "" if is_withheld(text) else text
    if how == "stream":
        return text.partition("|")[0]  # an iterator goes on behind the stream
    if how == "key":
        return "" if "alias/" in text else text  # IAM asks for the key that an alias stands for
    if how:
        return _CUT[how](text)
    if place.lower() == "x-amz-copy-source":
        return copied_from(text)
    if place == "resourceArn":
        # A tagged resource's ARN is one segment of API Gateway's path.
        return quote(text, safe="", errors="surrogatepass")
    return text
