"""IAM, asked everything that AWS would ask for each request to the embedded AWS.

MiniStack's own enforcement asks one question per request, about a resource that it often cannot
name, and lets pass what it does not know. Here a request is first read with botocore's models, then
every question that it raises is asked; what cannot be read is denied, and kept as a finding.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ministack import app as ministack
from ministack.core import iam_actions, iam_evaluator
from ministack.core.iam_evaluator import AuthError, EvalResult
from ministack.core.responses import get_account_id

from embedded_aws.cloudtrail import without_body
from embedded_aws.iam import key_records, messages, resource_tags
from embedded_aws.iam.calls import Call, Check, UnidentifiedCallError
from embedded_aws.iam.evaluation import decision, policy_evaluation
from embedded_aws.iam.evaluation.decision import Denial
from embedded_aws.iam.requirements import objects, service_linked_roles
from embedded_aws.iam.requirements.checks import checks_of
from embedded_aws.protocol import operations
from embedded_aws.protocol.request import Incoming
from embedded_aws.sessions import caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Unidentified:
    """A request that was denied because nobody knows which action it needs."""

    service: str
    method: str
    path: str
    target: str
    reason: str


@dataclass(slots=True, kw_only=True)
class _Request:
    """What is asked for the request that is being served."""

    service: str  # MiniStack's key
    region: str
    checks: tuple[Check, ...] = ()
    unidentified: bool = False
    settled: bool = False
    denial: Denial | None = None
    account: str = ""


findings: list[Unidentified] = []

_request: ContextVar[_Request | None] = ContextVar("enforced_request", default=None)
_raw_path: ContextVar[str] = ContextVar("raw_path", default="")

# The question that stands for "nobody knows": no policy can mean it.
UNIDENTIFIED = "fencepost-unidentified:Call"


def install() -> None:
    """Put our questions in the place of MiniStack's."""
    ministack.pin_signed_request = _remembering_path(ministack.pin_signed_request)
    original = iam_actions.extract_iam_action
    iam_actions.extract_iam_action = _reading_request(original)
    iam_actions.extract_resource_arn = _first_resource(iam_actions.extract_resource_arn)
    iam_actions.access_denied_response = _worded(iam_actions.access_denied_response)
    iam_evaluator.enforce = _enforce
    policy_evaluation.install()
    resource_tags.install()
    messages.install()


def _remembering_path(pin: Callable[..., None]) -> Callable[..., None]:
    """Keep the path as it was sent: labels may hold escaped slashes."""

    def pinned(
        method: str,
        raw_path: str,
        query: dict[str, list[str]],
        headers: list[tuple[bytes, bytes]],
        handshake: bool = False,  # noqa: FBT001, FBT002 - MiniStack's signature
    ) -> None:
        _raw_path.set(raw_path)
        _request.set(None)
        pin(method, raw_path, query, headers, handshake)

    return pinned


def _reading_request(original: Callable[..., str | None]) -> Callable[..., str | None]:
    def extract(
        service: str,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query: dict[str, Any],
    ) -> str | None:
        incoming = Incoming(
            method=method,
            path=path,
            raw_path=_raw_path.get() or quote(path, safe="/%"),
            query={k: v if isinstance(v, list) else [v] for k, v in query.items()},
            headers=headers,
            body=body,
        )
        _request.set(request := _questions(service, incoming))
        if request.unidentified:
            return UNIDENTIFIED
        if not request.checks:
            return None  # served to anyone who signs, or unsigned by the service's own model
        return original(service, method, path, headers, body, query) or request.checks[0].action

    return extract


def _questions(service: str, incoming: Incoming) -> _Request:
    region = ministack.extract_region(incoming.headers)
    request = _Request(service=service, region=region, account=get_account_id())
    try:
        call = _call(service, incoming, request)
        request.checks = () if objects.fail_before_iam(call) else checks_of(call)
    except UnidentifiedCallError as error:
        request.unidentified = True
        findings.append(
            Unidentified(
                service=service,
                method=incoming.method,
                path=incoming.path,
                target=incoming.headers.get("x-amz-target", ""),
                reason=str(error),
            )
        )
    return request


def _call(service: str, incoming: Incoming, request: _Request) -> Call:
    found = operations.identify(service, incoming)
    if found is None:
        raise UnidentifiedCallError(f"{service} {incoming.method} {incoming.path}")
    return Call(
        service=found.service,
        operation=found.name,
        params=found.parameters,
        account=request.account,
        region=request.region,
    )


def _first_resource(original: Callable[..., str]) -> Callable[..., str]:
    def extract(*args: Any) -> str:
        request = _request.get()
        return request.checks[0].resource if request and request.checks else original(*args)

    return extract


def _enforce(
    access_key_id: str,
    iam_action: str,
    service: str,
    region: str,
    resource_arn: str = "*",
    service_context: dict[str, Any] | None = None,
) -> EvalResult | AuthError | None:
    request = _request.get()
    if request is None:  # a data plane that names its own question, or a service inside
        return decision.evaluate(
            access_key_id, iam_action, service, region, resource_arn, service_context
        )
    if request.unidentified:
        return _unidentified(access_key_id, request)
    if not request.settled:
        answer = _ask_all(access_key_id, request, region or request.region, service_context or {})
        request.settled = True
        if isinstance(answer, AuthError):
            return answer
        request.denial = answer
        if signer := caller.current.get():
            key_records.record(request.checks, answer, signer)
    return _result(request.denial) if request.denial else None


def _ask_all(
    access_key: str, request: _Request, region: str, context: dict[str, Any]
) -> Denial | AuthError | None:
    for position, check in enumerate(request.checks):
        own = {**context, **check.context} if position == 0 else check.context
        prefix = check.action.partition(":")[0]
        question = Check(action=check.action, resource=check.resource, context=own)
        service = request.service if position == 0 else prefix
        answer = decision.ask(question, access_key, region=region, service=service)
        if answer is not None:
            return answer
    for check in request.checks:
        if check.action == "iam:CreateServiceLinkedRole" and "iam:AWSServiceName" in check.context:
            service_linked_roles.remember(request.account, check)
    return None


def _unidentified(access_key: str, request: _Request) -> EvalResult | AuthError | None:
    """Deny everybody but the account's root, whom no policy limits."""
    answer = decision.evaluate(access_key, UNIDENTIFIED, request.service, request.region)
    if isinstance(answer, AuthError):
        return answer
    principal = iam_evaluator.resolve_principal(access_key, request.account)
    if isinstance(principal, AuthError) or principal.policies is None:
        return principal if isinstance(principal, AuthError) else None
    request.denial = Denial(
        check=Check(action=UNIDENTIFIED),
        principal=principal.arn,
        reason="because the embedded AWS cannot identify the action of this request",
    )
    return _result(request.denial)


def _result(denial: Denial) -> EvalResult:
    return EvalResult("ImplicitDeny", denial.principal, "", denial.reason)


def _error_of(request: _Request, denial: Denial) -> tuple[str, str]:
    first = request.checks[0].action if request.checks else ""
    return messages.error_of(request.service, denial, request.account, first)


def _worded(original: Callable[..., Any]) -> Callable[..., Any]:
    def response(
        service: str,
        action: str,
        principal_arn: str,
        request_id: str,
        **details: Any,
    ) -> Any:
        request = _request.get()
        if request and request.denial and not details.get("error_code"):
            code, message = _error_of(request, request.denial)
            without_body.refusal.set((code, message))
            details |= {"error_code": code, "message": message}
        return original(service, action, principal_arn, request_id, **details)

    return response
