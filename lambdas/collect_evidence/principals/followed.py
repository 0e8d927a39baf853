"""Whose records they are: the principal asked for, the sessions it assumed, the roles it handed on.

A run may assume other roles (the CDK's bootstrap roles do nothing else) and hand roles to
CloudFormation (`RoleARN`). Assumed sessions are known by the credentials that `sts:AssumeRole`
returned, execution roles by the stacks that the run operated and the time in which it did so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from lambdas.collect_evidence.principals.caller import ASSUMED, Caller
from lambdas.collect_evidence.record import AGGREGATED
from lambdas.model.trail.evidence import CLOUDFORMATION

# CloudFormation names its sessions of a stack's service role so; real records show it.
STACK_SESSION = "AWSCloudFormation"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class AssumedSession:
    """A session that the run assumed.

    Attributes:
        key: its access key's id. session: its `assumed-role` ARN.
        since, until: when its credentials were good.
        phase: of the session that assumed it.
    """

    key: str
    session: str
    since: str
    until: str
    phase: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ServiceRole:
    """A role that the run handed to CloudFormation, the first time by this event."""

    role: str
    since: str
    phase: str


@dataclass(slots=True)
class FollowedPrincipals:
    """All sessions and roles that belong to the run beside its own."""

    assumed: dict[str, AssumedSession] = field(default_factory=dict)
    handed: set[ServiceRole] = field(default_factory=set)

    def needles(self) -> frozenset[str]:
        """Texts that records of the followed hold."""
        sessions = {one.session.rpartition("assumed-role/")[2] for one in self.assumed.values()}
        roles = {one.role.rpartition("/")[2] for one in self.handed}
        return frozenset({*self.assumed, *sessions, *roles} - {""})

    def learn(self, record: Mapping[str, Any], caller_phase: str) -> None:
        """Take up what a record of the run hands over."""
        name, source = record.get("eventName"), record.get("eventSource")
        if source == "sts.amazonaws.com" and str(name).startswith("AssumeRole"):
            self._assume(record, caller_phase)
        elif source == CLOUDFORMATION:
            self._hand(record, caller_phase)

    def copy(self) -> "FollowedPrincipals":
        """The same as it is now."""
        return FollowedPrincipals(assumed=dict(self.assumed), handed=set(self.handed))

    def join(self, other: Self) -> None:
        """Take up what another part of the trail showed."""
        self.assumed.update(other.assumed)
        self.handed |= other.handed

    def _assume(self, record: Mapping[str, Any], phase: str) -> None:
        response = record.get("responseElements")
        response = response if isinstance(response, dict) else {}
        credentials, user = response.get("credentials"), response.get("assumedRoleUser")
        if not isinstance(credentials, dict) or not isinstance(user, dict):
            return
        key, session = credentials.get("accessKeyId"), user.get("arn")
        if isinstance(key, str) and isinstance(session, str) and key and ASSUMED in session:
            self.assumed[key] = AssumedSession(
                key=key,
                session=session,
                since=str(record.get("eventTime", "")),
                until=str(credentials.get("expiration", "")),
                phase=phase,
            )

    def _hand(self, record: Mapping[str, Any], phase: str) -> None:
        request = record.get("requestParameters")
        for key, role in request.items() if isinstance(request, dict) else ():
            handed = key.lower() == "rolearn" and isinstance(role, str) and ":role/" in role
            if handed and not record.get("errorCode"):
                self.handed.add(
                    ServiceRole(role=role, since=str(record.get("eventTime", "")), phase=phase)
                )

    def session_of(self, caller: Caller, record: Mapping[str, Any]) -> AssumedSession | None:
        """The followed session that made a call: by its key, or by its name when forwarded."""
        identity = record["userIdentity"]
        key = identity.get("accessKeyId")
        found = self.assumed.get(key) if isinstance(key, str) else None
        if found is not None:
            return found
        unkeyed = identity.get("invokedBy") or record.get("eventCategory") == AGGREGATED
        if not (caller.session and unkeyed):
            return None
        # Services call on with keys of their own under the session's name; summaries tell no key.
        arn, time = identity.get("arn"), str(record.get("eventTime", ""))
        same = [one for one in self.assumed.values() if one.session == arn and one.since <= time]
        return max(same) if same else None

    def handed_to(self, caller: Caller) -> bool:
        """Whether CloudFormation made a call with a role that the run handed to it."""
        return caller.session == STACK_SESSION and any(
            _same_role(one.role, caller.principal) for one in self.handed
        )

    def handed_at(self, principal: str, time: str) -> ServiceRole | None:
        """The last hand-over of a role before a time."""
        same = [one for one in self.handed if _same_role(one.role, principal) and one.since <= time]
        return max(same, key=lambda one: (one.since, one.phase)) if same else None


def _same_role(role: str, principal: str) -> bool:
    """Whether two ARNs are of one role; a record may not tell the path."""
    same_name = role.rpartition("/")[2] == principal.rpartition("/")[2]
    return role == principal or (same_name and role.split(":")[:5] == principal.split(":")[:5])
