"""No imports into stacks, where a tag of CloudFormation's tells one's own things from others'.

An import is the one way to put that tag on what is there already.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/security_iam_id-based-policy-examples.html
"""

from collections.abc import Iterable

from lambdas.model.iam.action import Action
from lambdas.model.iam.policy import Condition
from lambdas.model.iam.template import Template
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.reference.condition_keys import IMPORTED
from lambdas.refine_policy.containment.fences import OF_WHAT_IS_THERE
from lambdas.refine_policy.observations import Permission

_MAKES_CHANGES = Action("cloudformation", "CreateChangeSet")
NO_IMPORTS = Condition(operator="Null", key=IMPORTED, values=(Template.of("true"),))


def imports_nothing(
    action: Action, kind: GroundKind, permissions: Iterable[Permission]
) -> tuple[Condition, ...]:
    """The condition for what makes change sets, where the cycle has imported nothing."""
    if action != _MAKES_CHANGES or kind not in OF_WHAT_IS_THERE:
        return ()
    lines = [line for one in permissions for line in one.lines]
    imported = any(key == IMPORTED for line in lines for key, _ in line.context)
    return () if imported else (NO_IMPORTS,)
