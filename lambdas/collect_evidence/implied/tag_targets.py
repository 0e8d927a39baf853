"""What is tagged when a request carries tags: the type that it says, or that its noun names."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from lambdas.collect_evidence.call.call import Call, Response
from lambdas.collect_evidence.implied.sent_tags import sent_tags, types_tagged
from lambdas.collect_evidence.resources.candidates import ANY
from lambdas.collect_evidence.resources.resolve import resources_of
from lambdas.reference.actions import ActionFacts, ResourceUse
from lambdas.reference.arn_formats import formats_of, stem
from lambdas.reference.events import RequiredAction
from lambdas.reference.operation_verbs import noun_of
from lambdas.reference.shards import shard

NOTHING = Response(None)


def resources_tagged(
    call: Call, one: ActionFacts, tagging: ActionFacts, by_operation: Sequence[str] = ()
) -> tuple[str, ...]:
    """What is tagged: of the types that the request says, else of the one that the call makes.

    Args:
        call: the call.
        one: the action that makes something.
        tagging: the action that tags it.
        by_operation: what the operation's own row says that it makes.
    """
    if not tagging.uses:
        return (ANY,)
    own = {use.type.name: use for use in one.uses}
    said = types_tagged(sent_tags(call.parameters))
    known = {use.type.name: own.get(use.type.name, use) for use in tagging.uses}
    chosen = [known[name] for name in sorted(said & known.keys())]
    if chosen:
        return tuple(dict.fromkeys(arn for use in chosen for arn in _of_type(call, one, [use])))
    made = [known[name] for name in made_types(tagging, call.operation)]
    made = [use for use in made if use.type.name in own] or made
    of_its_types = [arn for arn in by_operation if any(_is_of(use, arn) for use in made)]
    if of_its_types:
        return tuple(dict.fromkeys(of_its_types))
    # IAM asks for what is made also where the reference does not name its type for tagging.
    exact = [use for use in one.uses if _fit(use, noun_of(call.operation))[0] == EXACT]
    if exact and not any(_fit(use, noun_of(call.operation))[0] >= EXACT - 1 for use in made):
        made = exact
    shared = [use for name, use in own.items() if name in known]
    # What else the call touches is not tagged: of a database not its parameters and its subnets.
    return _of_type(call, one, made or shared) if made or shared else (ANY,)


def _is_of(use: ResourceUse, arn: str) -> bool:
    return any(form.pattern.fullmatch(arn) for form in formats_of(use.type))


def _of_type(call: Call, one: ActionFacts, uses: Sequence[ResourceUse]) -> tuple[str, ...]:
    """The resources of these types: what the service will name has no name yet, `userpool/*`."""
    required, limited = RequiredAction(action=one.action), replace(one, uses=tuple(uses))
    asked = resources_of(replace(call, answer=NOTHING, named=()), required, limited)
    unnamed = {form.fill({}, call.place) for use in uses for form in formats_of(use.type)}
    if asked == (ANY,) or unnamed.issuperset(asked):
        return tuple(form.fill({}, call.place) for form in formats_of(uses[0].type)[:1])
    return resources_of(call, required, limited)


@lru_cache(maxsize=4_096)
def made_types(asked: ActionFacts, operation: str) -> tuple[str, ...]:
    """Of an action's types those that the operation's noun names best."""
    said = shard("resources")["tagged_types"].get(asked.action.service, {}).get(operation, ())
    if said:
        return tuple(said)
    fits = {use.type.name: _fit(use, noun_of(operation)) for use in asked.uses}
    best = max(fits.values(), default=NO_FIT)
    return tuple(sorted(name for name, fit in fits.items() if fit == best != NO_FIT))


NO_FIT = (0, 0)
EXACT = 5
_SPEAKS = 6  # letters of a variable's name that tell a type: `job` is any


def _fit(use: ResourceUse, made: str) -> tuple[int, int]:
    """How well a type is what was made: by its name, by its ARN's variable, by how they end."""
    kind = stem(use.type.name.split("/")[0])
    named = {stem(form.variables[-1]) for form in formats_of(use.type) if form.variables}
    if made == kind:
        return (EXACT, 0)
    if made in named:
        return (EXACT - 1, 0)
    if made.endswith(kind):
        return (3, len(kind))
    longest = max((len(one) for one in named if made.endswith(one)), default=0)
    if longest >= _SPEAKS:
        return (2, longest)
    begins = len(kind) >= _SPEAKS and made.startswith(kind)  # DataSync's LocationS3, LocationNfs
    return (1, 0) if begins or (made and kind.endswith(made)) else NO_FIT
