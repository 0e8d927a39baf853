"""IAM's policy simulator: every action on every resource, with context, boundary and pages.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html
https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.iam_evaluator import EvalContext, ParsedStatement
from ministack.core.responses import get_account_id
from ministack.services import iam

from embedded_aws.iam.evaluation import consistency
from embedded_aws.iam.evaluation.simulator_responses import Verdict, result_of
from embedded_aws.protocol.query_forms import text_of

Parameters = Mapping[str, Any]
Response = tuple[int, dict[str, str], bytes]
Policies = list[list[ParsedStatement]]

PAGE = 100  # MaxItems unless told otherwise
ACTION = re.compile(r"[a-zA-Z0-9-]+:[a-zA-Z0-9]+")
_DECISIONS = {"Allow": "allowed", "Deny": "explicitDeny", "ImplicitDeny": "implicitDeny"}
# The simulator fills these in; it does not fill in where a request would be made.
# https://github.com/openshift/installer/issues/1322
_ALWAYS_THERE = {
    "aws:currenttime",
    "aws:epochtime",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principaltype",
    "aws:securetransport",
    "aws:userid",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What is simulated."""

    caller: str
    policies: Policies
    boundary: Policies | None
    actions: Sequence[str]
    resources: Sequence[str]
    context: Mapping[str, Any]  # by names in lower case
    resource_policy: str = ""


def install() -> None:
    """Answer the two operations in MiniStack's place."""
    iam._simulate_custom_policy = _custom
    iam._simulate_principal_policy = _principal
    handlers = getattr(iam, "_HANDLERS", None) or _handlers_of(iam)
    handlers["SimulateCustomPolicy"] = _custom
    handlers["SimulatePrincipalPolicy"] = _principal


def _handlers_of(module: Any) -> dict[str, Any]:
    """The dispatch table, whatever MiniStack calls it."""
    return next(
        value
        for value in vars(module).values()
        if isinstance(value, dict) and "SimulateCustomPolicy" in value
    )


def _custom(parameters: Parameters) -> Response:
    documents = _list(parameters, "PolicyInputList")
    if not documents:
        return _invalid("PolicyInputList must hold at least one policy.")
    caller = text_of(parameters, "CallerArn") or f"arn:aws:iam::{get_account_id()}:user/simulated"
    return _answer("SimulateCustomPolicy", parameters, caller, documents)


def _principal(parameters: Parameters) -> Response:
    source = text_of(parameters, "PolicySourceArn")
    kind, _, name = source.split(":", 5)[-1].partition("/")
    name = name.rsplit("/", 1)[-1]
    account = get_account_id()
    if kind == "role" and iam._roles.get(name):
        policies = consistency.current(name, account)
        store = iam._roles
    elif kind == "user" and iam._users.get(name):
        policies = iam_evaluator._gather_user_policies(name, account)
        store = iam._users
    else:
        message = f"The {kind or 'entity'} with name {name} cannot be found."
        return iam._error(404, "NoSuchEntity", message)  # type: ignore[no-any-return]
    limits = iam_evaluator._permissions_boundary(store, name, account)
    caller = text_of(parameters, "CallerArn") or source
    extra = [iam_evaluator.parse_policy_document(d) for d in _list(parameters, "PolicyInputList")]
    return _pages(
        "SimulatePrincipalPolicy",
        parameters,
        _simulation(parameters, caller, [*policies, *extra], limits[0] if limits else None),
    )


def _answer(
    operation: str, parameters: Parameters, caller: str, documents: Sequence[str]
) -> Response:
    policies = []
    for document in documents:
        problem = iam_evaluator.validate_policy_document(document)
        if problem:
            return _invalid(f"Syntax errors in policy. {problem}")
        policies.append(iam_evaluator.parse_policy_document(document))
    return _pages(operation, parameters, _simulation(parameters, caller, policies, None))


def _simulation(
    parameters: Parameters, caller: str, policies: Policies, boundary: Policies | None
) -> Simulation:
    given = _list(parameters, "PermissionsBoundaryPolicyInputList")
    if given:
        boundary = [iam_evaluator.parse_policy_document(document) for document in given]
    return Simulation(
        caller=caller,
        policies=policies,
        boundary=boundary,
        actions=_list(parameters, "ActionNames"),
        resources=_list(parameters, "ResourceArns") or ["*"],
        context=_context(parameters),
        resource_policy=text_of(parameters, "ResourcePolicy"),
    )


def _pages(operation: str, parameters: Parameters, simulation: Simulation) -> Response:
    for action in simulation.actions:
        if not ACTION.fullmatch(action):
            return _invalid(f"Action name {action} is not valid: wildcards are not allowed.")
    size = int(text_of(parameters, "MaxItems") or PAGE)
    start = int(text_of(parameters, "Marker") or 0)
    page = simulation.actions[start : start + size]
    results = "".join(result_of(action, _verdicts(action, simulation)) for action in page)
    more = start + size < len(simulation.actions)
    marker = f"<Marker>{start + size}</Marker>" if more else ""
    body = (
        f"<{operation}Result><EvaluationResults>{results}</EvaluationResults>"
        f"<IsTruncated>{str(more).lower()}</IsTruncated>{marker}</{operation}Result>"
    )
    return iam._xml(200, f"{operation}Response", body, ns="iam")  # type: ignore[no-any-return]


def _verdicts(action: str, simulation: Simulation) -> list[Verdict]:
    return [_verdict(action, resource, simulation) for resource in simulation.resources]


def _verdict(action: str, resource: str, simulation: Simulation) -> Verdict:
    account = simulation.caller.split(":")[4] if simulation.caller.startswith("arn:") else ""
    question = EvalContext(
        principal_arn=simulation.caller,
        principal_type="User" if ":user/" in simulation.caller else "AssumedRole",
        principal_account=account or get_account_id(),
        action=action,
        resource_arn=resource,
        region=str(simulation.context.get("aws:requestedregion", "")),
        service_context=dict(simulation.context),
    )
    limits = [] if simulation.boundary is None else [simulation.boundary]
    result = iam_evaluator.evaluate(question, simulation.policies, *limits)
    if simulation.resource_policy and ":role/" not in simulation.caller:
        # Resource-based policies are simulated for users only (the simulator's page).
        result = iam_evaluator.combine_resource_policy(
            result, question, simulation.resource_policy, question.principal_account
        )
    allows = None
    if simulation.boundary is not None:
        inner = iam_evaluator.evaluate(question, simulation.boundary)
        allows = inner.decision == "Allow"
    return Verdict(
        resource=resource,
        decision=_DECISIONS[result.decision],
        statement=result.matched_sid,
        missing=tuple(sorted(_missing(question, simulation))),
        boundary_allows=allows,
    )


def _missing(question: EvalContext, simulation: Simulation) -> set[str]:
    """Condition keys that the policies ask for and the caller did not give."""
    names: set[str] = set()
    statements = itertools.chain.from_iterable(simulation.policies)
    for statement in statements:
        about = iam_evaluator._action_matches(
            question.action, statement.actions, statement.not_actions
        )
        for block in statement.conditions.values() if about else ():
            names |= {key for key in block if isinstance(block, dict)}
    given = simulation.context.keys() | _ALWAYS_THERE
    return {name for name in names if name.lower() not in given}


def _context(parameters: Parameters) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for position in itertools.count(1):
        prefix = f"ContextEntries.member.{position}"
        name = text_of(parameters, f"{prefix}.ContextKeyName")
        if not name:
            return found
        values = _list(parameters, f"{prefix}.ContextKeyValues")
        many = text_of(parameters, f"{prefix}.ContextKeyType").endswith("List")
        found[name.lower()] = values if many else (values[0] if values else "")
    return found


def _list(parameters: Parameters, name: str) -> list[str]:
    return list(_each(parameters, name))


def _each(parameters: Parameters, name: str) -> Iterator[str]:
    for position in itertools.count(1):
        value = text_of(parameters, f"{name}.member.{position}")
        if not value:
            return
        yield value


def _invalid(message: str) -> Response:
    return iam._error(400, "InvalidInput", message)  # type: ignore[no-any-return]
