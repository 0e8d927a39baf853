"""Things of the run's stacks that no recorded call is known to have made.

Either CloudFormation made them without a call on the trail, or nobody tells which calls its
handlers make: of some types the registry says nothing. The embedded AWS asks nothing for these.
"""

from collections.abc import Iterable, Iterator

from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.text import counted, visible
from lambdas.model.trail.stack import Stack
from lambdas.reference.stacks.handler_actions import writing_actions
from lambdas.refine_policy.observations import Observations
from lambdas.refine_policy.permissions.stack_reads import made_by_stacks

AWS = "AWS::"  # others act by a role of their own
# CloudFormation's own affairs: no other service is called for them.
WITHOUT_A_SERVICE = frozenset(
    {
        "AWS::CDK::Metadata",
        "AWS::CloudFormation::CustomResource",
        "AWS::CloudFormation::Macro",
        "AWS::CloudFormation::WaitCondition",
        "AWS::CloudFormation::WaitConditionHandle",
    }
)


def types_without_calls(seen: Observations, stacks: Iterable[Stack]) -> Iterator[Finding]:
    """One note of all such types."""
    by_stacks = list(made_by_stacks(seen))
    known = {kind for one in by_stacks for kind in one.types} | WITHOUT_A_SERVICE
    called = {one.action for one in by_stacks}
    made = {one.type for stack in stacks for one in stack.resources if one.type.startswith(AWS)}
    left = sorted(kind for kind in made - known if not called & writing_actions(kind))
    if left:
        yield Finding(
            severity=Severity.NOTE,
            kind=FindingKind.TYPES_WITHOUT_CALLS,
            subject=counted(len(left), "type"),
            detail="The run's stacks hold things of these types, and no recorded call is known to "
            f"have made them: {', '.join(map(visible, left))}. The policy grants nothing for "
            "them, and a proof on an embedded AWS tells nothing of them.",
            action="Look up what CloudFormation needs for these types, grant it by hints, and "
            "prove the process in an account.",
        )
