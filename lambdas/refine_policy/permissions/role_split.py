"""One role's work as two: a deployer that calls CloudFormation, and the role that this one uses.

Fit for `provider.iam.deploymentRole` and for `cdk bootstrap --cloudformation-execution-policies`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.iam.action import Action
from lambdas.model.iam.arn import Arn
from lambdas.model.trail.evidence import CLOUDFORMATION
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.refine_policy.observations import Permission


def execution_role(process: str, deployer: Arn) -> str:
    """The role that CloudFormation gets; a person creates it under this name."""
    return str(replace(deployer, resource=f"role/{process}-cloudformation"))


def split(permissions: Iterable[Permission], deployer: str, execution: str) -> Iterator[Permission]:
    """The same permissions, those that CloudFormation used under the execution role's name.

    A service role has no `aws:CalledVia`: nothing of it remains in what CloudFormation gets.
    """
    joint: Permission | None = None
    for one in permissions:
        if one.principal != deployer or one.via[:1] != (CLOUDFORMATION,):
            yield one
            continue
        yield one._replace(principal=execution, via=one.via[1:])
        if one.lines and (joint is None or one.first < joint.first):
            joint = _joint(one, execution)
    if joint is not None:
        yield joint


def _joint(one: Permission, execution: str) -> Permission:
    return one._replace(
        action=Action("iam", "PassRole"),
        resource=execution,
        kind=GroundKind.SPLIT,
        text="process.yaml splits the process: the deployer hands CloudFormation this role",
        context=(("iam:PassedToService", CLOUDFORMATION),),
    )


def split_finding(execution: str) -> Finding:
    """What a person has to do for it."""
    return Finding(
        severity=Severity.NOTE,
        kind=FindingKind.SPLIT,
        subject=execution,
        detail="The policy is split in two. The cycle ran as one role, so this role does not exist "
        "yet. Its policy is what CloudFormation did for the process.",
        action="Create the role, trusted by cloudformation.amazonaws.com, and name it in "
        "provider.iam.deploymentRole or in cdk bootstrap.",
    )
