"""Who signed a request, and whether the signature is right (Signature Version 4).

MiniStack checks signatures only on some of its paths and never those of its well-known root keys;
the gate therefore checks each request itself, before MiniStack sees it.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from ministack.core import iam_evaluator, sigv4
from ministack.core.iam_evaluator import AuthError
from ministack.services import sts

from embedded_aws.protocol.request import Incoming

ALGORITHM = "AWS4-HMAC-SHA256"
MISSING = AuthError("MissingAuthenticationToken", "Request is missing Authentication Token")
UNKNOWN = AuthError(
    "UnrecognizedClientException", "The security token included in the request is invalid."
)
CHANGED = AuthError(
    "XAmzContentSHA256Mismatch",
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
)
SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a request says about its signer."""

    access_key: str
    account: str
    region: str
    token: str
    presigned: bool
    parts: sigv4.HeaderSignature


def claim_of(headers: Mapping[str, str], query: Mapping[str, list[str]]) -> Claim | AuthError:
    """The one signature of a request, or why it has none that counts."""
    in_header = "authorization" in headers
    in_query = any(name.lower() in ("x-amz-credential", "awsaccesskeyid") for name in query)
    if in_header == in_query:  # none, or two that could disagree
        return MISSING
    if in_header:
        if not headers["authorization"].startswith(ALGORITHM + " "):
            return MISSING
        parts = sigv4.parse_header_signature(headers)
        token = headers.get("x-amz-security-token", "")
    else:
        if query.get("X-Amz-Algorithm") != [ALGORITHM]:
            return MISSING
        parts = sigv4.parse_query_signature(query)
        token = (query.get("X-Amz-Security-Token") or [""])[0]
    if isinstance(parts, tuple):
        return AuthError(*parts)
    account = _owner(parts.access_key_id)
    if account is None:
        return UNKNOWN
    return Claim(
        access_key=parts.access_key_id,
        account=account,
        region=parts.region,
        token=token,
        presigned=in_query,
        parts=parts,
    )


def _owner(access_key: str) -> str | None:
    """The account that a registered key belongs to; MiniStack's own root keys have none here."""
    session = sts._sessions.get(access_key)
    if session is not None:
        return str(session.get("AccountId") or str(session["Arn"]).split(":")[4])
    if iam_evaluator.is_root_access_key(access_key):
        return None
    try:
        owner: str | None = iam_evaluator.find_iam_access_key_account(access_key)
    except iam_evaluator.AmbiguousAccessKeyError:
        return None
    return owner


def refusal_of(claim: Claim | AuthError, request: Incoming) -> AuthError | None:
    """Why a request is not authentic, if so."""
    if isinstance(claim, AuthError):
        return claim
    late = _time_failure(claim, request)
    if late:
        return AuthError(*late)
    credential = iam_evaluator.resolve_credential(claim.access_key, claim.account, claim.token)
    if isinstance(credential, iam_evaluator.CredentialResolutionError):
        return AuthError(credential.code, credential.message)
    stated = request.headers.get("x-amz-content-sha256", "")
    if SHA256.fullmatch(stated) and hashlib.sha256(request.body).hexdigest() != stated:
        return CHANGED
    failure = sigv4.header_signature_failure(
        claim.parts,
        credential.secret_access_key,
        request.method,
        request.raw_path,
        request.query,
        request.headers,
        request.body,
        presigned=claim.presigned,
    )
    return AuthError(*failure) if failure else None


def _time_failure(claim: Claim, request: Incoming) -> tuple[str, str] | None:
    if not claim.presigned:
        found: tuple[str, str] | None = sigv4.request_time_failure(claim.parts)
        return found
    expires = (request.query.get("X-Amz-Expires") or [""])[0]
    try:
        expired = sigv4.presigned_request_is_expired(claim.parts.amz_date, expires)
    except ValueError:
        expired = True
    return ("RequestExpired", "Request has expired") if expired else None
