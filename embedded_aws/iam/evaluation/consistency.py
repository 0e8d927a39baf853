"""IAM's eventual consistency: a role's new policies are in force only after a while.

"Changes that you make … take time to become visible from all possible endpoints":
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html (Changes that I make are not
always immediately visible). Off unless asked for, by a POST to /_fencepost/iam of {"seconds": 2}.
The simulator knows at once, which is the worse case: a proof then begins too early.
"""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id
from ministack.services import iam

from embedded_aws.gateway import gate
from embedded_aws.protocol.request import Answer, Incoming

Policies = list[list[Any]]
CHANGES = ("AttachRolePolicy", "DetachRolePolicy", "PutRolePolicy", "DeleteRolePolicy")


class Lag:
    """How late, and what was in force before each role's last changes, until when."""

    seconds = 0.0
    before: dict[tuple[str, str], tuple[float, Policies]] = {}  # noqa: RUF012  # one host, one lag


current = iam_evaluator._gather_role_policies


def install() -> None:
    """Let decisions read a role's policies as they were; `current` are those of now."""
    iam_evaluator._gather_role_policies = _in_force
    for name in CHANGES:
        iam._IAM_HANDLERS[name] = _remembering(iam._IAM_HANDLERS[name])
    gate.root_routes[gate.ROOT_PREFIX + "iam"] = _turn


def _in_force(role: str, account: str) -> Policies:
    until, before = Lag.before.get((account, role), (0.0, []))
    if time.monotonic() < until:
        return before
    now: Policies = current(role, account)
    return now


def _remembering(change: Callable[[Mapping[str, Any]], Any]) -> Callable[[Mapping[str, Any]], Any]:
    def changed(parameters: Mapping[str, Any]) -> Any:
        if Lag.seconds:
            role, account = str(iam._p(parameters, "RoleName")), get_account_id()
            before = _in_force(role, account)
            Lag.before[account, role] = (time.monotonic() + Lag.seconds, before)
        return change(parameters)

    return changed


def _turn(request: Incoming) -> Answer:
    try:
        Lag.seconds = float(json.loads(request.body)["seconds"])
    except (ValueError, TypeError, KeyError) as error:
        return Answer(status=400, body=json.dumps({"message": str(error)}).encode())
    Lag.before.clear()
    return Answer(status=200, body=b"{}")
