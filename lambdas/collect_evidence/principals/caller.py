"""Who made a call, and the services that called on for them: read from a record's identity."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from lambdas.model.iam.arn import Arn, is_arn

ASSUMED = "assumed-role/"
_SERVICE = re.compile(r"[a-z][a-z0-9.-]*\.amazonaws\.com(?:\.cn)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who made a call.

    Attributes:
        principal: the IAM ARN of the role or user, with its path where the record tells it.
        account, name: of the role or user.
        session: the role session's name, or empty.
        whole: whether the record tells the principal's path, or that it has none.
    """

    principal: str
    account: str
    name: str
    session: str = ""
    whole: bool = True

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> "Caller | None":
        """Read `userIdentity`; None when it names neither a role nor a user."""
        identity = record.get("userIdentity")
        if not isinstance(identity, dict):
            return None
        return _read(_text(identity, "arn"), issuer_of(identity), _text(identity, "principalId"))


@lru_cache(maxsize=4_096)
def _read(arn: str, issuer: str, unique: str) -> Caller | None:
    """Who an identity's ARN and its session's issuer name; the issuer alone is enough."""
    try:
        known = Arn.from_text(arn)
    except ValueError:
        known = Arn(partition="", service="sts", resource=ASSUMED)
    kind, _, rest = known.resource.partition("/")
    name, _, session = rest.partition("/")
    if known.service == "iam" and ":role/" in issuer:
        known = Arn(partition=known.partition, service="sts", resource=ASSUMED)
        kind, name, session = "assumed-role", "", ""
    match known.service, kind:
        case "sts", "assumed-role" if name or ":role/" in issuer:
            role = replace(known, service="iam", resource=f"role/{name}")
            principal = issuer if ":role/" in issuer else str(role)
            return Caller(
                principal=principal,
                account=principal.split(":")[4],
                name=principal.rpartition("/")[2],
                session=session or unique.partition(":")[2],
                whole=principal == issuer,
            )
        case "sts", "federated-user" if ":user/" in issuer:
            own = issuer.rpartition("/")[2]
            return Caller(principal=issuer, account=known.account, name=own, session=name)
        case "iam", "user" if ":role/" not in issuer:
            return Caller(principal=arn, account=known.account, name=known.name)
    return None


def _text(identity: Mapping[str, Any], key: str) -> str:
    text = identity.get(key)
    return text if isinstance(text, str) else ""


def issuer_of(identity: Mapping[str, Any]) -> str:
    """The role or user that a session was made from; it alone tells the path."""
    context = identity.get("sessionContext")
    issuer = context.get("sessionIssuer") if isinstance(context, dict) else None
    arn = issuer.get("arn") if isinstance(issuer, dict) else None
    return arn if isinstance(arn, str) and is_arn(arn) else ""


def services_via(record: Mapping[str, Any], *, own: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The services that called on for the principal, outermost first.

    Args:
        record: a record of the principal.
        own: services that use the principal as their own role; for them nothing is forwarded.
    """
    identity = record.get("userIdentity")
    invoked = identity.get("invokedBy") if isinstance(identity, dict) else None
    address = record.get("sourceIPAddress")
    if not isinstance(invoked, str):
        return ()
    return _chain(invoked, address if isinstance(address, str) else "", own)


def hides_service(record: Mapping[str, Any]) -> bool:
    """Whether a service called on for the principal and is not named: "AWS Internal"."""
    identity = record.get("userIdentity")
    invoked = identity.get("invokedBy") if isinstance(identity, dict) else None
    return isinstance(invoked, str) and not services_via(record)


@lru_cache(maxsize=1_024)
def _chain(invoked: str, address: str, own: tuple[str, ...]) -> tuple[str, ...]:
    hosts = [one for one in (invoked, address) if _SERVICE.fullmatch(one)]
    return tuple(one for one in dict.fromkeys(hosts) if one not in own)
