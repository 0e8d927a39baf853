"""What the policy lets CloudFormation tag while it makes it: there its own tags are, too.

Where the caller may not tag, CloudFormation may go on without any tag:
https://github.com/aws/aws-parallelcluster/issues/6054
"""

import re
from collections import defaultdict
from collections.abc import Iterable

from lambdas.model.iam.action import Action
from lambdas.model.iam.arn import resource_of
from lambdas.model.trail.evidence import Outcome
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.reference.operation_verbs import creating, noun_of
from lambdas.reference.stacks.containment import tagged_on_create
from lambdas.refine_policy.observations import Permission

_MAKES = re.compile(f"(?:{creating('Publish')})[A-Z]")


def makes(action: Action) -> bool:
    """Whether an action makes things."""
    if action.service == "apigateway":
        return action.name == "POST"
    return _MAKES.match(action.name) is not None


def makes_it(action: Action, resource: str) -> bool:
    """Whether an action makes what the ARN names, and not something in it: a subnet, in a VPC."""
    head = re.split(r"[/:*]", resource_of(resource).lstrip("/"))[0]
    named = makes(action) and action.service != "apigateway"
    return named and noun_of(action.name) in re.sub(r"[^a-z]", "", head.lower())


def tagged_types(permissions: Iterable[Permission]) -> frozenset[tuple[str, str]]:
    """Principals and CloudFormation's types of which every one was made with tags.

    Tags of a later update tell nothing of the next thing that is made.
    """
    tagged: dict[tuple[str, str], list[bool]] = defaultdict(list)
    taggers: set[str] = set()
    for one in permissions:
        if one.kind == GroundKind.TAG_ON_CREATE:
            taggers.add(one.principal)
        if one.kind != GroundKind.OBSERVED or not makes(one.action):
            continue
        for line in one.lines:
            if line.outcome is Outcome.SUCCEEDED:
                with_tags = any(it.kind == GroundKind.TAG_ON_CREATE for it in line.implies)
                for kind in tagged_on_create().intersection(line.types):
                    tagged[one.principal, kind].append(with_tags)
    return frozenset(key for key, all_ in tagged.items() if all(all_) and key[0] in taggers)
