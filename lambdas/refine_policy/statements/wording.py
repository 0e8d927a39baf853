"""What a statement is for, in a Sid and in a sentence."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import assert_never

from lambdas.model.text import listed
from lambdas.model.trail.ground_kind import GroundKind, Purpose
from lambdas.reference.arn_parts import Reference
from lambdas.refine_policy.grants.grants import DraftGrant
from lambdas.refine_policy.observations import distinct

Group = Sequence[DraftGrant]  # those of one statement


_SERVICES = {  # where capitalising the prefix would not read well
    "acm": "Acm",
    "apigateway": "ApiGateway",
    "application-autoscaling": "AppAutoScaling",
    "autoscaling": "AutoScaling",
    "cloudformation": "CloudFormation",
    "cloudfront": "CloudFront",
    "cloudwatch": "CloudWatch",
    "codebuild": "CodeBuild",
    "cognito-idp": "CognitoUserPools",
    "cognito-identity": "CognitoIdentity",
    "dynamodb": "DynamoDb",
    "elasticfilesystem": "Efs",
    "elasticloadbalancing": "LoadBalancing",
    "eventbridge": "EventBridge",
    "execute-api": "ExecuteApi",
    "secretsmanager": "SecretsManager",
    "states": "StepFunctions",
}


_UNSEEN = {
    Purpose.NEXT: "Calls to {title} that CloudFormation makes when the next deployment changes "
    "these resources or fails; derived from its registry, not seen in the cycle.",
    Purpose.HINT: "Access to {title} that the process's owner asks for in process.yaml.",
    Purpose.HEADROOM: "Calls to {title} that CloudFormation will make for types that process.yaml "
    "asks room for; derived from its registry, not seen in any cycle.",
}
_NOT_IN_A_SID = re.compile(r"[^A-Za-z0-9]+")
# What a request named, in a Sid and in a sentence.
_NAMED = (("iam:PolicyARN", "NamedPolicies"), ("iam:PermissionsBoundary", "WithBoundary"))
PASSED_TO = "iam:PassedToService"


def sids_of(groups: Sequence[Group]) -> tuple[str, ...]:
    """A telling, unique Sid for each statement; letters and digits only."""
    plain = list(map(_sid, groups))
    often = Counter(plain)
    wordy = [
        sid + _resource_word(group) if often[sid] > 1 else sid
        for sid, group in zip(plain, groups, strict=True)
    ]
    often = Counter(wordy)
    numbers: dict[str, int] = defaultdict(int)
    taken = set(wordy)
    unique: list[str] = []
    for sid in wordy:
        if often[sid] == 1:
            unique.append(sid)
            continue
        numbered = sid
        while numbered in taken:
            numbers[sid] += 1
            numbered = f"{sid}{numbers[sid]}"
        taken.add(numbered)
        unique.append(numbered)
    return tuple(unique)


def purpose_of(group: Group, reference: Reference) -> str:
    """A sentence for the reviewer."""
    title = reference.service_title(group[0].action.service)
    receivers = _values(group, PASSED_TO)
    if receivers:
        return f"Hand these roles, and no others, to {listed(receivers)} and to no other service."
    via = _values(group, "aws:CalledVia") or _values(group, "kms:ViaService")
    through = f" that {listed(via)} made for the process" if via else " that the process made"
    match purpose := group[0].purpose:
        case Purpose.CYCLE:
            return f"Calls to {title}{through}{_phases(group)}{_beside(group)}."
        case Purpose.PASS_ROLE:
            return "Hand these roles to the services that the process sets up."
        case Purpose.SERVICE_LINKED_ROLE:
            return (
                f"Let the services make their own roles: {GroundKind.SERVICE_LINKED_ROLE.because}."
            )
        case Purpose.NEXT | Purpose.HINT | Purpose.HEADROOM:
            return _UNSEEN[purpose].format(title=title)
        case _:
            assert_never(purpose)


def service_word(service: str) -> str:
    """The service in a Sid."""
    known = _SERVICES.get(service)
    return known or "".join(part.capitalize() for part in _NOT_IN_A_SID.split(service))


def _sid(group: Group) -> str:
    receivers = _values(group, PASSED_TO)
    if receivers:
        return f"PassRoleTo{''.join(service_word(one.split('.')[0]) for one in receivers)}"
    purpose = group[0].purpose
    if purpose in (Purpose.PASS_ROLE, Purpose.SERVICE_LINKED_ROLE):
        return purpose.value
    via = [
        service_word(one.split(".")[0])
        for key in ("aws:CalledVia", "kms:ViaService")
        for one in _values(group, key)
    ]
    through = f"Via{'And'.join(dict.fromkeys(via))}" if via else ""
    keys = {one.key for one in group[0].conditions}
    named = "".join(word for key, word in _NAMED if key in keys)
    return f"{service_word(group[0].action.service)}{purpose}{named}{through}"


def _resource_word(group: Group) -> str:
    words = {_word(str(one.resource)) for one in group}
    return words.pop() if len(words) == 1 else ""


def _word(resource: str) -> str:
    if resource == "*":
        return "Any"
    fields = resource.split(":", 5)
    if len(fields) < 6:  # noqa: PLR2004  # an ARN has six
        return ""
    if fields[2] == "s3":
        return "Objects" if "/" in fields[5] else "Buckets"
    # API Gateway's paths: the last collection; elsewhere the type before the name.
    head = re.findall(r"/([a-z]+)(?=/|$)", fields[5]) if fields[2] == "apigateway" else []
    word = head[-1] if head else re.split(r"[:/]", fields[5])[0]
    plain = _NOT_IN_A_SID.sub("", word.title() if word.islower() else word[:1].upper() + word[1:])
    return plain if word.isascii() and not re.search(r"[$*{]", word) else ""


def _values(group: Group, key: str) -> list[str]:
    return [str(value) for one in group[0].conditions if one.key == key for value in one.values]


def _beside(group: Group) -> str:
    kinds = sorted({one.kind for one in group} - {GroundKind.OBSERVED})
    return f", and what its requests needed beside ({listed(kinds)})" if kinds else ""


def _phases(group: Group) -> str:
    phases = distinct(
        line.phase for grant in group for one in grant.permissions for line in one.lines
    )
    return f" in {listed(phases)}" if phases else ""
