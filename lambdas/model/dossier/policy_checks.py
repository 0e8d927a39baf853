"""What IAM and Access Analyzer answer about a policy."""

from dataclasses import dataclass
from typing import Final

NOT_SIMULATED: Final = "notSimulated"  # our word for a question that the simulator did not take


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
    """A call that the simulator does not allow, or of which it could not be asked.

    Attributes:
        decision: implicitDeny or explicitDeny, or `NOT_SIMULATED`.
    """

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
