"""What a service answered: allowed, allowed but failed, or refused; and what a refusal names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lambdas.model.action import Action
from lambdas.model.evidence import Outcome
from lambdas.reference.actions import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

# Refusals as the services spell them; matched without case, `Client.` and punctuation. Sources:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html,
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (its own codes),
# https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html (AuthorizationError), and each
# service's "Common Errors". Calls that could not be authenticated prove nothing either.
_REFUSED = re.compile(
    r"(access_?denied.*|.*access_?denied(exception|fault|error)?|unauthori[sz]ed.*"
    r"|authorization(error|denied).*|authorizationerrorexception|authfailure|forbidden.*"
    r"|notauthorized|invalidclienttokenid|unrecognizedclientexception|signaturedoesnotmatch"
    r"|missingauthenticationtoken.*|expiredtoken.*|requestexpired|optinrequired"
    r"|insufficientprivilegesexception|insufficientpermissions?(exception)?|accountproblem"
    r"|notauthorized(exception)?|userunauthorized.*|operationnotpermitted(exception)?denied)",
    re.IGNORECASE,
)
# Codes that look like refusals and are none: the call itself had passed.
_PASSED = re.compile(
    r"(kmsaccessdenied(exception|fault)?|.*access_?denied.*fordependency.*|forbiddendependency.*)",
    re.IGNORECASE,
)
# Cognito says NotAuthorizedException of a wrong password too,
# https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_InitiateAuth.html
_WRONG_PASSWORD = re.compile(
    r"incorrect username or password|password attempts exceeded", re.IGNORECASE
)
_WORDS = re.compile(
    r"not authori[sz]ed to perform(?: action)?:? *[\[\"'`]?(?P<action>[A-Za-z0-9-]+:[A-Za-z0-9]+)"
    r"(?:[\]\"'])?"
    r"(?: on (?:the )?(?:specified )?resource:? *(?P<resource>"
    r"\"[^\"]+\"|(?:role |user |policy )?[^\s,]+))?",
    re.IGNORECASE,
)
_REFUSAL_WORDS = re.compile(
    r"(?:is|are) not authori[sz]ed to (?:perform|access)|explicit deny in a"
    r"|no (?:identity|resource|session|service|permission)[\w -]*polic(?:y|ies) allow",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOutcome:
    """What a service answered.

    Attributes:
        action: that a refusal names, spelled as IAM spells it; None when it names none.
        resource: that a refusal names, as named; empty when it names none.
        strange: an action that a refusal names and IAM does not know, or empty.
    """

    outcome: Outcome
    code: str = ""
    action: Action | None = None
    resource: str = ""
    strange: str = ""


def answer_of(record: Mapping[str, Any]) -> CallOutcome:
    """Read the outcome of a record."""
    code = _text(record.get("errorCode"))
    message = _text(record.get("errorMessage"))
    if not code and not message:
        return CallOutcome(outcome=Outcome.SUCCEEDED)
    words = _WORDS.search(message)
    if not (words or _is_refusal(code, message)):
        return CallOutcome(outcome=Outcome.FAILED, code=code)
    if words is None:
        return CallOutcome(outcome=Outcome.DENIED, code=code)
    service, _, name = words["action"].partition(":")
    action = canonical(Action(service.lower(), name))
    return CallOutcome(
        outcome=Outcome.DENIED,
        code=code,
        action=action,
        resource=_resource(words["resource"] or ""),
        strange="" if action else words["action"],
    )


def _is_refusal(code: str, message: str) -> bool:
    if _WRONG_PASSWORD.search(message):
        return False
    bare = re.sub(r"^(?:client|server|sender)\.|[^A-Za-z_]", "", code, flags=re.IGNORECASE)
    if _PASSED.fullmatch(bare):
        return False
    return bool(_REFUSED.fullmatch(bare) or _REFUSAL_WORDS.search(message))


def _resource(text: str) -> str:
    return text.strip("\"'`()[]").rstrip(".;")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
