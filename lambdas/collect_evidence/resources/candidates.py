"""Of all that is known of an action's resource types: which resources the call was about."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from lambdas.reference.arn_formats import ArnContext, ArnFormat, stem
from lambdas.reference.operation_verbs import noun_of

ANY = "*"


class Candidate(NamedTuple):
    """What is known of one format."""

    form: ArnFormat
    required: bool
    arns: tuple[str, ...]
    whole: bool  # every variable has a value


def choose(
    filled: Sequence[Candidate],
    place: ArnContext,
    others: Collection[str] = (),
    operation: str = "",
) -> tuple[str, ...]:
    """The ARNs that a call was asked for, of all that is known of its types.

    Args:
        filled: what is known of each format.
        place: where the call was made.
        others: types that stand for another one of the call's, not beside it.
        operation: the call's; a type that it is called after is no alternative of another.
    """
    if len(filled) == 1 and filled[0].whole and len(filled[0].arns) == 1:
        return filled[0].arns  # the usual case
    whole = _without_less([one for one in filled if one.whole])
    if whole:
        arns = {arn for one in whole for arn in one.arns}
        known = {one.form.kind for one in whole}
        # A call that needs several types is refused when one of them is missing in the policy.
        missing = _missing(filled, known, others)
        for one in _needed(missing, whole, operation):
            arns.update(one.arns or (one.form.fill({}, place),))
        return tuple(sorted(_without_parents(arns, filled)))
    partly = [one for one in filled if one.arns]
    known = {one.form.kind for one in partly}
    required = [one for one in partly if one.required]
    arns = {arn for one in required or _surest(partly) for arn in one.arns}
    missing = _missing(filled, known, others)
    for one in _needed(missing, required, operation) if required else ():
        arns.add(one.form.fill({}, place))
    return tuple(sorted(arns)) or (ANY,)


def _missing(
    filled: Sequence[Candidate], known: Collection[str], others: Collection[str]
) -> list[Candidate]:
    return [
        one
        for one in filled
        if one.required and one.form.kind not in known and (one.arns or one.form.kind not in others)
    ]


def _needed(
    missing: Sequence[Candidate], whole: Sequence[Candidate], operation: str
) -> Sequence[Candidate]:
    """Without the types that are asked for instead of those that are known, not beside them.

    The reference marks alternatives as required, too: a model is a foundation model or a profile,
    a listener one of three kinds. They are named by the same variable. So is every type of some
    services, `ResourceId`; there CreateGraphSnapshot makes a snapshot of a graph all the same.
    """
    named = {variable for one in whole if one.required for variable in one.form.variables}
    others = [
        one
        for one in missing
        if one.arns
        or not named & set(one.form.variables)
        or noun_of(operation).endswith(stem(one.form.kind))
    ]
    if len(others) == len(missing):
        return others
    return [one for one in others if one.form.variables]  # what has one ARN only is another of them


def _without_less(whole: Sequence[Candidate]) -> list[Candidate]:
    """Of two forms of one thing the fuller: a rule on its own bus, not on the default one."""
    return [
        one
        for one in whole
        if one.required
        or not any(set(one.form.variables) < set(other.form.variables) for other in whole)
    ]


def _surest(partly: Sequence[Candidate]) -> list[Candidate]:
    """Of optional types the one of which most is known."""
    if not partly:
        return []
    return [min(partly, key=lambda one: (one.arns[0].count(ANY), -one.form.weight, one.form.kind))]


def _without_parents(arns: set[str], filled: Sequence[Candidate]) -> Iterable[str]:
    """A table's index is asked for instead of the table, an alias instead of the function.

    Where the reference marks what holds and what is held both, the call needs both.
    """
    optional = {arn for one in filled if not one.required for arn in one.arns} & arns
    for arn in arns:
        held = [other for other in optional if other.startswith((f"{arn}/", f"{arn}:"))]
        # What has no known end (`=*`) may be no part of it.
        if not held or held == [f"{arn}/{ANY}"]:
            yield arn
