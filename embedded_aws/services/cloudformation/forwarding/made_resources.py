"""The tags of what stacks have made: the template's, and CloudFormation's own.

Its own are there from the call on that makes the thing, if the caller may put them: what no tag of
the template shows, and nobody has seen, is taken to have failed, as CloudFormation goes on without.
https://github.com/aws/aws-parallelcluster/issues/6054
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ministack.core.responses import get_account_id, get_region

from embedded_aws.ministack import services
from embedded_aws.services.cloudformation.forwarding.mapping.parameters import Resource
from embedded_aws.services.cloudformation.registry import stack_tags, system_tags

_Key = tuple[str, str, str, str]  # account, region, type, physical id: some types share an id
_made: dict[_Key, Resource] = {}
_gone: set[_Key] = set()


def made(resource: Resource) -> None:
    """A stack has made something; what follows finds its tags."""
    _made[_key(resource)] = resource
    _gone.discard(_key(resource))


def gone(resource: Resource) -> None:
    """It is there no more."""
    _made.pop(_key(resource), None)
    _gone.add(_key(resource))


def tags_of(arn: str, names: tuple[str, ...]) -> Mapping[str, str] | None:
    """The tags of what a stack of this account and region has made under one of the names."""
    wanted = {arn, *names}
    for one in _all():
        ids = {one.physical_id, *_ids(one.attributes)}
        takes_tags = one.type in stack_tags.tag_properties()
        if takes_tags and ids & wanted and _key(one) not in _gone:
            return _tags(one)
    return None


def _tags(one: Resource) -> dict[str, str]:
    given = {
        name: text
        for name, text in stack_tags.tags_in(one.type, one.properties).items()
        if not name.startswith("aws:")
    }
    if not stack_tags.tagged_on_create(one.type) or not (given or system_tags.is_known(one.type)):
        return given
    return {
        **given,
        "aws:cloudformation:stack-name": one.stack,
        "aws:cloudformation:logical-id": one.logical_id,
    }


def _ids(attributes: Mapping[str, Any]) -> set[str]:
    return {
        value
        for name, value in attributes.items()
        if isinstance(value, str) and name.endswith(("Id", "Arn", "ID", "ARN"))
    }


def _all() -> Iterator[Resource]:
    account, region = get_account_id(), get_region()
    yield from (one for key, one in _made.items() if key[:2] == (account, region))
    for name, stack in services.service("cloudformation")._stacks.items():
        for logical_id, one in (stack.get("_resources") or {}).items():
            yield Resource(
                type=str(one.get("ResourceType")),
                logical_id=logical_id,
                stack=str(stack.get("StackName") or name),
                properties=one.get("Properties") or {},
                physical_id=str(one.get("PhysicalResourceId") or ""),
                attributes=one.get("Attributes") or {},
                account=account,
                region=region,
            )


def _key(resource: Resource) -> _Key:
    return resource.account, resource.region, resource.type, resource.physical_id
