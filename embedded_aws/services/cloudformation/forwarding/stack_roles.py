"""The service role of a stack: given once with RoleARN, kept for every later operation."""

import time
from collections.abc import Callable
from typing import Any

from ministack.core.responses import get_account_id, get_region

from embedded_aws.ministack import services
from embedded_aws.protocol.query_forms import text_of
from embedded_aws.sessions.caller import Credentials, role_session

SESSION_NAME = "AWSCloudFormation"
RENEWAL = 300.0  # seconds before its end at which a session is not used any more

_roles: dict[tuple[str, str, str], str] = {}  # account, region, stack name
_sessions: dict[str, Credentials] = {}


def install() -> None:
    """Remember the role of every operation that names one."""
    handlers = services.service("cloudformation.handlers")._ACTION_HANDLERS
    for action in ("CreateStack", "UpdateStack", "DeleteStack", "CreateChangeSet", "RollbackStack"):
        if action in handlers:
            handlers[action] = _remembering(handlers[action])


def _remembering(handler: Callable[..., Any]) -> Callable[..., Any]:
    def handle(parameters: dict[str, Any]) -> Any:
        role, stack = text_of(parameters, "RoleARN"), text_of(parameters, "StackName")
        if role:
            _roles[get_account_id(), get_region(), _name(stack)] = role
        return handler(parameters)

    return handle


def role_of(account: str, region: str, stack: str) -> str:
    """The ARN of the stack's role; empty when it has none."""
    return _roles.get((account, region, _name(stack)), "")


def key_of(account: str, region: str, stack: str) -> str:
    """The access key of a session of the stack's role; empty when it has none."""
    role = _roles.get((account, region, _name(stack)))
    if role is None:
        return ""
    session = _sessions.get(role)
    if session is None or session.expires < time.time() + RENEWAL:
        session = _sessions[role] = role_session(role, SESSION_NAME)
    return session.access_key


def _name(stack: str) -> str:
    return stack.split("/")[1] if stack.startswith("arn:") else stack
