"""What botocore's models say of error codes that no rule knows by name: status and description."""

import html
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lambdas.reference.compile.events import hosts_of
from lambdas.reference.compile.sources import Sources, read_curated
from lambdas.reference.refused.error_codes import Authorization, plain, rules_of

_TAG = re.compile(r"<[^>]+>")
_BLANK = re.compile(r"\s+")


def compile_error_codes(sources: Sources) -> dict[str, Any]:
    """The curated rules, and what follows from them for the errors of every operation.

    A code whose services say different things of it, or of which one says nothing, is kept for
    each of them by the names that its events may bear.
    """
    content = read_curated("error_codes")
    rules = rules_of(content)
    said: dict[str, set[Authorization]] = defaultdict(set)
    by_source: dict[str, dict[str, set[Authorization]]] = defaultdict(lambda: defaultdict(set))
    for service, model in sorted(sources.models.items()):
        endpoint = model["metadata"]["endpointPrefix"]
        for code, shape in _errors_of(model):
            bare = plain(code)
            if all(one.code is None or not one.fits(endpoint, bare, "") for one in rules):
                authorization = _documented(shape, content["documented"])
                said[bare].add(authorization)
                for host in hosts_of(service, model):
                    by_source[host][bare].add(authorization)
    return {
        "messages": content["messages"],
        "codes": content["codes"],
        "documented": _by_authorization(said),
        "by_source": {
            host: found
            for host, codes in sorted(by_source.items())
            if any((found := _by_authorization(_differing(codes, said))).values())
        },
    }


def _differing(
    codes: Mapping[str, set[Authorization]], said: Mapping[str, set[Authorization]]
) -> dict[str, set[Authorization]]:
    """Those of a service's codes of which others say something else."""
    return {code: found for code, found in codes.items() if len(said[code]) > 1}


def _by_authorization(said: Mapping[str, set[Authorization]]) -> dict[str, list[str]]:
    """The codes of which one thing is said, by what that is."""
    return {
        str(authorization): sorted(code for code, found in said.items() if found == {authorization})
        for authorization in (Authorization.AFTER, Authorization.BEFORE)
    }


def error_shapes(models: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Endpoint, code and shape of every error that an operation declares, once for each service."""
    for _, model in sorted(models.items()):
        for code, shape in _errors_of(model):
            yield model["metadata"]["endpointPrefix"], code, shape


def _errors_of(model: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    shapes = model["shapes"]
    names = {
        one["shape"]
        for operation in model["operations"].values()
        for one in operation.get("errors", ())
    }
    for name in sorted(names):
        yield shapes[name].get("error", {}).get("code", name), shapes[name]


def _documented(shape: Mapping[str, Any], rules: Mapping[str, Any]) -> Authorization:
    """By the status where that decides, else by words, if they say one thing and not several."""
    status = shape.get("error", {}).get("httpStatusCode", 0)
    for authorization, known in rules["status"].items():
        if status in known:
            return Authorization(authorization)
    text = _BLANK.sub(" ", html.unescape(_TAG.sub(" ", shape.get("documentation", ""))))
    return _only(
        [
            Authorization(one)
            for one, says in rules["says"].items()
            if re.search(says, text, re.IGNORECASE)
        ]
    )


def _only(found: Sequence[Authorization]) -> Authorization:
    return found[0] if len(found) == 1 else Authorization.UNKNOWN
