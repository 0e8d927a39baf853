"""What a request gives for a variable of an ARN: under which names, and how the text is cut."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from lambdas.collect_evidence.elements import TOP
from lambdas.collect_evidence.formats import stem
from lambdas.reference.shards import shard

if TYPE_CHECKING:
    from collections.abc import Callable

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
        keys += [TOP + key for key in _OWN]
    plural = [f"{key}s" for key in keys if not key.endswith("s")]
    return tuple(dict.fromkeys([*(curated or ()), *keys, *plural]))


@lru_cache(maxsize=65_536)
def present(keys: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """Of the names looked for those that a request has; requests of one kind have the same."""
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
        return _of_arn(text, form, variable)
    if "://" in text and variable != "OidcProviderName":
        return text.rstrip("/").rsplit("/", 1)[-1]
    special = _SPECIAL.get((form.service, variable))
    if special is not None:
        return special(text, key)
    if variable.endswith("WithPath"):
        path = elements.first("path").strip("/")
        return f"{path}/{text}" if path else text
    if variable.endswith("WithoutLeadingSlash"):
        return text.lstrip("/")
    before, bare = form.before(variable), text.removeprefix("/")
    return bare.removeprefix(before) if before and bare.startswith(before) else text


def _of_arn(text: str, form: Format, variable: str) -> str:
    """A whole ARN of this format; of another of the service's types the name."""
    if form.pattern.fullmatch(text):
        return text
    if form.service == "lambda":
        return _function(text.partition(":function:")[2], variable)
    # ECS, for example, gives the clusters of its services so.
    own = text.split(":")[2:3] == form.template.split(":")[2:3]
    return re.split(r"[:/]", text)[-1] if own else ""


def _function(text: str, variable: str) -> str:
    match = _FUNCTION.fullmatch(text)
    if match is None:
        return ""
    return match[1] if variable == "FunctionName" else match[2] or ""


def _qualifier(text: str, key: str, *, numbered: bool) -> str:
    if key == "functionname":
        text = _function(text, "Qualifier")
    return text if text and (text.isdigit() or text == "$LATEST") == numbered else ""


# Texts that are written otherwise in ARNs, by service and variable.
_SPECIAL: dict[tuple[str, str], Callable[[str, str], str]] = {
    ("events", "EventBusName"): lambda text, _: "" if text == "default" else text,
    ("kms", "KeyId"): lambda text, _: "" if text.startswith("alias/") else text,
    ("lambda", "Alias"): lambda text, key: _qualifier(text, key, numbered=False),
    ("lambda", "FunctionName"): lambda text, _: _function(text, "FunctionName"),
    ("lambda", "Version"): lambda text, key: _qualifier(text, key, numbered=True),
    # Secrets Manager appends six characters to every name,
    # https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html
    ("secretsmanager", "SecretId"): lambda text, _: f"{text}-??????",
    ("wafv2", "Scope"): lambda text, _: {"CLOUDFRONT": "global"}.get(text, text.lower()),
}
