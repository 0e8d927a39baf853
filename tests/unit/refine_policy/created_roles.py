"""Roles that a process creates and gives something, and the boundary that refinement makes for them."""

import json
from dataclasses import replace
from typing import Any

from lambdas.model.execution.run import Run
from lambdas.model.iam.role_boundary import RoleBoundary
from lambdas.model.trail.earlier_names import EarlierNames
from lambdas.reference import actions as reference
from lambdas.refine_policy.refine import refine
from tests.unit.refine_policy.builders import ACCOUNT, RUN, a_process, seen

SANDBOX = f"arn:aws:iam::{ACCOUNT}:role/fencepost-run-orders-sandbox"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/fencepost-boundary-orders"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/orders-dev-worker"
FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:orders-dev"
TABLE = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orders-dev"
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
RUN_HERE: Run = replace(RUN, principal=SANDBOX)


def mine(action: str, resource: str = "*", document: Any = None, **more: Any) -> Any:
    text = "" if document is None else json.dumps(document)
    return replace(seen(action, resource, principal=SANDBOX, **more), document=text)


def created(boundary: str = BOUNDARY, role: str = ROLE) -> Any:
    context = ((("iam:PermissionsBoundary", boundary),)) if boundary else ()
    return mine("iam:CreateRole", role, context=context)


def given(*statements: dict[str, Any], role: str = ROLE) -> Any:
    return mine("iam:PutRolePolicy", role, {"Statement": list(statements)})


def allow(action: Any, resource: Any = TABLE, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def refined(*lines: Any, use: str = "required", managed: dict[str, str] | None = None) -> Any:
    return refine(
        run=RUN_HERE,
        process=a_process(policy={"boundary": use}),
        generated=(),
        evidence=lines,
        reference=reference,
        history=EarlierNames(),
        managed=managed or {},
    )


def boundary(*lines: Any, **more: Any) -> RoleBoundary:
    found: RoleBoundary = refined(*lines, **more).boundary
    return found


def rules(found: RoleBoundary) -> set[tuple[str, str, str]]:
    return {
        (one.effect, action, str(resource))
        for one in found.statements
        for action in one.actions
        for resource in one.resources
    }
