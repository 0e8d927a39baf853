"""Why a statement is there, in a few words: what saw it, when, in which phases, through what."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from lambdas.model.dossier.refinement import ExplainedStatement, Ground
from lambdas.model.text import counted, listed, sentence
from lambdas.model.trail.ground_kind import GroundKind

HINT = GroundKind.HINT


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """The grounds of a statement, added up.

    Attributes:
        events: as the grounds count them; an event that proves two grants counts twice.
        direct: whether the principal made any of the calls itself.
        via: the services that made calls for it.
        derived: kinds of derivation that the statement rests on, sorted.
        unseen: grants that rest on no event of their own.
    """

    events: int
    first: str
    last: str
    phases: tuple[str, ...]
    direct: bool
    via: tuple[str, ...]
    derived: tuple[str, ...]
    grants: int
    unseen: int

    @property
    def sentence(self) -> str:
        """`Seen in 12 events of deploy and remove, through CloudFormation.` and what is derived."""
        return " ".join(filter(None, (self._seen(), self._derived())))

    def _seen(self) -> str:
        if not self.events:
            return "No event shows it."
        phases = f" of {listed(self.phases)}" if self.phases else ""
        return f"Seen in {counted(self.events, 'event')}{phases}, {self.path}."

    def _derived(self) -> str:
        if not self.derived:
            return ""
        some = "" if self.grants == self.unseen else f"{self.unseen} of {self.grants} grants, "
        return f"Derived ({some}{listed(self.derived)})." if self.unseen else ""

    @property
    def path(self) -> str:
        """`called directly`, `through CloudFormation`, or both."""
        through = f"through {listed([service_name(one) for one in self.via])}"
        if not self.via:
            return "called directly"
        return f"called directly and {through}" if self.direct else through


def reasons(statement: ExplainedStatement) -> Reasons:
    """Add up the grounds of a statement's grants."""
    grounds = [ground for grant in statement.grants for ground in grant.grounds]
    seen = [ground for ground in grounds if ground.kind == GroundKind.OBSERVED]
    return Reasons(
        events=sum(ground.events for ground in seen),
        first=min((ground.first for ground in seen if ground.first), default=""),
        last=max((ground.last for ground in seen), default=""),
        phases=last_removed({phase for ground in seen for phase in ground.phases if phase}),
        direct=any(not ground.via for ground in seen),
        via=tuple(sorted({ground.via[0] for ground in seen if ground.via})),
        derived=derivations(grounds),
        grants=len(statement.grants),
        unseen=sum(
            all(g.kind != GroundKind.OBSERVED for g in grant.grounds) for grant in statement.grants
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wildcards:
    """Why resources hold wildcards; no resources means all of the statement's that hold any."""

    resources: tuple[str, ...]
    reason: str

    @property
    def words(self) -> str:
        """For a comment: in which resources, and why."""
        where = f" in {', '.join(self.resources)}" if self.resources else ""
        return f"Wildcards{where}: {self.reason}"


def wildcards(statement: ExplainedStatement) -> tuple[Wildcards, ...]:
    """The reasons, each once, with the resources that they are about."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for one in statement.wildcards:
        by_reason[one.reason].append(one.resource)
    by_resources: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for reason, resources in by_reason.items():
        by_resources[tuple(sorted(set(resources)))].append(sentence(reason))
    every = tuple(sorted({one.resource for one in statement.wildcards}))
    return tuple(
        Wildcards(resources=() if resources == every else resources, reason=" ".join(found))
        for resources, found in sorted(by_resources.items())
    )


def last_removed(phases: Iterable[str]) -> tuple[str, ...]:
    """Phases by name, `remove` at the end, where every process has it."""
    return tuple(sorted(set(phases), key=lambda phase: (phase == "remove", phase)))


def derivations(grounds: Iterable[Ground]) -> tuple[str, ...]:
    """The kinds that no event proves by itself, sorted."""
    return tuple(sorted({ground.kind for ground in grounds if ground.kind != GroundKind.OBSERVED}))


# How people write the services that call others, by CloudTrail's invokedBy; the rest by rule.
_NAMES = {
    "cloudformation.amazonaws.com": "CloudFormation",
    "lambda.amazonaws.com": "Lambda",
    "dynamodb.amazonaws.com": "DynamoDB",
    "apigateway.amazonaws.com": "API Gateway",
    "s3.amazonaws.com": "S3",
    "kms.amazonaws.com": "KMS",
    "athena.amazonaws.com": "Athena",
    "servicecatalog.amazonaws.com": "Service Catalog",
}


def service_name(principal: str) -> str:
    """`cloudformation.amazonaws.com` as `CloudFormation`; others without the domain."""
    return _NAMES.get(principal) or principal.removesuffix(".amazonaws.com")
