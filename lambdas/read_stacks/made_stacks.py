"""Which stacks the run made or changed, by the evidence."""

import re
from collections.abc import Iterable

from lambdas.model.iam.action import Action
from lambdas.model.iam.arn import ACCOUNT_ID, Arn, arn_pattern
from lambdas.model.trail.evidence import Evidence, Outcome

# The calls that make CloudFormation read a template.
MAKERS = frozenset(
    Action("cloudformation", name) for name in ("CreateChangeSet", "CreateStack", "UpdateStack")
)
_ID = re.compile(
    arn_pattern("cloudformation", "stack/[^/*]+/[^/*]+", region="[^:*]+", account=ACCOUNT_ID)
)


def made_stacks(evidence: Iterable[Evidence], account: str) -> tuple[Arn, ...]:
    """The ids of the account's stacks, sorted, each once."""
    ids = {
        one.resource
        for one in evidence
        if one.action in MAKERS and one.outcome is Outcome.SUCCEEDED and _ID.fullmatch(one.resource)
    }
    return tuple(sorted(arn for arn in map(Arn.from_text, ids) if arn.account == account))
