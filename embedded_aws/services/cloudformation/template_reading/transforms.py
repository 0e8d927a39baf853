"""Transforms: each is authorised as a change set of its own, on the transform.

A change set that may not use one is made and fails, with the refusal as its reason.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-template.html
https://github.com/aws/serverless-application-model/issues/186
"""

import re
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

from embedded_aws.iam import messages
from embedded_aws.iam.calls import Check
from embedded_aws.iam.evaluation import decision
from embedded_aws.iam.evaluation.decision import Denial
from embedded_aws.ministack import services
from embedded_aws.sessions import caller

Engine = Callable[..., Any]

_NO_REPOSITORY = (
    "The embedded AWS has no Serverless Application Repository, in which {} is. "
    "Run the process in an account."
)
_ID = re.compile(r"<Id>([^<]+)</Id>")

# What was refused while a change set is made.
_refused: ContextVar[list[str] | None] = ContextVar("refused_transforms", default=None)


def failing(handler: Engine) -> Engine:
    """Let a change set whose transform is refused be made, and fail."""

    def handle(parameters: dict[str, Any]) -> Any:
        refused: list[str] = []
        token = _refused.set(refused)
        try:
            answer = handler(parameters)
        finally:
            _refused.reset(token)
        made = _ID.search(str(answer))
        if refused and made:
            change_set = services.service("cloudformation")._change_sets[made[1]]
            change_set |= {
                "Status": "FAILED",
                "ExecutionStatus": "UNAVAILABLE",
                "StatusReason": refused[0],
                "Changes": [],
            }
        return answer

    return handle


def require(template: dict[str, Any]) -> None:
    """Ask for every transform of a template.

    Raises:
        ValueError: one is refused, and no change set could say so.
    """
    for name in dict.fromkeys(names_in(template)):
        message = _refusal(name)
        if message:
            refuse(message)


def refuse_repository(template: dict[str, Any]) -> None:
    """SAM's translator would ask the real Serverless Application Repository.

    Raises:
        ValueError: the template nests an application that is there.
    """
    for logical_id, one in (template.get("Resources") or {}).items():
        if not isinstance(one, dict) or one.get("Type") != "AWS::Serverless::Application":
            continue
        location = (one.get("Properties") or {}).get("Location")
        if isinstance(location, dict) and "ApplicationId" in location:
            raise ValueError(_NO_REPOSITORY.format(logical_id))


def refuse(message: str) -> None:
    """Let the change set that is made fail.

    Raises:
        ValueError: there is none.
    """
    refused = _refused.get()
    if refused is None:
        raise ValueError(message)
    refused.append(message)


def names_in(template: Any, key: str = "Transform") -> Iterator[str]:
    """The names of the template's transforms, and of those inside it."""
    if isinstance(template, dict):
        declared = template.get(key) or ()
        for one in declared if isinstance(declared, list) else [declared]:
            name = one.get("Name") if isinstance(one, dict) else one
            if isinstance(name, str):
                yield name
        for name, value in template.items():
            if name != key:
                yield from names_in(value, "Fn::Transform")
    elif isinstance(template, list):
        for value in template:
            yield from names_in(value, "Fn::Transform")


def _refusal(transform: str) -> str:
    """Why the caller may not use a transform; AWS's own belong to the account `aws`."""
    signer = caller.current.get()
    if signer is None:
        return ""
    own = transform.startswith("AWS::")
    owner, name = ("aws", transform.removeprefix("AWS::")) if own else (signer.account, transform)
    resource = f"arn:aws:cloudformation:{signer.region}:{owner}:transform/{name}"
    check = Check(action="cloudformation:CreateChangeSet", resource=resource)
    answer = decision.ask(
        check, signer.access_key, region=signer.region, service="", via=signer.invoked_by
    )
    if answer is None:
        return ""
    if isinstance(answer, Denial):
        return messages.error_of("cloudformation", answer, signer.account, check.action)[1]
    return str(answer.message)
