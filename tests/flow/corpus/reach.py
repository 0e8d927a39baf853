"""Which made-up names a policy reaches: its own under any value of a variable, and no other's.

A policy is learnt under one value and proved under a second. Values of other lengths move the place
at which CloudFormation cuts a name, and so do suffixes of other lengths; here the names are made up
again for each of them, by the table that made those of the run.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from embedded_aws.services.cloudformation.naming.names import composed, drawn_suffix, kept_parts
from embedded_aws.services.cloudformation.naming.rules import Rule, rule_of
from lambdas.model.iam.policy import Policy
from lambdas.model.trail.evidence import Evidence, Outcome

# One to twenty characters; two of them begin alike, and one is production's.
OTHER_VALUES = (
    "q",
    "qa",
    "dev2",
    "test",
    "alpha",
    "staging",
    "production",
    "development-7",
    "feature-longer-0123",
    "twenty-characters-20",
)
STRANGER = "zq-unrelated"  # begins like no stack of these tests


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUp:
    """A name that CloudFormation made up in the learning cycle, as `/_fencepost/names` tells it."""

    kind: str
    stack: str
    logical_id: str
    name: str
    suffix: str

    def under(self, stack: str, rule: Rule) -> str:
        """The name of the same resource in another stack, with another suffix."""
        ending = {name: "true" for name, text in rule.ending.items() if self.name.endswith(text)}
        return composed(rule, stack, self.logical_id, drawn_suffix(rule), ending)


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What the cycle did to a resource with a made-up name."""

    action: str
    resource: str
    made_up: MadeUp


def faults(
    policies: Iterable[Policy],
    uses: Iterable[Use],
    values: Mapping[str, str],
    *,
    variable: str = "stage",
    told: bool = False,
) -> list[str]:
    """What each policy should allow and denies, or should deny and allows; empty when all is well.

    Args:
        policies: those of the run, with variables open.
        uses: what the learning cycle did to resources with made-up names.
        values: the learning cycle's value of every variable, `account` and `region` too.
        variable: the one whose values are tried.
        told: whether a finding says that grants reach what other values name alike.
    """
    known = tuple(policies)
    found: list[str] = []
    for value in OTHER_VALUES:
        documents = [one.render({**values, variable: value}) for one in known]
        for use in uses:
            found += _of(use, documents, values[variable], value, told=told)
    return list(dict.fromkeys(found))


def uses_of(evidence: Iterable[Evidence], made_up: Iterable[MadeUp]) -> list[Use]:
    """What was done in the learning cycle to each resource with a made-up name."""
    longest_first = sorted(made_up, key=lambda one: -len(one.name))
    found: dict[tuple[str, str], Use] = {}
    for one in evidence:
        match = next((name for name in longest_first if name.name in one.resource), None)
        if match and one.outcome is Outcome.SUCCEEDED:
            use = Use(action=str(one.action), resource=one.resource, made_up=match)
            found.setdefault((use.action, use.resource), use)
    return list(found.values())


def allowed(documents: Iterable[Mapping[str, Any]], action: str, resource: str) -> bool:
    """Whether a statement allows an action on a resource; conditions are taken as met."""
    return any(
        any(_matches(one, action, fold=True) for one in _many(statement.get("Action")))
        and any(_matches(one, resource) for one in _many(statement.get("Resource")))
        for document in documents
        for statement in document["Statement"]
        if statement["Effect"] == "Allow"
    )


def _of(
    use: Use, documents: list[dict[str, Any]], learnt: str, value: str, *, told: bool
) -> Iterator[str]:
    made_up, rule = use.made_up, rule_of(use.made_up.kind)
    own = with_value(made_up.stack, learnt, value)
    mine = _renamed(use, made_up.under(own, rule), learnt, value)
    if not allowed(documents, use.action, mine):
        yield f"{use.action} on {mine} is denied for {value}"
    for other in (f"{STRANGER}-{own}", made_up.stack):
        if other == own or _kept(rule, made_up, other) == _kept(rule, made_up, own):
            continue  # no rule could tell the two apart
        theirs = _renamed(use, made_up.under(other, rule), learnt, value)
        if not allowed(documents, use.action, theirs):
            continue
        cut = _is_cut(rule, made_up, own) or _is_cut(rule, made_up, other)
        if other == made_up.stack and told and cut:
            continue
        yield f"{use.action} on {theirs}, another stack's, is allowed for {value}"


def with_value(text: str, learnt: str, value: str) -> str:
    """A text in which a variable has another value, where the value stands as a word."""
    return re.sub(rf"(?<![A-Za-z0-9]){re.escape(learnt)}(?![A-Za-z0-9])", value, text)


def _renamed(use: Use, name: str, learnt: str, value: str) -> str:
    before, _, after = use.resource.partition(use.made_up.name)
    return with_value(before, learnt, value) + name + with_value(after, learnt, value)


def _kept(rule: Rule, made_up: MadeUp, stack: str) -> dict[str, str]:
    longest = max((length for one in rule.suffixes for length in one.lengths), default=0)
    kept = kept_parts(rule, stack, made_up.logical_id, suffix=longest)
    return {name: text.lower() if rule.lowercase else text for name, text in kept.items()}


def _is_cut(rule: Rule, made_up: MadeUp, stack: str) -> bool:
    return len(_kept(rule, made_up, stack).get("stack", "")) < len(stack)


def _matches(pattern: str, text: str, *, fold: bool = False) -> bool:
    wild = "".join({"*": ".*", "?": "."}.get(one, re.escape(one)) for one in pattern)
    return bool(re.fullmatch(wild, text, re.IGNORECASE if fold else 0))


def _many(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())
