"""Grants taken away one by one, and the calls that then fail, by the emulator's own evaluator."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ministack.core import iam_evaluator

from lambdas.model.dossier.refinement import Grant, PrincipalPolicy
from lambdas.model.iam.action import Action
from lambdas.model.iam.policy import Statement
from lambdas.model.trail.evidence import Evidence, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What IAM is asked for one call: its own permission, or one that it needs besides."""

    action: str
    resource: str
    region: str
    context: tuple[tuple[str, str | tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ablation:
    """One grant without which the policy was asked again.

    Attributes:
        asked: questions that this grant allows. denied: those that nothing else allows.
    """

    grant: Grant
    asked: int
    denied: int

    @property
    def observed(self) -> bool:
        """Whether a call of the first cycle is its ground."""
        return any(ground.kind == "observed" for ground in self.grant.grounds)


def questions(lines: Iterable[Evidence], account: str) -> set[Question]:
    """Everything that the calls of a cycle asked of IAM."""
    found = set()
    for line in lines:
        if line.outcome not in {Outcome.SUCCEEDED, Outcome.FAILED}:
            continue
        common = _context(line, account)
        asked = [(line.action, line.resource, {}), *_implied(line)]
        for action, resource, own in asked:
            found.add(
                Question(
                    action=str(action),
                    resource=resource,
                    region=line.region,
                    context=tuple(sorted({**common, **own}.items())),
                )
            )
    return found


def ablations(
    policy: PrincipalPolicy, values: Mapping[str, str], asked: Iterable[Question]
) -> Iterator[Ablation]:
    """Every grant of the policy, in order; the spellings of one log group are one grant."""
    single = [
        (grant, _parsed(_alone(part.statement, grant), values))
        for part in policy.statements
        for grant in part.grants
    ]
    by_action: dict[str, list[Question]] = {}
    for question in asked:
        by_action.setdefault(question.action, []).append(question)
    for key in dict.fromkeys(_key(grant) for grant, _ in single):
        mine = [(grant, parsed) for grant, parsed in single if _key(grant) == key]
        grant = mine[0][0]
        others = [
            parsed for one, parsed in single if _key(one) != key and one.action == grant.action
        ]
        own = [
            question
            for question in by_action.get(str(grant.action), ())
            if _allows(question, [parsed for _, parsed in mine])
        ]
        denied = [one for one in own if not _allows(one, others)]
        yield Ablation(grant=grant, asked=len(own), denied=len(denied))


def _key(grant: Grant) -> tuple[str, str]:
    # IAM's reference spells log groups with `:*`, some services ask without it: both are granted.
    return str(grant.action), str(grant.resource).removesuffix(":*")


def without(policy: PrincipalPolicy, action: Action) -> PrincipalPolicy:
    """The policy less one action, wherever it stands."""
    kept = [
        replace(
            part,
            statement=replace(
                part.statement,
                actions=tuple(one for one in part.statement.actions if one != action),
            ),
        )
        for part in policy.statements
    ]
    numbers = [number for number, part in enumerate(kept) if part.statement.actions]
    place = {number: index for index, number in enumerate(numbers)}
    return replace(
        policy,
        statements=tuple(kept[number] for number in numbers),
        packs=tuple(
            some
            for pack in policy.packs
            if (some := tuple(place[number] for number in pack if number in place))
        ),
    )


def _alone(statement: Statement, grant: Grant) -> Statement:
    """The statement with this grant alone."""
    return replace(statement, actions=(grant.action,), resources=(grant.resource,))


def _parsed(statement: Statement, values: Mapping[str, str]) -> Any:  # noqa: ANN401  # MiniStack's
    document = {"Version": "2012-10-17", "Statement": [statement.render(values)]}
    return iam_evaluator.parse_policy_document(document)


def _allows(question: Question, policies: list[Any]) -> bool:
    context = {
        key.lower(): list(value) if isinstance(value, tuple) else value
        for key, value in question.context
    }
    asked = iam_evaluator.EvalContext(
        principal_arn="arn:aws:sts::123456789012:assumed-role/asked/asked",
        principal_type="AssumedRole",
        principal_account=str(context["aws:resourceaccount"]),
        action=question.action,
        resource_arn=question.resource,
        region=question.region,
        service_context=context,
    )
    return bool(iam_evaluator.evaluate(asked, policies).decision == "Allow")


def _implied(line: Evidence) -> Iterator[tuple[Action, str, dict[str, Any]]]:
    for one in line.implies:
        yield one.action, one.resource, dict(one.context)


def _context(line: Evidence, account: str) -> dict[str, Any]:
    context: dict[str, Any] = {
        "aws:RequestedRegion": line.region,
        "aws:ResourceAccount": account,
    }
    if line.via:
        context["aws:CalledVia"] = line.via
        service = line.via[-1].removesuffix(".amazonaws.com")
        context["kms:ViaService"] = f"{service}.{line.region}.amazonaws.com"
    return context
