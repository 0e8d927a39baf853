"""What CloudFormation asks for only to warn before it deploys: curated/deployment_checks.yaml."""

from collections.abc import Sequence
from functools import lru_cache

from lambdas.model.iam.action import Action
from lambdas.model.trail.evidence import CLOUDFORMATION
from lambdas.reference.shards import shard


def only_warns(action: Action, via: Sequence[str]) -> bool:
    """Whether a call was a check of CloudFormation's whose refusal is known to stop nothing."""
    return bool(via) and via[-1] == CLOUDFORMATION and action in _warns()


@lru_cache(maxsize=1)
def _warns() -> frozenset[Action]:
    return frozenset(map(Action.from_text, shard("deployment_checks")["warns"]))
