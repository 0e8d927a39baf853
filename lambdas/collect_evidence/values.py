"""What a request gives for a variable of an ARN: under which names, and how the text is cut."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from lambdas.collect_evidence.formats import stem
from lambdas.reference.shards import shard

if TYPE_CHECKING:
    from lambdas.collect_evidence.elements import Elements
    from lambdas.collect_evidence.formats import Format

_SUFFIXES = ("", "name", "id", "identifier", "arn", "url")
# Names that mean the operation's own noun, whatever it is.
_OWN = ("name", "id", "identifier", "arn", "resourcename", "resourceid", "resourcearn", "resource")
# `name`, `name:qualifier`, `account:function:name` and more,
# https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestParameters
_FUNCTION = re.compile(r"(?:(?:[\w-]+:)?\d{12}:)?(?:function:)?([^:]+)(?::([^:]+))?")
_CONSTANT = "="


@lru_cache(maxsize=65_536)
def keys_of(
    service: str, kind: str, variable: str, operation: str, *, only: bool
) -> tuple[str, ...]:
    """The names of elements that may hold a variable, the surest first.

    Args:
        service: the IAM prefix of the format.
        kind: the resource type.
        variable: the ARN's variable.
        operation: the API's name.
        only: whether the action has no other resource type.
    """
    known = shard("resources")["synonyms"].get(service, {})
    curated = known.get(f"{kind}.{variable}", known.get(variable))
    if curated == []:
        return ()
    own = stem(variable)
    bases = [re.sub(r"[^a-z0-9]", "", variable.lower()), own]
    lowered = operation.lower()
    is_noun = own in lowered or stem(kind) in lowered
    if is_noun or only:
        bases.append(stem(kind))
    keys = [base + suffix for base in bases for suffix in _SUFFIXES]
    if is_noun or only:
        keys += [f"{own}.{key}" for key in _OWN[:4]]
        keys += _OWN
    plural = [f"{key}s" for key in keys if not key.endswith("s")]
    return tuple(dict.fromkeys([*(curated or ()), *keys, *plural]))


@lru_cache(maxsize=65_536)
def present(keys: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """Of the names looked for those that a request has; requests of one kind have the same names."""
    known = frozenset(names)
    return tuple(key for key in keys if key in known or key.startswith(_CONSTANT))


def texts_of(keys: tuple[str, ...], form: Format, variable: str, elements: Elements) -> list[str]:
    """The texts that the first of the names gives, cut to what the ARN holds.

    A text that begins with `arn:` is the whole ARN.
    """
    for key in present(keys, elements.names):
        if key.startswith(_CONSTANT):
            return [key.removeprefix(_CONSTANT)]
        found = elements.texts[key]
        if len(found) == 1:
            cut = _cut(found[0], key, form, variable, elements)
            if cut:
                return [cut]
            continue
        several = [_cut(text, key, form, variable, elements) for text in found]
        kept = [text for text in dict.fromkeys(several) if text]
        if kept:
            return kept
    return []


def _cut(text: str, key: str, form: Format, variable: str, elements: Elements) -> str:
    if text.startswith("arn:"):
        if form.pattern.fullmatch(text):
            return text
        if form.service == "lambda":
            return _function(text.partition(":function:")[2], variable)
        # An ARN of another type that bears the name: ECS gives clusters so.
        return re.split(r"[:/]", text)[-1]
    if "://" in text:
        return text.rstrip("/").rsplit("/", 1)[-1] if variable != "OidcProviderName" else text
    if form.service == "lambda" and key == "functionname":
        return _function(text, variable)
    if key == "qualifier":
        numbered = text.isdigit() or text == "$LATEST"
        return text if numbered == (variable == "Version") else ""
    before = form.before(variable)
    for prefix in (before, f"/{before}"):
        if before and text.startswith(prefix):
            return text.removeprefix(prefix)
    if variable.endswith("WithoutLeadingSlash"):
        return text.lstrip("/")
    if variable.endswith("WithPath"):
        return _with_path(text, elements)
    return "" if form.service == "kms" and text.startswith("alias/") else text


def _function(text: str, variable: str) -> str:
    match = _FUNCTION.fullmatch(text)
    if match is None:
        return ""
    return match[1] if variable == "FunctionName" else match[2] or ""


def _with_path(name: str, elements: Elements) -> str:
    path = elements.first("path").strip("/")
    return f"{path}/{name}" if path else name
