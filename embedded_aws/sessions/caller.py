"""Who makes a request to the embedded AWS: the identity that CloudTrail would record for it."""

import os
import secrets
import time
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ministack.services import iam, sts

ACCOUNT = "123456789012"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The signer of the request that is being served."""

    access_key: str
    account: str
    region: str
    user_agent: str = ""
    source_ip: str = "127.0.0.1"
    invoked_by: tuple[str, ...] = ()  # the services that called on the signer's behalf, first first


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a session signs with."""

    access_key: str
    secret_key: str
    session_token: str
    expires: float  # seconds since the epoch


# Set by the gate for each request; threads and tasks that the request starts inherit it.
current: ContextVar[Caller | None] = ContextVar("caller", default=None)


def endpoint() -> str:
    """Where this process serves AWS."""
    return f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}"


def role_session(
    role_arn: str,
    session_name: str,
    *,
    seconds: int = 3600,
    session_policy: str | None = None,
) -> Credentials:
    """Open a session of a role, as an AWS service does for itself; its trust is not asked."""
    _, partition, _, _, account, resource = role_arn.split(":", 5)
    role_name = resource.rsplit("/", 1)[-1]
    role = iam._roles.get_scoped(account, None, role_name) or {}
    credentials = Credentials(
        access_key="ASIA" + secrets.token_hex(8).upper(),
        secret_key=secrets.token_urlsafe(30),
        session_token=secrets.token_urlsafe(60),
        expires=time.time() + seconds,
    )
    session = {
        "Arn": f"arn:{partition}:sts::{account}:assumed-role/{role_name}/{session_name}",
        "UserId": f"{role.get('RoleId', 'AROAEMBEDDED')}:{session_name}",
        "SecretAccessKey": credentials.secret_key,
        "SessionToken": credentials.session_token,
        "Expiration": credentials.expires,
        "AccountId": account,
        "PrincipalType": "AssumedRole",
        "SessionPolicies": {"Policy": session_policy, "PolicyArns": []} if session_policy else None,
    }
    sts.register_session(credentials.access_key, session)
    return credentials


def identity(access_key: str, account: str) -> dict[str, Any]:
    """CloudTrail's `userIdentity` for the holder of a key, or for a service named by its host.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
    """
    if access_key.endswith(".amazonaws.com"):
        return {"type": "AWSService", "invokedBy": access_key}
    session = sts._sessions.get(access_key)
    if session is not None and session.get("PrincipalType") != "Root":
        return _session_identity(access_key, session)
    user = _user_of(access_key, account)
    if user is not None:
        return {
            "type": "IAMUser",
            "principalId": user["UserId"],
            "arn": user["Arn"],
            "accountId": account,
            "accessKeyId": access_key,
            "userName": user["UserName"],
        }
    owner = str(session["AccountId"]) if session else account
    return {
        "type": "Root",
        "principalId": owner,
        "arn": f"arn:aws:iam::{owner}:root",
        "accountId": owner,
        "accessKeyId": access_key,
    }


def _session_identity(access_key: str, session: dict[str, Any]) -> dict[str, Any]:
    arn = str(session["Arn"])
    account, resource = arn.split(":", 5)[4:]
    common = {
        "principalId": session.get("UserId", ""),
        "arn": arn,
        "accountId": account,
        "accessKeyId": access_key,
    }
    if not resource.startswith("assumed-role/"):
        kind = {"federated-user": "FederatedUser", "user": "IAMUser"}
        return {"type": kind.get(resource.split("/", 1)[0], "Root"), **common}
    role_name = resource.split("/")[1]
    role = iam._roles.get_scoped(account, None, role_name) or {}
    issuer = {
        "type": "Role",
        "principalId": str(session.get("UserId", "")).split(":", maxsplit=1)[0],
        # The issuer's ARN carries the role's path, the session's does not.
        "arn": role.get("Arn", f"arn:{arn.split(':')[1]}:iam::{account}:role/{role_name}"),
        "accountId": account,
        "userName": role_name,
    }
    created = datetime.fromtimestamp(float(session.get("IssuedAt", time.time())), UTC)
    attributes = {"creationDate": f"{created:%Y-%m-%dT%H:%M:%SZ}", "mfaAuthenticated": "false"}
    context = {"sessionIssuer": issuer, "webIdFederationData": {}, "attributes": attributes}
    return {"type": "AssumedRole", **common, "sessionContext": context}


def _user_of(access_key: str, account: str) -> dict[str, Any] | None:
    key = iam._access_keys.get_scoped(account, None, access_key)
    if key is None:
        return None
    name = str(key.get("UserName", ""))
    user = iam._users.get_scoped(account, None, name) or {}
    return {
        "UserId": user.get("UserId", ""),
        "Arn": user.get("Arn", f"arn:aws:iam::{account}:user/{name}"),
        "UserName": name,
    }
