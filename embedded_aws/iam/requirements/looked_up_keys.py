"""Condition keys that a request does not spell: they are looked up, or worked out."""

from typing import Any

from ministack.services import iam

from embedded_aws.iam.calls import Call
from embedded_aws.ministack import services


def _invoked(call: Call) -> str:
    """The function that a mapping invokes as it stands.

    https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
    """
    known = services.service("lambda_svc")._esms.get(str(call.params.get("UUID") or ""))
    return str((known or {}).get("FunctionArn") or "")


def special_keys(action: str, call: Call) -> dict[str, Any]:
    """Condition keys that must be looked up or worked out."""
    if call.service == "lambda" and "EventSourceMapping" in action:
        if action == "lambda:GetEventSourceMapping":
            return {}  # Lambda's own page lists no condition for it, the reference one
        name = str(call.params.get("FunctionName") or "") or _invoked(call)
        base = f"arn:{call.partition}:lambda:{call.region}:{call.account}:function:"
        arn = name if name.startswith("arn:") else f"{base}{name}"
        return {"lambda:FunctionArn": arn} if name else {}
    if call.service == "iam" and call.params.get("RoleName"):
        # Changing what a role may do is conditioned on the boundary that it has.
        role = iam._roles.get(str(call.params["RoleName"])) or {}
        boundary = call.params.get("PermissionsBoundary") or role.get("PermissionsBoundary")
        return {"iam:PermissionsBoundary": str(boundary)} if boundary else {}
    if (
        call.key == "cloudformation:CreateChangeSet"
        and call.params.get("ChangeSetType") == "IMPORT"
    ):
        imported = call.params.get("ResourcesToImport") or ()
        return {
            "cloudformation:ImportResourceTypes": [str(one["ResourceType"]) for one in imported]
        }
    return {}
