"""Known ways from a few permissions to all of them, by name.

From "AWS IAM Privilege Escalation Methods and Mitigation" (Rhino Security Labs) and
pathfinding.cloud: each needs all of its actions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.model.finding import Finding, Severity
from lambdas.model.text import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lambdas.refine_policy.grants.grants import DraftGrant

PATHS: dict[str, tuple[str, ...]] = {
    "new default version of a managed policy": ("iam:CreatePolicyVersion",),
    "another default version of a managed policy": ("iam:SetDefaultPolicyVersion",),
    "access key of another user": ("iam:CreateAccessKey",),
    "console password of another user": ("iam:CreateLoginProfile",),
    "another console password of another user": ("iam:UpdateLoginProfile",),
    "managed policy on a user": ("iam:AttachUserPolicy",),
    "managed policy on a group": ("iam:AttachGroupPolicy",),
    "managed policy on a role": ("iam:AttachRolePolicy",),
    "inline policy on a user": ("iam:PutUserPolicy",),
    "inline policy on a group": ("iam:PutGroupPolicy",),
    "inline policy on a role": ("iam:PutRolePolicy",),
    "membership in a group": ("iam:AddUserToGroup",),
    "trust of a role": ("iam:UpdateAssumeRolePolicy",),
    "instance with a role": ("iam:PassRole", "ec2:RunInstances"),
    "function with a role": ("iam:PassRole", "lambda:CreateFunction"),
    "code of a function": ("lambda:UpdateFunctionCode",),
    "role of a function": ("iam:PassRole", "lambda:UpdateFunctionConfiguration"),
    "stack with a role": ("iam:PassRole", "cloudformation:CreateStack"),
    "build with a role": ("iam:PassRole", "codebuild:CreateProject"),
    "pipeline with a role": ("iam:PassRole", "datapipeline:CreatePipeline"),
    "job with a role": ("iam:PassRole", "glue:CreateJob"),
    "development endpoint with a role": ("iam:PassRole", "glue:CreateDevEndpoint"),
    "state machine with a role": ("iam:PassRole", "states:CreateStateMachine"),
    "task with a role": ("iam:PassRole", "ecs:RegisterTaskDefinition"),
    "notebook with a role": ("iam:PassRole", "sagemaker:CreateNotebookInstance"),
    "schedule with a role": ("iam:PassRole", "scheduler:CreateSchedule"),
    "command on an instance": ("ssm:SendCommand",),
    "session on an instance": ("ssm:StartSession",),
    "boundary of a role removed": ("iam:DeleteRolePermissionsBoundary",),
}
_MITIGATION = {
    "iam": "Give the process a permissions boundary, and require it for the roles that it makes "
    "(iam:PermissionsBoundary).",
}
_ELSE = "Check that the roles within reach may do no more than the process itself."


def escalations(grants: Iterable[DraftGrant]) -> Iterator[Finding]:
    """A warning for every path that the grants open, and on which resources."""
    resources: dict[str, set[str]] = {}
    for one in grants:
        resources.setdefault(str(one.action), set()).add(str(one.template))
    for name, actions in PATHS.items():
        if all(action in resources for action in actions):
            reach = sorted(resources[actions[0]])
            more = f" and {len(reach) - 3} more" if len(reach) > 3 else ""  # noqa: PLR2004  # room for three
            yield Finding(
                severity=Severity.WARNING,
                kind="privilege-escalation",
                subject=name,
                detail=f"Whoever holds {listed(actions)} can gain what the roles within reach "
                f"may do; within reach are {', '.join(reach[:3])}{more}. The process needs them.",
                action=_MITIGATION.get(actions[0].split(":", maxsplit=1)[0], _ELSE),
            )
