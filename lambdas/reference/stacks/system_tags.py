"""What CloudFormation's own tags on a new resource cost the caller: curated/system_tags.yaml."""

from dataclasses import dataclass

from lambdas.model.iam.action import Action
from lambdas.reference.shards import shard


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemTags:
    """What is known of CloudFormation's own tags on a type that gets them.

    Attributes:
        asks: the action that the caller needs for them; none where it needs none.
        made_by: the action that makes the type and is asked for it.
        known: whether anybody knows.
    """

    known: bool
    asks: Action | None = None
    made_by: Action | None = None


def system_tags(resource_type: str) -> SystemTags | None:
    """What CloudFormation's own tags on a type cost; nothing where the type gets none."""
    content = shard("system_tags")
    row = content["asked"].get(resource_type)
    if row is not None:
        made_by, asks = (Action.from_text(row[name]) for name in ("made_by", "asks"))
        return SystemTags(known=True, asks=asks, made_by=made_by)
    if resource_type not in content["sent"]:
        return None
    return SystemTags(known=resource_type in content["not_asked"])
