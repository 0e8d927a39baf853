"""What botocore's models say of error codes that no rule knows by name: status and description."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from lambdas.reference.compile.sources import read_curated
from lambdas.reference.refused.error_codes import Meaning, plain, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lambdas.reference.compile.sources import Sources

_TAG = re.compile(r"<[^>]+>")
_BLANK = re.compile(r"\s+")


def compile_error_codes(sources: Sources) -> dict[str, Any]:
    """The curated rules, and what follows from them for the errors of every operation.

    A code whose services say different things of it, or of which one says nothing, is left out.
    """
    content = read_curated("error_codes")
    rules = rules_of(content)
    said: dict[str, set[Meaning]] = defaultdict(set)
    for endpoint, code, shape in error_shapes(sources.models):
        if all(one.code is None or not one.fits(endpoint, plain(code), "") for one in rules):
            said[plain(code)].add(_documented(shape, content["documented"]))
    told = {code: meanings.pop() for code, meanings in said.items() if len(meanings) == 1}
    return {
        "messages": content["messages"],
        "codes": content["codes"],
        "documented": {
            str(meaning): sorted(code for code, one in told.items() if one is meaning)
            for meaning in (Meaning.AFTER, Meaning.BEFORE)
        },
    }


def error_shapes(models: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Endpoint, code and shape of every error that an operation declares, once for each service."""
    for _, model in sorted(models.items()):
        shapes = model["shapes"]
        names = {
            one["shape"]
            for operation in model["operations"].values()
            for one in operation.get("errors", ())
        }
        for name in sorted(names):
            code = shapes[name].get("error", {}).get("code", name)
            yield model["metadata"]["endpointPrefix"], code, shapes[name]


def _documented(shape: Mapping[str, Any], rules: Mapping[str, Any]) -> Meaning:
    """By the status where that decides, else by words, if they say one thing and not several."""
    status = shape.get("error", {}).get("httpStatusCode", 0)
    for meaning, known in rules["status"].items():
        if status in known:
            return Meaning(meaning)
    text = _BLANK.sub(" ", html.unescape(_TAG.sub(" ", shape.get("documentation", ""))))
    return _only(
        [
            Meaning(one)
            for one, says in rules["says"].items()
            if re.search(says, text, re.IGNORECASE)
        ]
    )


def _only(meanings: Sequence[Meaning]) -> Meaning:
    return meanings[0] if len(meanings) == 1 else Meaning.UNKNOWN
