"""What the next run will find under another name.

What this cycle made or removed, and what differed between runs. Everything else was there before
and keeps its name, however random it looks.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lambdas.model.iam.arn import Arn
from lambdas.model.trail.earlier_names import EarlierNames, PastRun
from lambdas.model.trail.evidence import CLOUDFORMATION
from lambdas.model.trail.ground_kind import OPENED_BY_REPAIR
from lambdas.reference.arn_parts import ArnParser, ArnPart, both_name_one, parsed
from lambdas.reference.operation_verbs import STARTS, noun, same_type, what_it_makes
from lambdas.refine_policy.generated_names.stack_names import StackNames, stacks_seen
from lambdas.refine_policy.observations import Observations, Permission
from lambdas.refine_policy.resource_names.arn_variants import REPAIRED, UNTOLD, secret_of
from lambdas.refine_policy.resource_names.dates import dates
from lambdas.refine_policy.resource_names.name_tokens import (
    CERTAIN,
    Shape,
    is_given,
    may_be_suffix,
    pieces,
)

_ID = re.compile(r"(Id|ID|Uuid|UUID)$")
_STACK_PREFIX = 10  # of a stack's name, in small letters: most names of CloudFormation's keep more
_WORD, _SUFFIX = Shape.WORD, Shape.SUFFIX
_SHORTEST = 4  # characters that can be told apart from a word of the name


@dataclass(frozen=True, slots=True, kw_only=True)
class VolatileNames:
    """What varies.

    Attributes:
        tokens: pieces of names and ids that this cycle made or that differed between runs.
        collections: API paths to which something was added, and `service/type` of things made whose
            id no event told.
        versioned: ARNs of things of which numbered versions were made.
        stable: pieces that earlier runs had too: they do not vary, whatever they look like.
        differed: tokens that only earlier runs gave away.
        stacks: the names of the stacks that were seen.
        chosen: words that end names which a template gives: nobody made them up.
        opened: why the `*` of a resource is any text: a repair, or a request, does not tell more.
    """

    tokens: frozenset[str]
    collections: frozenset[str]
    versioned: frozenset[str]
    stable: frozenset[str]
    differed: frozenset[str]
    stacks: tuple[str, ...]
    opened: Mapping[str, str] = field(default_factory=dict)
    chosen: frozenset[str] = frozenset()

    def is_versioned(self, arn: Arn) -> bool:
        """Whether what the ARN numbers at its end was made in numbered versions."""
        before = arn.with_resource(arn.resource[: arn.resource.rfind(":")])
        return str(before) in self.versioned

    def id_varies(
        self, arn: Arn, kind: str, slot: ArnPart, before: str, *, inherited: bool
    ) -> bool:
        """Whether an id is another in the next run, judged by its place in the ARN."""
        if slot.text in self.tokens:
            return True
        if slot.text in self.stable:
            return False
        machine_made = arn.service == "apigateway" or is_given(slot.text)
        if machine_made and inherited:
            return True
        if before.rstrip("/") in self.collections:
            return True
        noun_of_slot = noun(_ID.sub("", slot.placeholder)) or noun(kind)
        made = {f"{arn.service}/{noun_of_slot}", f"{arn.service}/{noun(kind)}"}
        return machine_made and bool(made & self.collections)


def volatile_names(
    seen_things: Observations, history: EarlierNames, layout: ArnParser, stack_names: StackNames
) -> VolatileNames:
    """Read it off the calls that make and remove things, the stacks, and the runs before."""
    tokens: set[str] = set()
    collections: set[str] = set()
    versioned: set[str] = set()
    seen = seen_things.allowed
    resources = {one.resource for one in seen}
    stacks = stacks_seen(resources)
    heads = tuple({name[:_STACK_PREFIX].lower() for name in stacks})
    calls: dict[tuple[str, str, str], Permission] = {}  # what is made is mostly removed, too
    for one in seen:
        action = one.action
        api = action.service == "apigateway"
        made = action.name if api else what_it_makes(action.service, action.name)
        if made is not None:
            calls[action.service, made, one.resource] = one
    for (_, made, _), one in calls.items():
        for kind, text in _made(made, one, layout, heads):
            {"token": tokens, "collection": collections, "versioned": versioned}[kind].add(text)
    tokens = (tokens - stack_names.words) | stack_names.suffixes
    tokens |= _of_another_cycle(seen_things.denied_in_proof, resources)
    tokens.update(text for one in seen for line in one.lines for text in line.generated_ids)
    differed, stable = _compared(resources, history)
    return VolatileNames(
        tokens=frozenset(tokens - stable) | differed,
        collections=frozenset(collections),
        versioned=frozenset(versioned),
        stable=stable,
        differed=differed,
        stacks=stacks,
        chosen=stack_names.words,
        opened=_opened(seen_things),
    )


def _opened(seen: Observations) -> dict[str, str]:
    derived = (one.resource for one, _ in seen.implied if one.resource.endswith("*"))
    lines = (line for one in seen.denied_in_proof for line in one.lines)
    repaired = (one.resource for one in lines if OPENED_BY_REPAIR in one.generated_ids)
    return dict.fromkeys(derived, UNTOLD) | dict.fromkeys(repaired, REPAIRED)


def _made(
    made: str, one: Permission, layout: ArnParser, heads: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    action, resource = one.action, one.resource
    if action.service == "apigateway":
        yield from _made_by_verb(action.name, resource, layout)
        return
    arn = parsed(secret_of(resource) or resource)
    if arn is None:
        yield "collection", f"{action.service}/{made}"
        return
    kind, slots = layout.read(arn.service, arn.resource)
    if not same_type(made, kind, "" if slots[0].placeholder else slots[0].text):
        if STARTS.match(action.name):
            yield "collection", f"{action.service}/{made}"
        return
    yield "versioned", _unversioned(resource)
    by_cloudformation = any(CLOUDFORMATION in line.via for line in one.lines)
    for text in _own(slots, heads, by_cloudformation=by_cloudformation):
        yield "token", text
    for text in dates(slots, one):
        yield "token", text


def _made_by_verb(verb: str, resource: str, layout: ArnParser) -> Iterator[tuple[str, str]]:
    arn = parsed(resource)
    if arn is None:
        return
    if verb == "POST":
        yield "collection", resource
    if verb == "DELETE":
        _, slots = layout.read("apigateway", arn.resource)
        if slots[-1].is_id:
            yield "token", slots[-1].text


def _own(
    slots: tuple[ArnPart, ...], heads: tuple[str, ...], *, by_cloudformation: bool
) -> Iterator[str]:
    """The pieces of what was made itself, not of what it belongs to."""
    named = [slot for slot in slots if slot.placeholder]
    # A name and the id that goes with it; an id before an id is the parent's.
    two = bool(named) and named[-1].is_id and not all(slot.is_id for slot in named[-2:])
    mine = named[-2:] if two or both_name_one(slots) else named[-1:]
    for slot in mine:
        if slot.is_id and is_given(slot.text):
            yield slot.text
        cut = pieces(slot.text)
        shaped = [one for one in cut if one.shape is not None and one.shape is not _WORD]
        if shaped:
            yield from (one.text for one in shaped if one.shape in CERTAIN)
            # CloudFormation appends one suffix: what looks like one before it is a logical id,
            # and what stands alone is a name that a person chose.
            suffixes = [one.text for one in shaped if one.shape is _SUFFIX and one is not cut[0]]
            yield from suffixes[-1:]
        # Some types are named for their logical id alone: `StateMachine-dYsfgkjLpIOg`.
        placed = slot.text.lower().startswith(heads) or (by_cloudformation and len(cut) > 1)
        if placed and may_be_suffix(cut[-1].text):
            yield cut[-1].text


def _unversioned(resource: str) -> str:
    """Without the number at its end; what is nothing but a number is a name."""
    name, _, number = resource.rpartition(":")
    return name if number.isdigit() and parsed(name) else resource


def _of_another_cycle(denied_in_proof: Iterable[Permission], resources: set[str]) -> set[str]:
    """A proof is another cycle: what looks made up there and was not seen here is of its making."""
    made_up = set(_id_pieces({one.resource for one in denied_in_proof}))
    return made_up - set(_id_pieces(resources)) if made_up else made_up


def _compared(resources: set[str], history: EarlierNames) -> tuple[frozenset[str], frozenset[str]]:
    differed: set[str] = set()
    stable: set[str] = set()
    for run in history.runs:
        past = set(run.resources)
        before = _by_skeleton(past - resources)
        for resource in resources - past:
            for other in before.get(_skeleton(resource), ())[:3]:
                differed.update(_differences(resource, other, run))
        stable.update(_id_pieces(resources & past))
    return frozenset(differed), frozenset(stable - differed)


def _by_skeleton(resources: Iterable[str]) -> dict[tuple[str, ...], list[str]]:
    found: dict[tuple[str, ...], list[str]] = {}
    for resource in sorted(resources):
        found.setdefault(_skeleton(resource), []).append(resource)
    return found


def _skeleton(resource: str) -> tuple[str, ...]:
    """What a name keeps when every piece that a machine could have made is taken out."""
    return tuple("" if _made_like(piece.text) else piece.text for piece in pieces(resource))


def _made_like(text: str) -> bool:
    return len(text) >= _SHORTEST and any(map(str.isdigit, text)) and text.isascii()


def _differences(resource: str, other: str, run: PastRun) -> Iterator[str]:
    values = {value for _, value in run.values}
    for mine, theirs in zip(pieces(resource), pieces(other), strict=True):
        if mine.text != theirs.text and theirs.text not in values:
            yield mine.text


def _id_pieces(resources: Iterable[str]) -> Iterator[str]:
    for resource in resources:
        for piece in pieces(resource):
            if piece.shape and _made_like(piece.text):
                yield piece.text
