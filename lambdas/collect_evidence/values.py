"""What a request gives for a variable of an ARN: under which names, and how the text is cut."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from lambdas.collect_evidence.elements import TOP
from lambdas.collect_evidence.formats import formats_in, stem
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
# Words that say nothing of what is meant.
_ANYTHING = frozenset({"id", "name", "arn", "identifier", "resource", "type", "key", "value"})


def keys_of(
    service: str, kind: str, variable: str, operation: str, *, only: bool, parent: bool = False
) -> tuple[str, ...]:
    """The names of elements that may hold a variable, the surest first.

    Args:
        service: the IAM prefix of the format.
        kind: the resource type.
        variable: the ARN's variable.
        operation: the API's name.
        only: whether the action has no other resource type.
        parent: whether the variable names what holds the resource, such as a service's cluster.
    """
    known = shard("resources")["synonyms"].get(service, {})
    curated = known.get(f"{kind}.{variable}", known.get(variable))
    if curated == []:
        return ()
    own, noun = stem(variable), stem(kind)
    is_meant = only or _says(operation, own) or _says(operation, noun)
    says_nothing = own in _ANYTHING
    bases = [] if says_nothing and not is_meant else [_letters(variable), own]
    bases += [noun] if says_nothing or (is_meant and not parent) else []
    keys = [base + suffix for base in bases for suffix in _SUFFIXES]
    if is_meant and not parent:
        keys += [f"{base}.{key}" for base in dict.fromkeys((own, noun)) for key in _OWN[:4]]
        keys += [TOP + key for key in _OWN]
    if variable.endswith("Id"):
        keys = [key for key in keys if not key.endswith("name")]  # what has an id is not named so
    plural = [f"{key}s" for key in keys if not key.endswith("s")]
    # `name` and `id` are the operation's own noun's, in whatever list they stand.
    sure = [key for key in curated or () if is_meant or key not in _OWN]
    return tuple(dict.fromkeys([*sure, *keys, *plural]))


def _letters(variable: str) -> str:
    return re.sub(r"[^a-z0-9]", "", variable.lower())


def _says(operation: str, word: str) -> bool:
    return len(word) > 2 and word not in _ANYTHING and word in operation.lower()  # noqa: PLR2004


@lru_cache(maxsize=65_536)
def present(keys: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """Of the names looked for those that a request has; requests of one kind have the same."""
    known: dict[str, str] = {}
    for name in names:
        known.setdefault(name, name)
        known.setdefault(re.sub("[-_]", "", name), name)
    found = (key if key.startswith(_CONSTANT) else known.get(key, "") for key in keys)
    return tuple(filter(None, found))


def texts_of(keys: tuple[str, ...], form: Format, variable: str, elements: Elements) -> list[str]:
    """The texts that the first of the names gives, cut to what the ARN holds.

    A text that begins with `arn:` is the whole ARN.
    """
    has_id = variable.endswith("Name") and f"{variable.removesuffix('Name')}Id" in form.variables
    for key in present(keys, elements.names):
        if has_id and key.endswith("id"):
            continue
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
        return _of_arn(text, form, variable) or _behind(text, form)
    if "://" in text and variable != "OidcProviderName":
        return text.rstrip("/").rsplit("/", 1)[-1]
    special = _SPECIAL.get((form.service, variable))
    if special is not None:
        return special(text, key, form.kind)
    if variable.endswith("WithPath"):
        path = elements.first("path").strip("/")
        return f"{path}/{text}" if path else text
    if variable.endswith("WithoutLeadingSlash"):
        return text.lstrip("/")
    return _without_fixed(text, form.before(variable))


def _without_fixed(text: str, before: str) -> str:
    """`name` of `alias/name`, `1` of `p-1`: what the format writes itself is not written twice."""
    bare = text.removeprefix("/")
    for fixed in (before, before.rpartition("/")[2]):
        if fixed and bare.startswith(fixed):
            return bare.removeprefix(fixed)
    return text


def _of_arn(text: str, form: Format, variable: str) -> str:
    """A whole ARN of this format; of another of the service's types what it names as this one."""
    if form.pattern.fullmatch(text):
        return text
    if form.service == "lambda":
        return _function(text.partition(":function:")[2], variable)
    if stem(variable) in _ANYTHING:
        return ""
    # ECS, for example, gives the clusters of its services so.
    for other in formats_in(form.service):
        match = other.pattern.fullmatch(text) if variable in other.variables else None
        if match:
            return match[other.variables.index(variable) + 1]
    return ""


def _function(text: str, variable: str) -> str:
    match = _FUNCTION.fullmatch(text)
    if match is None:
        return ""
    return match[1] if variable == "FunctionName" else match[2] or ""


def _qualifier(text: str, key: str, *, numbered: bool) -> str:
    if key == "functionname":
        text = _function(text, "Qualifier")
    return text if text and (text.isdigit() or text == "$LATEST") == numbered else ""


def _model(text: str, kind: str) -> str:
    """Of a model's id the model; of a cross-region profile's the profile, and the model behind it.

    Callers need both, the model in each region of the profile,
    https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
    """
    prefix, _, rest = text.partition(".")
    is_profile = prefix in shard("resources")["inference_profiles"]
    if kind == "inference-profile":
        return text if is_profile else ""
    return f"arn:${{Partition}}:bedrock:*::foundation-model/{rest}" if is_profile else text


def _behind(arn: str, form: Format) -> str:
    """The model behind a cross-region profile that is named by its ARN."""
    name = arn.partition(":inference-profile/")[2]
    if form.service == "bedrock" and form.kind == "foundation-model" and "." in name:
        return _model(name, form.kind)
    return ""


# Texts that are written otherwise in ARNs, by service and variable: of the text, its element's name
# and the resource's type.
_SPECIAL: dict[tuple[str, str], Callable[[str, str, str], str]] = {
    ("batch", "JobDefinitionName"): lambda text, _key, _kind: text.partition(":")[0],
    ("batch", "Revision"): lambda text, _key, _kind: text.partition(":")[2],
    ("bedrock", "ResourceId"): lambda text, _key, kind: _model(text, kind),
    ("ecs", "TaskDefinitionFamilyName"): lambda text, _key, _kind: text.partition(":")[0],
    ("ecs", "TaskDefinitionRevisionNumber"): lambda text, _key, _kind: text.partition(":")[2],
    ("events", "EventBusName"): lambda text, _key, kind: (
        "" if text == "default" and kind != "event-bus" else text
    ),
    ("kms", "KeyId"): lambda text, _key, _kind: "" if text.startswith("alias/") else text,
    ("lambda", "Alias"): lambda text, key, _kind: _qualifier(text, key, numbered=False),
    ("lambda", "FunctionName"): lambda text, _key, _kind: _function(text, "FunctionName"),
    ("lambda", "Version"): lambda text, key, _kind: _qualifier(text, key, numbered=True),
    # A bucket's name is none of an access point; its ARN may stand in the same place.
    ("s3", "AccessPointName"): lambda _text, _key, _kind: "",
    # Secrets Manager appends six characters to every name,
    # https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html
    ("secretsmanager", "SecretId"): lambda text, _key, _kind: f"{text}-??????",
    # Nodes that are no instances of EC2 have ids of their own,
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/fleet-manager-default-host-management-configuration.html
    ("ssm", "InstanceId"): lambda text, _key, kind: (
        text if text.startswith("mi-") == (kind == "managed-instance") else ""
    ),
    ("wafv2", "Scope"): lambda text, _key, _kind: {"CLOUDFRONT": "global"}.get(text, text.lower()),
}
