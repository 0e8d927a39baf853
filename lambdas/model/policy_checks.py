"""What IAM and Access Analyzer answer about a policy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Objection:
    """One finding of ValidatePolicy.

    Attributes:
        kind: ERROR, SECURITY_WARNING, WARNING or SUGGESTION. code: such as PASS_ROLE_WITH_STAR….
        where: the statements that it is about, by Sid or number.
    """

    kind: str
    code: str
    detail: str
    link: str = ""
    where: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Denial:
    """A call that the simulator does not allow; `decision` is implicitDeny or explicitDeny."""

    principal: str
    action: str
    resource: str
    decision: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Comparison:
    """CheckNoNewAccess's answer: PASS, FAIL, or UNDECIDED when it cannot analyse a document."""

    result: str
    message: str = ""
    reasons: tuple[str, ...] = ()
