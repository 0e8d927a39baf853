"""Roles that a request hands to a service: `iam:PassRole`, with the service that receives them."""

import re
from collections.abc import Iterator, Sequence

from lambdas.collect_evidence.call.call import Call
from lambdas.collect_evidence.implied.authorized_rows import (
    PASS_ROLE,
    AuthorizedAction,
    Known,
    authorized_besides,
)
from lambdas.model.iam.arn import ACCOUNT_ID, arn_pattern
from lambdas.model.trail.evidence import Implied
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.reference.request_elements import elements
from lambdas.reference.shards import shard

_ROLE = re.compile(arn_pattern("iam", r"role/(?!aws-service-role/)\S+", account=ACCOUNT_ID))
_ANY = re.compile(arn_pattern("iam", r"role/\S+", account=ACCOUNT_ID))
_ACTS_AS = "Assume"  # what assumes a role hands it to nobody
_NAME = re.compile(r"[\w+=,.@/-]{1,576}", re.ASCII)
_PROFILES = ("iaminstanceprofile", "iaminstanceprofile.name", "iaminstanceprofile.arn")


def passed_roles(call: Call) -> Iterator[Implied]:
    """Every role that the request hands over, with the service that will receive it."""
    beside = authorized_besides(call.service, call.operation)
    rows = [row for row in beside if row.action == PASS_ROLE]
    listed_roles = list(_roles_by_table(call, rows))
    arns = {role for role, _ in listed_roles}
    named = [one for one in _named(call) if one[0] not in arns]
    for role, receivers in (*listed_roles, *named):
        yield from _passed(role, receivers or _receivers("", call), call)
    if not call.request.arns or call.service in shard("pass_role")["never"]:
        return
    if call.operation.startswith(_ACTS_AS):
        return
    listed = {one for row in rows for one in row.receivers}
    only = tuple(listed) if len(listed) == 1 else ()
    for name, arn in _roles_in(call):
        if arn not in arns:
            yield from _passed(arn, _receivers(name, call, only), call)


def _named(call: Call) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Roles that stand by their names in elements of which it is known."""
    names = shard("pass_role")["names"].get(call.service, {})
    for name in names.get(call.operation, ()):
        for text in call.request.texts.get(name, ()):
            if text and not text.startswith("arn:"):
                role = call.place.arn("iam", "role/" + text.strip("/"))
                yield role, _receivers(name, call)


def _roles_in(call: Call) -> Iterator[tuple[str, str]]:
    """Every role's ARN that may be one that is passed, with its element's name."""
    table = shard("pass_role")
    for parent, name, arn in call.request.arns:
        aside = name in table["not_passed"] or parent in table["not_passed_below"]
        aside = aside or parent in table["passed_by_others"].get(call.service, ())
        if _ROLE.fullmatch(arn) and not aside:
            yield name, arn


def _roles_by_table(
    call: Call, rows: Sequence[AuthorizedAction]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The roles that stand where AWS's table says that one is passed, with who receives it."""
    for row in rows:
        if row.known is Known.UNKNOWN or row.through or not row.applies(call.parameters):
            continue
        for template in row.resources:
            for text in template.filled(call.parameters):
                role = call.place.fill(text)
                # A service's own role is not passed, unless AWS says so.
                if (_ANY if row.known is Known.DOCUMENTED else _ROLE).fullmatch(role):
                    yield role, row.receivers
                elif _NAME.fullmatch(role) and not template.text.lower().endswith("arn}"):
                    yield call.place.arn("iam", "role/" + role.strip("/")), row.receivers


def unnamed_roles(call: Call) -> tuple[str, ...]:
    """Instance profiles that a request hands over: their roles are passed, and not told.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2_instance-profiles.html
    """
    if call.operation in shard("pass_role")["profile_not_passed"]:
        return ()
    texts = call.request.texts
    found = [text for name in _PROFILES if name in texts for text in texts[name]]
    for row in authorized_besides(call.service, call.operation):
        if row.through and not found:
            names = [text for one in row.when for text in elements(call.parameters, one.path)]
            found += [text for text in names if isinstance(text, str) and ":role/" not in text]
    return tuple(dict.fromkeys(found))


def _receivers(name: str, call: Call, listed: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Who receives a role in an element of this name, where AWS's table does not tell."""
    table = shard("pass_role")
    particular = table["operations"].get(f"{call.service}.{call.operation}") or table[
        "elements"
    ].get(call.service, {}).get(name)
    general = table["services"].get(call.service) or f"{call.service}.amazonaws.com"
    return (particular,) if particular else listed or (general,)


def _passed(role: str, receivers: tuple[str, ...], call: Call) -> Iterator[Implied]:
    also = shard("pass_role")["also"]
    beside = also.get(f"{call.service}.{call.operation}") or also.get(call.service, ())
    for receiver in dict.fromkeys((*receivers, *beside)):
        # EC2's principal alone bears the partition's domain.
        is_china = receiver == "ec2.amazonaws.com" and call.place.partition == "aws-cn"
        yield Implied(
            kind=GroundKind.PASS_ROLE,
            action=PASS_ROLE,
            resource=role,
            context=(("iam:PassedToService", "ec2.amazonaws.com.cn" if is_china else receiver),),
        )
