"""The policy, tried on what is others': which grants reach it, and why nothing stops them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lambdas.model.dossier.containment import Containment, Reach, Whose
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.iam.action import Action
from lambdas.model.iam.policy import Condition
from lambdas.model.iam.template import EVERYTHING
from lambdas.model.iam.template_coverage import matches
from lambdas.model.text import counted, listed
from lambdas.reference.arn_parts import Reference
from lambdas.reference.operation_verbs import what_it_makes
from lambdas.reference.stacks.containment import FUNCTION_ARN, STACK_TAG
from lambdas.refine_policy.containment.fences import UNTAGGED, Fences
from lambdas.refine_policy.containment.neighbours import Neighbour, Neighbourhood
from lambdas.refine_policy.containment.tagged_types import makes_it
from lambdas.refine_policy.grants.grants import DraftGrant

Held = dict[tuple[str, Action], list[tuple[str, DraftGrant]]]


_TAG_IT = "Give its stack a tag, and the policy can tell it from others. "
_NO_NAME = "it is granted on every resource, because no event names one"
# Keys that say something of the thing itself, or of the moment in which it is made; whatever else
# is conditioned on, a caller can bring about.
_OF_THE_THING = frozenset({FUNCTION_ARN, STACK_TAG, "ec2:CreateAction"})


def containment(
    grants: Sequence[DraftGrant],
    around: Neighbourhood,
    fences: Fences,
    values: Mapping[str, str],
    reference: Reference,
) -> Containment:
    """Try every grant on the neighbours of what it was seen on, with the values of the run."""
    trial = _Trial(around, values, _held(grants, values))
    for one in grants:
        if makes_it(one.action, str(one.resource)):
            continue  # what is made anew is nobody's yet
        if one.resource != EVERYTHING:
            for neighbour in _neighbours(one, around, fences):
                trial.call(one, neighbour)
        elif _is_fenced(one):
            trial.stopped.add(id(one))
        elif _touches(one, reference):
            trial.reached[id(one)].update(Whose)
    return Containment(
        grants=len(grants),
        calls=trial.calls,
        refused=trial.refused,
        by_condition=len(trial.stopped - trial.reached.keys()),
        reaches=tuple(sorted(_reaches(grants, trial.reached, reference))),
        carried=tuple(
            sorted(
                {it for one in grants if _is_fenced(one) for it in fences.carried(one.permissions)}
            )
        ),
    )


def _held(grants: Iterable[DraftGrant], values: Mapping[str, str]) -> Held:
    """The open grants by who holds which action; others are for one text, which is one's own."""
    held: Held = defaultdict(list)
    for one in grants:
        if one.resource.wild and one.resource != EVERYTHING:
            held[one.principal, one.action].append((one.resource.render(values), one))
    return held


@dataclass(slots=True)
class _Trial:
    """Calls on what others have, and what became of them; grants by their identity."""

    around: Neighbourhood
    values: Mapping[str, str]
    held: Held
    calls: int = 0
    refused: int = 0
    reached: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    stopped: set[int] = field(default_factory=set)

    def call(self, one: DraftGrant, neighbour: Neighbour) -> None:
        """The action of a grant on a neighbour, under all grants of its holder."""
        self.calls += 1
        through = False
        for pattern, other in self.held.get((one.principal, one.action), ()):
            if not matches(pattern, neighbour.resource):
                continue
            if all(self._met(it, neighbour, one) for it in other.conditions):
                self.reached[id(other)].add(neighbour.whose)
                through = True
            else:
                self.stopped.add(id(other))
        self.refused += not through

    def _met(self, condition: Condition, neighbour: Neighbour, one: DraftGrant) -> bool:
        if condition.key not in _OF_THE_THING:
            return True
        if condition.key == STACK_TAG:
            actual = {neighbour.stack}
        elif condition.key == FUNCTION_ARN:
            own = [it for it in one.conditions if it.key == FUNCTION_ARN]
            actual = {
                self.around.function_of(neighbour, value) for it in own for value in it.values
            }
        else:
            return False  # what is there is not being made
        return any(
            matches(value.render(self.values), text)
            for value in condition.values
            for text in actual
        )


def _neighbours(one: DraftGrant, around: Neighbourhood, fences: Fences) -> Iterator[Neighbour]:
    seen = next((it.resource for it in one.permissions if it.template is None), "")
    resource = seen if seen.startswith("arn:") else around.seen_as(one.resource)
    nameless = around.is_nameless(resource) or any(it.reaches_others for it in one.reasons)
    yield from around.of(resource, one.resource, fences.stack_of(resource), nameless=nameless)


def _touches(one: DraftGrant, reference: Reference) -> bool:
    """Whether a grant on everything does something to what is there, and could be limited."""
    facts = reference.facts(one.action)
    if facts is None or facts.resource_level:
        return True
    return (
        not facts.access_level.reads and what_it_makes(one.action.service, one.action.name) is None
    )


def _is_fenced(one: DraftGrant) -> bool:
    return any(condition.key in _OF_THE_THING for condition in one.conditions)


def _reaches(
    grants: Iterable[DraftGrant], reached: Mapping[int, set[str]], reference: Reference
) -> Iterator[Reach]:
    for one in grants:
        whose = reached.get(id(one))
        if whose:
            facts = reference.facts(one.action)
            named = one.open_because or "; ".join(map(str, one.reasons))
            yield Reach(
                principal=one.principal,
                action=str(one.action),
                resource=str(one.resource),
                reads=facts is not None and facts.access_level.reads,
                whose=tuple(it for it in Whose if it in whose),
                because=_NO_NAME if one.resource == EVERYTHING else named,
            )


def reaching_others(contained: Containment) -> Iterator[Finding]:
    """A warning for each reason for which grants reach others' things."""
    alike: dict[str, list[Reach]] = defaultdict(list)
    for one in contained.reaches:
        if one.resource != EVERYTHING.text:  # `any-resource` tells of it
            alike[one.because].append(one)
    for because, some in alike.items():
        resources = {one.resource for one in some}
        actions = listed(sorted({one.action for one in some}))
        only = "which only reads" if len(some) == 1 else "which only read"
        yield Finding(
            severity=Severity.WARNING,
            kind=FindingKind.REACHES_OTHERS,
            subject=min(resources),
            detail=f"{counted(len(some), 'grant')} of {actions}"
            f"{f', {only},' if all(one.reads for one in some) else ''} "
            f"{'reaches' if len(some) == 1 else 'reach'} resources of other stacks and stages in "
            f"the account, production included: {because}.",
            action=f"{_TAG_IT if because == UNTAGGED else ''}"
            "Accept it, or give the process an account of its own.",
            count=len(resources),
        )
