"""Roles that a request hands to a service: `iam:PassRole`, with the service that receives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.collect_evidence.resources.call import Call
    from lambdas.reference.events import OperationMapping
import re

from lambdas.model.action import Action
from lambdas.model.evidence import Implied
from lambdas.reference.shards import shard

PASS_ROLE = Action("iam", "PassRole")
_ROLE = re.compile(r"arn:[\w-]+:iam::\d{12}:role/(?!aws-service-role/)\S+")
_PROFILES = ("iaminstanceprofile", "iaminstanceprofile.name", "iaminstanceprofile.arn")


def passed_roles(call: Call, meaning: OperationMapping) -> Iterator[Implied]:
    """Every role that the request hands over, with the service that will receive it."""
    table = shard("pass_role")
    if not call.request.arns and meaning.service not in table["names"]:
        return
    for name in table["names"].get(meaning.service, {}).get(meaning.operation, ()):
        for text in call.request.texts.get(name, ()):
            if text and not text.startswith("arn:"):
                role = call.place.fill("arn:${Partition}:iam::${Account}:role/") + text.strip("/")
                yield _passed(role, name, meaning, call)
    if meaning.service in table["never"]:
        return
    for parent, name, arn in call.request.arns:
        aside = name in table["not_passed"] or parent in table["not_passed_below"]
        if _ROLE.fullmatch(arn) and not aside:
            yield _passed(arn, name, meaning, call)


def unnamed_roles(call: Call, meaning: OperationMapping) -> tuple[str, ...]:
    """Instance profiles that a request hands over: their roles are passed, and not told.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2_instance-profiles.html
    """
    if meaning.operation in shard("pass_role")["profile_not_passed"]:
        return ()
    texts = call.request.texts
    found = [text for name in _PROFILES if name in texts for text in texts[name]]
    return tuple(dict.fromkeys(found))


def _passed(role: str, name: str, meaning: OperationMapping, call: Call) -> Implied:
    table = shard("pass_role")
    receiver = (
        table["operations"].get(f"{meaning.service}.{meaning.operation}")
        or table["elements"].get(meaning.service, {}).get(name)
        or table["services"].get(meaning.service)
        or f"{meaning.service}.amazonaws.com"
    )
    if receiver == "ec2.amazonaws.com" and call.place.partition == "aws-cn":
        receiver = "ec2.amazonaws.com.cn"  # EC2's principal alone bears the partition's domain
    return Implied(
        kind="pass-role",
        action=PASS_ROLE,
        resource=role,
        context=(("iam:PassedToService", receiver),),
    )
