"""What a refusal's words for a resource mean as an ARN: never wider than the words."""

import re

from lambdas.model.iam.action import Action
from lambdas.model.iam.arn import RESOURCE_FIELD, Arn, is_arn
from lambdas.reference.actions import ResourceType, facts
from lambdas.reference.arn_formats import ArnContext, ArnFormat, formats_in, formats_of
from lambdas.reference.arn_parts import ArnPart
from lambdas.reference.refused.refusals import Refusal
from lambdas.reference.shards import shard

ANY = "*"
# Names as services allow them, in one piece; a wildcard in a name is nobody's name.
_NAME = re.compile(r"[\w+=,.@/:#-]{1,1024}", re.ASCII)
_OBJECT = re.compile(r"[a-z0-9.-]{3,63}/[^*?$\x00-\x1f]{1,1024}")
# Ids that services make: `vpc-0a1b2c3d`, UUIDs, `E2QWRUHAPOMQZL`; a name that people chose is none.
_MADE_ID = re.compile(
    r"[a-z]{1,12}-(?=[a-z]*\d)[0-9a-z]{6,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|(?=[A-Z]*\d)[A-Z0-9]{8,}",
)
# Logs names a group's streams in denials with nothing behind the last colon,
# https://github.com/abefarris/cfn-least-privilege (results/summary.md)
_STREAM = re.compile(r"(arn:[\w-]+:logs:.+):log-stream:?")


def resources_named(refusal: Refusal, place: ArnContext) -> tuple[str, ...]:
    """The ARNs that a refusal names, `*` where it says so; empty where its words tell nothing.

    An ARN is AWS's own word and stays as it is. A bare name belongs to the type that the words
    name, else to the types of the action.
    """
    name, action = refusal.name, refusal.action
    if name.startswith("arn:"):
        return (_tidied(name),) if _is_sound(name) else ()
    if name == ANY:
        return (ANY,)
    known = facts(action) if action else None
    if not name or known is None:
        return ()
    kinds = [use.type for use in known.uses if use.type.name == refusal.kind]
    kinds = kinds or _own_types(action) if action else kinds
    found = {_filled(form, name, place) for kind in kinds for form in formats_of(kind)[:1]}
    return tuple(sorted(found - {""}))


def narrowest(action: Action, place: ArnContext) -> str:
    """What can be said where nothing names the resource: any of the one type that it must have."""
    kinds = _own_types(action)
    if len(kinds) != 1:
        return ANY
    (kind,) = kinds
    forms = formats_of(kind)
    return forms[0].fill({}, place) if forms else ANY


def suits(action: Action, resource: str) -> bool:
    """Whether the action can have this resource: no bucket action has an object."""
    known = facts(action)
    if known is None or resource == ANY or not is_arn(resource):
        return known is None or resource == ANY
    if not known.uses:
        return False
    fits = [one for one in formats_in(action.service) if one.pattern.fullmatch(resource)]
    if fits:
        # Types may share a form: a link is an inbound and an outbound one by the same ARN.
        kinds = {one.kind for one in fits if one.weight == fits[0].weight}
        return bool(kinds & {use.type.name for use in known.uses})
    return Arn.from_text(resource).service == action.service  # a form that nobody wrote down


def is_open(resource: str) -> bool:
    """Whether nothing in the ARN names one thing: `*`, `role/*`, `instance/*`."""
    if not is_arn(resource):
        return resource == ANY
    own = Arn.from_text(resource).resource
    return not re.sub(r"^[\w-]+[/:]", "", own).strip("*?/:")


def type_of(resource: str) -> tuple[str, str]:
    """The service and the resource type that an ARN is of; the type is empty where none fits."""
    if not is_arn(resource):
        return ("", resource)
    service = Arn.from_text(resource).service
    kind = next((one.kind for one in formats_in(service) if one.pattern.fullmatch(resource)), "")
    return (service, kind)


def _is_sound(arn: str) -> bool:
    """Whether it is of one place: a `*` before the resource stands only where its type has one."""
    if not is_arn(arn):
        return False
    head = arn.split(":")[:RESOURCE_FIELD]
    service = head[2]
    if not service or any(set("?$") & set(field) for field in head):
        return False
    wild = [at for at, field in enumerate(head) if ANY in field]
    return not wild or any(
        form.pattern.fullmatch(arn)
        and all(form.template.split(":")[at] == head[at] == ANY for at in wild)
        for form in formats_in(service)
    )


def _tidied(arn: str) -> str:
    stream = _STREAM.fullmatch(arn)
    return f"{stream[1]}:*" if stream else arn


def _own_types(action: Action) -> list[ResourceType]:
    known = facts(action)
    uses = known.uses if known else ()
    return [use.type for use in uses if use.required] or [use.type for use in uses]


def _filled(form: ArnFormat, name: str, place: ArnContext) -> str:
    """The ARN of this type with the name as its last variable, or nothing."""
    if not form.variables:
        return ""
    if form.service == "s3" and form.kind == "object":
        return place.arn("s3", name) if _OBJECT.fullmatch(name) else ""
    if not _NAME.fullmatch(name):
        return ""
    variable = form.variables[-1]
    suffix = shard("resources")["suffixes"].get(form.service, {}).get(variable)
    if suffix:
        name += suffix
    elif ArnPart("", variable).is_id and not _MADE_ID.fullmatch(name):
        name = ANY  # its name is not in its ARN
    return form.fill({variable: name}, place)
