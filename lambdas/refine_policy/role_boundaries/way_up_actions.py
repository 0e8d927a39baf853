"""What no created role may do: act as somebody else, or change what it may do itself."""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import lru_cache

from lambdas.model.iam.action import Action
from lambdas.model.iam.template import ANY, Template
from lambdas.model.iam.template_coverage import covers
from lambdas.model.iam.way_up import BOUNDARY_KEY
from lambdas.reference.actions import facts
from lambdas.reference.ways.escalation import Through, escalation_paths

# The beginnings of all names of IAM's actions that change something, by its reference:
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
WRITES_OF_IAM = tuple(
    f"iam:{verb}*"
    for verb in (
        "Ac",
        "Add",
        "Associate",
        "Attach",
        "Change",
        "Create",
        "Deactivate",
        "Del",
        "Detach",
        "Disable",
        "Enable",
        "Put",
        "Reject",
        "Remove",
        "Reset",
        "Resync",
        "Send",
        "Set",
        "Update",
        "Upload",
    )
)
# A service-linked role is assumed by its service alone, and its permissions are AWS's:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
FOR_SERVICES = "iam:CreateServiceLinkedRole"
# On the roles that the process creates these lead nowhere: those have the same boundary. Tags can
# decide what somebody may do.
ON_OWN_ROLES = ("iam:PassRole", "iam:Tag*", "iam:Untag*", "sts:AssumeRole")
_PLACE = re.compile(r"\$\{[^}]+\}")  # in an ARN's format
# What IAM would ask for the boundary of, and takes it away.
REMOVALS = ("iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary")


@lru_cache(maxsize=1)
def on_own_resources() -> tuple[str, ...]:
    """Actions that lead to the role of what they are about; one's own has the same boundary.

    IAM's own are among `WRITES_OF_IAM`.
    """
    paths = escalation_paths().values()
    found = {one.actions[0] for one in paths if one.through is Through.RESOURCE}
    return tuple(sorted(one for one in found if not one.startswith("iam:")))


def under_the_boundary(action: str) -> bool:
    """Whether a role may do it to roles and users that have the boundary: nothing is gained."""
    known = facts(Action.from_text(action)) if ":" in action else None
    return known is not None and BOUNDARY_KEY in known.condition_keys and action not in REMOVALS


def takes(action: str, resource: Template) -> bool:
    """Whether the resource is of a type that the action can be limited to."""
    known = facts(Action.from_text(action)) if ":" in action else None
    formats = (arn for use in (known.uses if known else ()) for arn in use.type.arns)
    return any(covers(_any_of(one), resource) for one in formats)


@lru_cache(maxsize=512)
def _any_of(arn_format: str) -> Template:
    pieces = _PLACE.split(arn_format)
    return Template.of(*[part for piece in pieces for part in (piece, ANY)][:-1])


def matched(patterns: Iterable[str], action: str) -> bool:
    """Whether one of the patterns matches an action; IAM knows no case in them."""
    return any(fnmatchcase(action.lower(), one.lower()) for one in patterns)


def meets(pattern: str, other: str) -> bool:
    """Whether some action is matched by both; one of them ends in its only wildcard."""
    head = other.rstrip("*").lower()
    stem = pattern.lower().partition("*")[0].partition("?")[0]
    if "*" not in pattern and "?" not in pattern:
        return matched((other,), pattern)
    return head.startswith(stem) or stem.startswith(head)
