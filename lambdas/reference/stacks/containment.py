"""What tells one's own things from others' where ids are made up: curated/containment.yaml."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from lambdas.model.iam.action import Action
from lambdas.model.iam.arn import resource_of
from lambdas.reference.actions import ActionFacts
from lambdas.reference.shards import shard

FUNCTION_ARN = "lambda:FunctionArn"
RESOURCE_TAG = "aws:ResourceTag/${TagKey}"
STACK_TAG = "aws:ResourceTag/aws:cloudformation:stack-name"
_FIELD = "{}"


class Means(StrEnum):
    """By what a policy can tell."""

    FUNCTION = "function"
    STACK_TAG = "stack-tag"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is documented of one form of resource.

    Attributes:
        form: the resource field of its ARN, `{}` for each field; the first is the made-up id.
        types: CloudFormation's, of which what the first field names must be one.
        also: a type whose own tags come before those of what the first field names.
        listed: where the reference must list the key: at the `action`, the `type`, or the `page`.
        actions: the only ones that may be conditioned; none means all that change something.
        why: nothing can be used; `but`: what the row leaves open.
    """

    service: str
    form: str
    by: Means
    page: str
    types: frozenset[str] = frozenset()
    also: str = ""
    listed: str = ""
    actions: frozenset[str] = frozenset()
    why: str = ""
    but: str = ""

    def id_in(self, resource: str) -> str:
        """The made-up id in the resource field of an ARN."""
        found = _pattern(self.form).fullmatch(resource)
        return found[1] if found else ""

    def with_id(self, resource: str, identifier: str) -> str:
        """The resource field with another id."""
        found = _pattern(self.form).fullmatch(resource)
        if found is None:
            return resource
        return f"{resource[: found.start(1)]}{identifier}{resource[found.end(1) :]}"

    def lists(self, action: Action, facts: ActionFacts | None) -> bool:
        """Whether AWS says that the key is there when the action is asked."""
        if self.actions and action.name not in self.actions:
            return False
        if self.listed == "page" or self.by is Means.FUNCTION:
            return True
        if facts is None:
            return False
        kind = _kind(self.form)
        for use in facts.uses:
            ours = any(_kind(resource_of(arn)) == kind for arn in use.type.arns)
            keys = use.type.condition_keys if self.listed == "type" else use.condition_keys
            if ours and RESOURCE_TAG in keys:
                return True
        return self.listed == "action" and RESOURCE_TAG in facts.condition_keys


def _kind(resource: str) -> str:
    """With what the resource field of an ARN begins: `userpool` of `userpool/{}`."""
    return re.split(r"[/:{$]", resource.lstrip("/"))[0]


@lru_cache(maxsize=16_384)
def row_of(service: str, resource: str) -> Row | None:
    """The row of a resource, by the resource field of its ARN; none where no page was read."""
    return next((one for one in rows(service) if _pattern(one.form).fullmatch(resource)), None)


@lru_cache(maxsize=256)
def rows(service: str) -> tuple[Row, ...]:
    """All rows of a service, in the order of the file."""
    return tuple(
        Row(
            service=service,
            form=form,
            by=Means(entry["by"]),
            page=entry["page"],
            types=frozenset(entry.get("types", ())),
            also=entry.get("also", ""),
            listed=entry.get("listed", ""),
            actions=frozenset(entry.get("actions", ())),
            why=entry.get("why", ""),
            but=entry.get("but", ""),
        )
        for entry in shard("containment")["rows"].get(service, ())
        for form in entry["forms"]
    )


def services() -> tuple[str, ...]:
    """The services that have rows, sorted."""
    return tuple(sorted(shard("containment")["rows"]))


@lru_cache(maxsize=1)
def tagged_on_create() -> frozenset[str]:
    """CloudFormation's types that get its own tags with the very call that makes them."""
    return frozenset(shard("containment")["tagged"])


@lru_cache(maxsize=512)
def _pattern(form: str) -> re.Pattern[str]:
    return re.compile("([^/]+)".join(map(re.escape, form.split(_FIELD))))
