"""What a request gives for a variable of an ARN: texts, cut to what the ARN holds."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from urllib.parse import unquote

from lambdas.collect_evidence.call.elements import TOP, Elements
from lambdas.collect_evidence.resources.parameter_names import ANYTHING, PREFIXED
from lambdas.model.iam.arn import Arn, is_arn
from lambdas.reference.arn_formats import ArnFormat, formats_in, stem
from lambdas.reference.shards import shard

# `name`, `name:qualifier`, `account:function:name` and more,
# https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestParameters
_FUNCTION = re.compile(r"(?:(?:[\w-]+:)?\d{12}:)?(?:function:)?([^:]+)(?::([^:]+))?")
_CONSTANT = "="
_DOCUMENT = frozenset("{[")
_EC2_IDS: dict[str, str] = shard("resources")["ec2_ids"]
_ID_FORMS: dict[str, dict[str, str]] = shard("resources")["id_forms"]


@lru_cache(maxsize=65_536)
def present(keys: tuple[str, ...], names: tuple[str, ...]) -> tuple[str, ...]:
    """Of the names looked for those that a request has; requests of one kind have the same."""
    known: dict[str, str] = {}
    for name in names:
        known.setdefault(name, name)
        known.setdefault(re.sub("[-_]", "", name), name)
    found = (
        key if key.startswith(_CONSTANT) else _joined(key, known) or known.get(key, "")
        for key in keys
    )
    return tuple(filter(None, found))


def _joined(key: str, known: Mapping[str, str]) -> str:
    """`namespace/username`, spelled as the request spells them; empty where one lacks."""
    parts = key.split(TOP)
    if len(parts) == 1 or not parts[0]:
        return ""
    spelled = [part if part.startswith(_CONSTANT) else known.get(part, "") for part in parts]
    return TOP.join(spelled) if all(spelled) else ""


def texts_of(
    keys: tuple[str, ...], form: ArnFormat, variable: str, elements: Elements
) -> list[str]:
    """The texts that the first of the names gives, cut to what the ARN holds.

    A text that begins with `arn:` is the whole ARN.
    """
    has_id = variable.endswith("Name") and f"{variable.removesuffix('Name')}Id" in form.variables
    for key in present(keys, elements.names):
        if has_id and key.endswith("id"):
            continue
        if TOP in key[1:]:
            parts = (
                one if one.startswith(_CONSTANT) else elements.first(one) for one in key.split(TOP)
            )
            return [TOP.join(one.removeprefix(_CONSTANT) for one in parts)]
        if key.startswith(_CONSTANT):
            return [key.removeprefix(_CONSTANT)]
        found = [text for text in elements.texts[key] if _may_name(text, form, key)]
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


def is_constant(keys: Sequence[str], texts: Sequence[str]) -> bool:
    """Whether texts are what a variable is without any request."""
    return len(texts) == 1 and f"{_CONSTANT}{texts[0]}" in keys


def _cut(text: str, key: str, form: ArnFormat, variable: str, elements: Elements) -> str:
    entry = (form.service, key) == ("eks", "principalarn")  # sent as a part of the path
    if entry or text.startswith("arn:"):
        principal = _of_principal(unquote(text), variable) if entry else ""
        return principal or _of_arn(text, form, variable) or _behind(text, form)
    if "://" in text and variable != "OidcProviderName":
        return text.rstrip("/").rsplit("/", 1)[-1]
    special = _SPECIAL.get((form.service, variable))
    if special is not None:
        return special(text, key, form.kind)
    if variable.endswith("WithPath"):
        return _with_path(text, key, variable, elements.first("path").strip("/"))
    if variable.endswith("WithoutLeadingSlash"):
        return text.lstrip("/")
    suffix: str = shard("resources")["suffixes"].get(form.service, {}).get(variable, "")
    return _without_fixed(text, form.before(variable)) + suffix


def _with_path(text: str, key: str, variable: str, path: str) -> str:
    """The name with its path: as sent, else the one that the roles of services have."""
    if key == "awsservicename":
        return f"aws-service-role/{text}/*"
    if key == "deletiontaskid":  # task/aws-service-role/<service>/<name>/<id>
        return text.removeprefix("task/").rpartition("/")[0]
    known = shard("resources")["role_paths"] if variable.startswith("RoleName") else {}
    head = next((one for begins, one in known.items() if text.startswith(begins)), "")
    return f"{path}/{text}" if path else f"{head}{text}"


def _may_name(text: str, form: ArnFormat, key: str) -> bool:
    """No document, and no id whose form, of EC2 its prefix, says that it is of another type."""
    if text[:1] in _DOCUMENT:
        return False
    if form.service in _ID_FORMS:
        kinds = _kinds_of(form.service, text)
        return not kinds or form.kind in kinds
    prefix = text.rpartition("-")[0] if form.service == "ec2" else ""
    unknown = "" if key == PREFIXED else form.kind
    return bool(form.service != "ec2" or _EC2_IDS.get(prefix, unknown) == form.kind)


@lru_cache(maxsize=4_096)
def _kinds_of(service: str, text: str) -> frozenset[str]:
    """The types that an id can be of, by its form; none where it has no form that is known."""
    forms = _ID_FORMS[service].items()
    return frozenset(kind for kind, form in forms if re.fullmatch(form, text))


def _without_fixed(text: str, before: str) -> str:
    """`name` of `alias/name`, `1` of `p-1`: what the format writes itself is not written twice."""
    bare = text.removeprefix("/")
    for fixed in (before, before.rpartition("/")[2]):
        if fixed and bare.startswith(fixed):
            return bare.removeprefix(fixed)
    return text


def _of_arn(text: str, form: ArnFormat, variable: str) -> str:
    """A whole ARN of this format; of another of the service's types what it names as this one."""
    if form.pattern.fullmatch(text):
        return text
    if form.service == "lambda":
        return _function(text.partition(":function:")[2], variable)
    if (form.service, variable) == ("codebuild", "ReportGroupName"):
        return text.partition(":report/")[2].partition(":")[0]  # a report is its group's
    if stem(variable) in ANYTHING:
        return ""
    # ECS, for example, gives the clusters of its services so.
    for other in formats_in(form.service):
        match = other.pattern.fullmatch(text) if variable in other.variables else None
        if match:
            return match[other.variables.index(variable) + 1]
    return ""


def _of_principal(arn: str, variable: str) -> str:
    """What an access entry's ARN holds of the role or user that it is for.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html
    """
    if not is_arn(arn):
        return ""
    principal = Arn.from_text(arn)
    kind = principal.resource.partition("/")[0]
    return {"IamIdentityType": kind, "IamIdentityAccountID": principal.account}.get(
        variable, principal.name
    )


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
    if kind.endswith("inference-profile"):
        return text if is_profile == (kind == "inference-profile") else ""
    return f"arn:${{Partition}}:bedrock:*::foundation-model/{rest}" if is_profile else text


def _behind(arn: str, form: ArnFormat) -> str:
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
    ("kinesis", "KeyId"): lambda text, _key, _kind: "" if text.startswith("alias/") else text,
    ("kms", "KeyId"): lambda text, _key, _kind: "" if text.startswith("alias/") else text,
    ("lambda", "Alias"): lambda text, key, _kind: _qualifier(text, key, numbered=False),
    ("lambda", "FunctionName"): lambda text, _key, _kind: _function(text, "FunctionName"),
    ("lambda", "Version"): lambda text, key, _kind: _qualifier(text, key, numbered=True),
    # A bucket's name is none of an access point; its ARN may stand in the same place.
    ("s3", "AccessPointName"): lambda text, key, _kind: text if key == "name" else "",
    # Nodes that are no instances of EC2 have ids of their own,
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/fleet-manager-default-host-management-configuration.html
    ("ssm", "InstanceId"): lambda text, _key, kind: (
        text if text.startswith("mi-") == (kind == "managed-instance") else ""
    ),
    ("ssm", "ResourceId"): lambda text, _key, _kind: text.removeprefix("/"),
    ("wafv2", "Scope"): lambda text, _key, _kind: {"CLOUDFRONT": "global"}.get(text, text.lower()),
}
