"""IAM's answer to a question, and how AWS words a no."""

from dataclasses import dataclass
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.iam_evaluator import AuthError, EvalContext, EvalResult

from embedded_aws.cloudtrail import records
from embedded_aws.iam import refusal_words, resource_tags
from embedded_aws.iam.calls import Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """A question that IAM answered with no."""

    check: Check
    principal: str
    reason: str  # "because no identity-based policy allows the s3:GetObject action"

    @property
    def message(self) -> str:
        """AWS's sentence, as the action's own service words it."""
        return refusal_words.sentence(self.check, self.principal, self.reason)


def ask(
    check: Check, access_key: str, *, region: str, service: str, via: tuple[str, ...] = ()
) -> Denial | AuthError | None:
    """Ask IAM whether the holder of a key may do something; nothing means yes."""
    prefix = check.action.partition(":")[0]
    home = records.region_of(f"{prefix}.amazonaws.com", region)
    context = {**check.context, **_called_via(via)}
    answers = [
        _evaluated(access_key, action, service or prefix, home, check.resource, context)
        for action in (check.action, *check.alternatives)
    ]
    answer = answers[0]
    if answer is None or None in answers or isinstance(answer, AuthError):
        return answer if isinstance(answer, AuthError) else None
    return Denial(
        check=check,
        principal=answer.principal_arn,
        reason=_reason(answer, check, access_key, home, context),
    )


def _evaluated(
    access_key: str,
    action: str,
    service: str,
    region: str,
    resource: str,
    context: dict[str, Any],
) -> EvalResult | AuthError | None:
    token = resource_tags.asked.set(action)
    try:
        return evaluate(
            access_key,
            action,
            service,
            region,
            resource_arn=resource,
            service_context=context,
        )
    finally:
        resource_tags.asked.reset(token)


# MiniStack's own evaluation, kept before anything replaces the name it is called by.
evaluate = iam_evaluator.enforce


def _called_via(services: tuple[str, ...]) -> dict[str, Any]:
    """What a forward access session adds.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html
    """
    if not services:
        return {"aws:ViaAWSService": "false"}
    return {
        "aws:CalledVia": list(services),
        "aws:CalledViaFirst": services[0],
        "aws:CalledViaLast": services[-1],
        "aws:ViaAWSService": "true",
    }


def _reason(
    answer: EvalResult, check: Check, access_key: str, region: str, context: dict[str, Any]
) -> str:
    if answer.resource_policy_arn:
        return "with an explicit deny in a resource-based policy"
    account = answer.principal_arn.split(":")[4] if answer.principal_arn.startswith("arn:") else ""
    principal = iam_evaluator.resolve_principal(access_key, account)
    question = EvalContext(
        principal_arn=answer.principal_arn,
        principal_type="",
        principal_account=account,
        action=check.action,
        resource_arn=check.resource,
        region=region,
        service_context={key.lower(): value for key, value in context.items()},
    )
    kind = "identity-based policy"
    if not isinstance(principal, AuthError) and principal.policies is not None:
        kind = _responsible(principal, question, explicit=answer.decision == "Deny")
    if answer.decision == "Deny":
        article = "an" if kind.startswith("identity") else "a"
        return f"with an explicit deny in {article} {kind}"
    return f"because no {kind} allows the {check.action} action"


def _responsible(principal: Any, question: EvalContext, *, explicit: bool) -> str:
    """Which kind of policy said no: the first that would have to change."""
    question.principal_keys = principal.keys
    layers = [("identity-based policy", principal.policies)]
    # MiniStack lists the boundary first, then the session's policies.
    names = ["permissions boundary", "session policy"][-len(principal.limits) or 2 :]
    layers += list(zip(names, principal.limits, strict=False))
    if len(principal.limits) == 1 and _has_boundary(principal):
        layers[1] = ("permissions boundary", principal.limits[0])
    for kind, policies in layers:
        decision = iam_evaluator.evaluate(question, policies).decision
        if (decision == "Deny") if explicit else (decision != "Allow"):
            return kind
    return "identity-based policy"


def _has_boundary(principal: Any) -> bool:
    from ministack.services import iam  # noqa: PLC0415 - beside its only use

    name = principal.arn.split("/")[1]
    role = iam._roles.get_scoped(principal.account, None, name) or {}
    return bool(role.get("PermissionsBoundary"))
