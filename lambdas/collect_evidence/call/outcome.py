"""What a service answered: allowed, allowed but failed, or refused; and what a refusal names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.model.iam.action import Action
from lambdas.model.trail.evidence import Outcome
from lambdas.reference.refused.error_codes import Authorization, authorization_of
from lambdas.reference.refused.refusals import Refusal, obstacle_of, refusals, without_escapes


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOutcome:
    """What a service answered.

    Attributes:
        authorization: what the error proves; None where there is none.
        refusal: what a refusal names; None when it names no action.
        obstacle: what refused it when it was not the lack of a grant; empty otherwise.
    """

    kind: Outcome
    code: str = ""
    authorization: Authorization | None = None
    refusal: Refusal | None = None
    obstacle: str = ""

    @property
    def action(self) -> Action | None:
        """The action that a refusal names, as IAM spells it."""
        return self.refusal.action if self.refusal else None

    @property
    def strange(self) -> str:
        """An action that a refusal names and IAM does not know, or empty."""
        return self.refusal.spelled if self.refusal and not self.refusal.action else ""

    @property
    def proves_nothing(self) -> bool:
        """Whether the call may have failed before anybody asked IAM."""
        return self.authorization is Authorization.BEFORE


_SUCCEEDED = CallOutcome(kind=Outcome.SUCCEEDED)


def outcome_of(record: Mapping[str, Any]) -> CallOutcome:
    """Read the outcome of a record."""
    code = _text(record.get("errorCode"))
    said = _message(record)
    message = without_escapes(said) if said else ""
    if not code and not message:
        return _SUCCEEDED
    refusal = next((one for one in refusals(message) if _is_own(one, record)), None)
    authorization = authorization_of(_text(record.get("eventSource")), code, message)
    if refusal is None and authorization is not Authorization.REFUSED:
        return CallOutcome(kind=Outcome.FAILED, code=code, authorization=authorization)
    if refusal is None and next(refusals(message), None) is not None:
        # Somebody else was refused on the caller's behalf: a function's own role, for example.
        return CallOutcome(kind=Outcome.FAILED, code=code, authorization=Authorization.AFTER)
    return CallOutcome(
        kind=Outcome.DENIED,
        code=code,
        authorization=Authorization.REFUSED,
        refusal=refusal,
        obstacle=refusal.obstacle if refusal else obstacle_of(message),
    )


def _message(record: Mapping[str, Any]) -> str:
    """The words of an error: services of REST and JSON have them written into their answer."""
    said = _text(record.get("errorMessage"))
    answer = record.get("responseElements")
    if said or not record.get("errorCode") or not isinstance(answer, dict):
        return said
    return _text(answer.get("message")) or _text(answer.get("Message"))


def _is_own(refusal: Refusal, record: Mapping[str, Any]) -> bool:
    """Whether the caller itself was refused."""
    identity = record.get("userIdentity")
    caller = _text(identity.get("arn")) if isinstance(identity, dict) else ""
    return not (refusal.who and caller) or _principal(refusal.who) == _principal(caller)


def _principal(arn: str) -> str:
    """The user, or the role without its session."""
    resource = arn.rpartition(":")[2]
    kind, _, rest = resource.partition("/")
    return rest.partition("/")[0] if kind == "assumed-role" else rest.rpartition("/")[2]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
