"""What a policy itself tells of the deployment: the account, the region, the stack's name."""

from foretell.comparison.granted import Granted
from foretell.translation import UNTOLD
from lambdas.model.iam.template import Template
from lambdas.reference.arn_formats import ArnContext

_MADE = (
    "cloudformation:CreateStack",
    "cloudformation:CreateChangeSet",
    "cloudformation:UpdateStack",
)


def place_of(granted: Granted, *, account: str = "", region: str = "") -> ArnContext:
    """Where the deployment takes place; stand-ins where neither policy nor caller says."""
    known = dict(granted.variables)
    return ArnContext(
        partition=known.get("partition", "aws"),
        region=region or known.get("region", UNTOLD[1]),
        account=account or known.get("account", UNTOLD[0]),
    )


def stack_of(granted: Granted) -> str:
    """The stack's name, where the policy is for one stack; empty else."""
    found = {
        name
        for one in granted.grants
        if one.actions in _MADE and ":stack/" in one.resource.text
        for name in [_name(one.resource)]
        if name
    }
    return found.pop() if len(found) == 1 else ""


def _name(resource: Template) -> str:
    name = resource.text.partition(":stack/")[2].partition("/")[0]
    return "" if "*" in name or "$" in name else name
