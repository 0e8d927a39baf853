"""Policies of few actions, and the ways to more permissions that they leave open."""

from lambdas.model.dossier.refinement import ExplainedStatement, Grant, Ground, PrincipalPolicy
from lambdas.model.iam.action import Action
from lambdas.model.iam.policy import Condition, Statement
from lambdas.model.iam.role_boundary import BOUNDARY_ARN, RoleBoundary
from lambdas.model.iam.template import Template
from lambdas.model.iam.way_up import BOUNDARY_KEY, WayUp
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.reference.ways.ways_up import ways_up

ROLE = "arn:${partition}:iam::${account}:role/orders-${stage}-*"
OTHERS = "arn:${partition}:iam::${account}:role/shared"
FUNCTION = "arn:${partition}:lambda:${region}:${account}:function:orders-${stage}-*"
BOUNDED = Condition(operator="ArnEquals", key=BOUNDARY_KEY, values=(BOUNDARY_ARN,))
TO_LAMBDA = Condition(
    operator="StringEquals",
    key="iam:PassedToService",
    values=(Template.of("lambda.amazonaws.com"),),
)
CREATE, PUT, PASS = "iam:CreateRole", "iam:PutRolePolicy", "iam:PassRole"

ANY_ROLE, ANY_USER = (f"arn:${{partition}}:iam::${{account}}:{kind}/*" for kind in ("role", "user"))


def allows(action: str, resource: str, *conditions: Condition) -> ExplainedStatement:
    template = Template.from_text(resource)
    known = Action.from_text(action)
    ground = Ground(kind=GroundKind.OBSERVED, text="seen", phases=("deploy",))
    return ExplainedStatement(
        statement=Statement(
            sid=f"{known.service.title()}{known.name}",
            actions=(known,),
            resources=(template,),
            conditions=conditions,
        ),
        purpose="it is needed",
        grants=(Grant(action=known, resource=template, grounds=(ground,)),),
    )


def bounding(
    roles: tuple[str, ...] = (), others: tuple[str, ...] = (), *, required: bool = True
) -> RoleBoundary:
    return RoleBoundary(
        name="fencepost-boundary-orders",
        required=required,
        statements=(),
        roles=roles,
        others=others,
    )


def ways(*statements: ExplainedStatement, required: bool = False) -> dict[str, WayUp]:
    policy = PrincipalPolicy(
        name="policy",
        principal="arn:aws:iam::123456789012:role/sandbox",
        statements=statements,
        packs=(tuple(range(len(statements))),),
    )
    found = ways_up(policy, bounding() if required else None)
    return {one.path: one for one in sorted(found, key=lambda one: not one.closed_by)}


def makes_functions(*of_roles: Condition) -> tuple[ExplainedStatement, ...]:
    return (
        allows(CREATE, ROLE, *of_roles),
        allows(PUT, ROLE, *of_roles),
        allows(PASS, ROLE, TO_LAMBDA),
        allows("lambda:CreateFunction", FUNCTION),
        allows("lambda:UpdateFunctionCode", FUNCTION),
    )
