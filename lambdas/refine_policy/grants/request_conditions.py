"""Conditions on what the request itself named: the policy that is attached, the boundary."""

from collections.abc import Iterator, Sequence

from lambdas.model.iam.arn import is_resource
from lambdas.model.iam.policy import Condition
from lambdas.model.iam.template import Template
from lambdas.refine_policy.grants.conditions import SAME_REQUEST
from lambdas.refine_policy.observations import Permission
from lambdas.refine_policy.resource_names.naming import Naming

VIA_SERVICE = "kms:ViaService"


def requested(
    honoured: Sequence[str], permissions: Sequence[Permission], naming: Naming
) -> Iterator[Condition]:
    """A condition for each key that every one of the requests set, with all of its values.

    One request without the key, and a condition on it would refuse that one.
    """
    first = permissions[0].lines
    if not first or not first[0].context:
        return
    if any(one.kind not in SAME_REQUEST for one in permissions):
        return
    lines = [line for one in permissions for line in one.lines]
    contexts = [dict(line.context) for line in lines]
    for key in sorted(contexts[0].keys() & set(honoured)):
        if all(key in context for context in contexts):
            names = {_spelled(key, context[key], naming) for context in contexts}
            values = tuple(sorted(names, key=str))
            yield Condition(operator=_operator(values), key=key, values=values)


def _spelled(key: str, value: str, naming: Naming) -> Template:
    if key == VIA_SERVICE:
        return naming.value(value)
    return naming.of(value).template if is_resource(value) else Template.of(value)


def _operator(values: Sequence[Template]) -> str:
    if not all(one.text.startswith("arn:") for one in values):
        return "StringEquals"
    return "ArnLike" if any(one.wild for one in values) else "ArnEquals"
