"""What refinement answers: a policy per principal, and for every grant why it is there."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

from lambdas.model.dossier.containment import Containment
from lambdas.model.findings.finding import Finding
from lambdas.model.iam.action import Action
from lambdas.model.iam.policy import Condition, Policy, Statement
from lambdas.model.iam.role_boundary import RoleBoundary
from lambdas.model.iam.template import Template
from lambdas.model.trail.ground_kind import GroundKind


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Ground:
    """One reason for a grant.

    Attributes:
        text: a sentence for the reviewer.
        events: how many events it rests on; `first` and `last` are their times (ISO 8601).
        phases: in which phases, sorted. via: through which services, empty when direct.
        event_ids: at most five, the earliest.
    """

    kind: GroundKind
    text: str
    events: int = 0
    first: str = ""
    last: str = ""
    phases: tuple[str, ...] = ()
    via: tuple[str, ...] = ()
    event_ids: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        many: dict[str, Any] = {key: tuple(raw[key]) for key in ("phases", "via", "event_ids")}
        return cls(**{**raw, **many, "kind": GroundKind(raw["kind"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One action on one resource, with its grounds (at least one)."""

    action: Action
    resource: Template
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class WildcardReason:
    """Why a resource of a statement holds a wildcard; `resource` is the template's text."""

    resource: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedStatement:
    """A statement and what a reviewer asks of it."""

    statement: Statement
    purpose: str
    grants: tuple[Grant, ...]
    wildcards: tuple[WildcardReason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipalPolicy:
    """The policy of one principal.

    Attributes:
        name: a word for file names: `policy` for the run's own role, else `policy.<role's name>`.
        principal: the IAM ARN that was observed.
        packs: how the statements are spread over managed policies: indexes into `statements`.
    """

    name: str
    principal: str
    statements: tuple[ExplainedStatement, ...]
    packs: tuple[tuple[int, ...], ...] = ()

    @property
    def policy(self) -> Policy:
        """The whole policy as one document."""
        return Policy(tuple(one.statement for one in self.statements))

    def packed(self) -> tuple[Policy, ...]:
        """The managed policies to attach; together they grant exactly what `policy` grants."""
        return tuple(
            Policy(tuple(self.statements[index].statement for index in pack)) for pack in self.packs
        )


class LeftOutKind(StrEnum):
    """Why something is not granted. Archives hold these words: none changes."""

    NOT_OF_THIS_RUN = "not-of-this-run"
    ONLY_DENIED = "only-denied"
    SERVICE_LEVEL = "service-level"
    NEEDS_NO_PERMISSION = "needs-no-permission"
    ONLY_WARNS = "only-warns"
    WAY_UP = "way-up"
    BOUNDARY_REMOVAL = "boundary-removal"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class LeftOut:
    """An action on a resource that was seen or offered and is not granted; why, in a sentence."""

    action: str
    resource: str
    kind: LeftOutKind
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refinement:
    """The whole answer.

    Attributes:
        variables: the values of the first cycle, sorted by name.
        boundary: of the roles that the process creates; None when it asks for none.
        containment: what of it reaches others' things; nothing in what older versions wrote.
    """

    policies: tuple[PrincipalPolicy, ...]
    findings: tuple[Finding, ...]
    left_out: tuple[LeftOut, ...]
    variables: tuple[tuple[str, str], ...]
    boundary: RoleBoundary | None = None
    containment: Containment | None = None

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        return cls(
            policies=tuple(_principal_from(one) for one in raw["policies"]),
            findings=tuple(Finding.from_json(one) for one in raw["findings"]),
            left_out=tuple(
                LeftOut(**{**one, "kind": LeftOutKind(one["kind"])}) for one in raw["left_out"]
            ),
            variables=tuple(sorted(raw["variables"].items())),
            boundary=RoleBoundary.from_json(raw["boundary"]) if "boundary" in raw else None,
            containment=Containment.from_json(raw.get("containment")),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values, in a fixed order."""
        return {
            "variables": dict(self.variables),
            "policies": [_principal_to(one) for one in self.policies],
            "findings": [one.to_json() for one in self.findings],
            "left_out": [asdict(one) for one in self.left_out],
            # Left out where there is none: earlier dossiers do not have it.
            **({"boundary": self.boundary.to_json()} if self.boundary else {}),
            **({"containment": self.containment.to_json()} if self.containment else {}),
        }


def _principal_to(one: PrincipalPolicy) -> dict[str, Any]:
    return {
        "name": one.name,
        "principal": one.principal,
        "packs": [list(pack) for pack in one.packs],
        "statements": [_statement_to(statement) for statement in one.statements],
    }


def _statement_to(one: ExplainedStatement) -> dict[str, Any]:
    statement = one.statement
    return {
        "sid": statement.sid,
        "purpose": one.purpose,
        "actions": list(map(str, statement.actions)),
        "resources": list(map(str, statement.resources)),
        "conditions": [each.to_json() for each in statement.conditions],
        "grants": [
            {
                "action": str(grant.action),
                "resource": str(grant.resource),
                "grounds": [asdict(ground) for ground in grant.grounds],
            }
            for grant in one.grants
        ],
        "wildcards": [asdict(wildcard) for wildcard in one.wildcards],
    }


def _principal_from(raw: Mapping[str, Any]) -> PrincipalPolicy:
    return PrincipalPolicy(
        name=raw["name"],
        principal=raw["principal"],
        packs=tuple(tuple(pack) for pack in raw["packs"]),
        statements=tuple(_statement_from(one) for one in raw["statements"]),
    )


def _statement_from(raw: Mapping[str, Any]) -> ExplainedStatement:
    return ExplainedStatement(
        statement=Statement(
            sid=raw["sid"],
            actions=tuple(map(Action.from_text, raw["actions"])),
            resources=tuple(map(Template.from_text, raw["resources"])),
            conditions=tuple(map(Condition.from_json, raw["conditions"])),
        ),
        purpose=raw["purpose"],
        grants=tuple(
            Grant(
                action=Action.from_text(one["action"]),
                resource=Template.from_text(one["resource"]),
                grounds=tuple(Ground.from_json(ground) for ground in one["grounds"]),
            )
            for one in raw["grants"]
        ),
        wildcards=tuple(WildcardReason(**one) for one in raw["wildcards"]),
    )
