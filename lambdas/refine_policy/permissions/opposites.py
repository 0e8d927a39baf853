"""Which operation undoes which, by the words of their names: `RevokeX` what `AuthorizeX` did."""

import re
from collections.abc import Iterable
from functools import lru_cache

from lambdas.model.iam.action import Action
from lambdas.reference.operation_verbs import noun

# What undoes what; on the left the verb of the undoing.
_UNDOES = {
    "cancel": ("create", "start", "request"),
    "deactivate": ("activate", "enable"),
    "delete": ("put", "create", "add"),
    "deprovision": ("provision",),
    "deregister": ("register",),
    "detach": ("attach",),
    "disable": ("enable",),
    "disassociate": ("associate",),
    "drop": ("create",),
    "reject": ("accept",),
    "release": ("allocate",),
    "remove": ("put", "add"),
    "retire": ("create",),
    "revoke": ("authorize", "grant", "create"),
    "stop": ("start",),
    "terminate": ("run", "create"),
    "unassign": ("assign",),
    "unsubscribe": ("subscribe",),
    "untag": ("tag",),
    "withdraw": ("provision", "advertise"),
}
# What also makes what is undone by another name, by the registry: an address of a gateway
# is associated with it; a key is not deleted but scheduled to be.
_ALSO_MADE_BY = {
    "ec2:CancelSpotFleetRequests": ("ec2:RequestSpotFleet",),
    "ec2:DisassociateAddress": ("ec2:CreateNatGateway", "ec2:RunInstances"),
    "kms:ScheduleKeyDeletion": ("kms:CreateKey", "kms:ReplicateKey"),
}
# Verbs that make a thing or change it, so that only the making of a stack tells which.
_UPSERTS = frozenset({"put"})
_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_MANY = ("batch", "admin")  # before the verb: BatchDisassociateX, AdminDeleteUser
_JOINTS = frozenset({"from", "to", "with", "in"})  # AddRoleToInstanceProfile, RemoveRoleFrom…


def undone_by(action: Action, done: Iterable[Action], *, stack: bool) -> frozenset[Action]:
    """What of the things that were done an action undoes.

    Args:
        action: the undoing.
        done: actions that were seen, or derived.
        stack: whether a stack was made or removed: else what was put may have been there before.
    """
    many, verb, rest = _parts(action.name)
    verbs = _UNDOES.get(verb, ())
    also = _ALSO_MADE_BY.get(str(action), ())
    found: set[Action] = set()
    for one in done:
        if one.service != action.service:
            continue
        did_many, did, did_rest = _parts(one.name)
        same = did in verbs and (did_many, did_rest) == (many, rest)
        if str(one) in also or (same and (did not in _UPSERTS or stack)):
            found.add(one)
    return frozenset(found)


@lru_cache(maxsize=4_096)
def _parts(name: str) -> tuple[str, str, str]:
    """`BatchDisassociateScramSecret`: a word before the verb, the verb, and what it is about."""
    # `unTagResource`, `UnTagResource` and `CreateOrUpdateTags` are spelled in ways of their own.
    plain = re.sub("^[uU]nTag", "Untag", name).replace("OrUpdate", "")
    words = [one.lower() for one in _WORDS.findall(plain)]
    many = words.pop(0) if words[0] in _MANY and len(words) > 1 else ""
    rest = [one.removesuffix("s") for one in words[1:] if one not in _JOINTS]
    return many, words[0] if words else "", noun("".join(rest))
