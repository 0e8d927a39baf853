"""Which of an action's types a call is about, by its elements' names, where no id tells it."""

from collections.abc import Sequence

from lambdas.collect_evidence.call.call import Call
from lambdas.collect_evidence.call.elements import TOP
from lambdas.collect_evidence.resources.candidates import Candidate
from lambdas.collect_evidence.resources.parameter_names import ANYTHING
from lambdas.reference.actions import AccessLevel, ActionFacts
from lambdas.reference.arn_formats import stem
from lambdas.reference.shards import shard

_NAMES = ("", "name", "identifier", "id")
# Ends of names by which a request asks for one thing, and those that say whose, and how much.
_ONE = ("id", "ids", "identifier", "identifiers", "name", "names", "arn", "arns")
_WHOSE = frozenset({"accountid", "awsaccountid", "catalogid", "identitystoreid"})


def is_named(call: Call, kind: str) -> bool:
    """Whether the request names one of the type, though not as its ARN does: a workgroup's name."""
    noun = stem(kind)
    return any(noun + end in call.request.texts for end in _NAMES)


def is_own_user(call: Call, service: str) -> bool:
    """Whether a call is about the user who makes it, because it names none."""
    on_oneself = shard("resources")["own_user"].get(service, ())
    return call.operation in on_oneself and not call.request.first("username")


def asks_for_one(call: Call, facts: ActionFacts) -> bool:
    """Whether a call that reads is about something that it names, not about all that there is."""
    if facts.access_level is not AccessLevel.READ:
        return False
    tops = (name.removeprefix(TOP) for name in call.request.names if name.startswith(TOP))
    return any(name.endswith(_ONE) and name not in _WHOSE for name in tops)


def others_of(call: Call, facts: ActionFacts, filled: Sequence[Candidate]) -> frozenset[str]:
    """Types that the reference requires beside the call's own, though a call has one of them.

    The one ARN of `endpointArn` is of an endpoint of one of two kinds, that of `resourceArn` is of
    any type that there is.
    """
    known = {one.form.kind for one in filled if one.whole}
    groups = shard("resources")["alternatives"].get(facts.action.service, ())
    others = {kind for group in groups if known & set(group) for kind in group}
    if not call.sent_as:
        return frozenset(others)
    operation = call.operation.lower()
    for one in filled:
        nouns = [
            noun for noun, arns in call.sent_as.items() if one.whole and set(one.arns) & set(arns)
        ]
        for noun in nouns:
            others.update(
                other.form.kind
                for other in filled
                if other.form.kind != one.form.kind
                and stem(other.form.kind) not in operation
                and (noun in ANYTHING or _ends(noun, one.form.kind, other.form.kind))
            )
    return frozenset(others)


def _ends(noun: str, *kinds: str) -> bool:
    return all(stem(kind).endswith(noun) for kind in kinds)
