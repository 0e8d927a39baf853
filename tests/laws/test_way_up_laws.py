"""Whatever a policy grants: where somebody who holds it comes to more, a way is told to be open."""

from hypothesis import given
from hypothesis import strategies as st

from lambdas.model.dossier.refinement import ExplainedStatement
from lambdas.model.iam.template_coverage import matches
from tests.unit.reference.policies import (
    ANY_ROLE,
    BOUNDED,
    CREATE,
    FUNCTION,
    OTHERS,
    PASS,
    PUT,
    ROLE,
    allows,
    ways,
)

VALUES = {
    "account": "1",
    "boundary": "b",
    "partition": "aws",
    "region": "eu-west-1",
    "stage": "dev",
}
BOUNDARY = "arn:aws:iam::1:policy/b"
NEW, OLD = "arn:aws:iam::1:role/orders-dev-new", "arn:aws:iam::1:role/shared"
AT = "arn:aws:lambda:eu-west-1:1:function"
OWN_FUNCTION, OLD_FUNCTION = f"{AT}:orders-dev-take", f"{AT}:payments"
MAKE, CODE, CONFIGURE, ASSUME, REMOVE = (
    "lambda:CreateFunction",
    "lambda:UpdateFunctionCode",
    "lambda:UpdateFunctionConfiguration",
    "sts:AssumeRole",
    "iam:DeleteRolePermissionsBoundary",
)
ON_ROLES = st.sampled_from([ROLE, OTHERS, ANY_ROLE, "*"])
ON_FUNCTIONS = st.sampled_from([FUNCTION, FUNCTION.replace("orders-${stage}-", ""), "*"])


@st.composite
def statements(draw: st.DrawFn) -> ExplainedStatement:
    """A grant on a role or a function; what can ask for the boundary does so or not."""
    action = draw(st.sampled_from([CREATE, PUT, PASS, ASSUME, REMOVE, MAKE, CODE, CONFIGURE]))
    on = ON_FUNCTIONS if action.startswith("lambda:") else ON_ROLES
    if action == CREATE:  # a name that the holder creates roles under is its own
        on = ON_ROLES.filter(lambda one: one != OTHERS)
    asks = action in (CREATE, PUT) and draw(st.booleans())
    return allows(action, draw(on), *([BOUNDED] if asks else []))


def may(policy: list[ExplainedStatement], action: str, resource: str, boundary: str = "") -> bool:
    """IAM's answer, where the request or the role has this boundary."""
    return any(
        str(one.statement.actions[0]) == action
        and matches(one.statement.resources[0].render(VALUES), resource)
        and (not one.statement.conditions or boundary == BOUNDARY)
        for one in policy
    )


def gains(policy: list[ExplainedStatement]) -> bool:
    """Somebody tries all of it: on a role and a function that were there, and on new ones."""
    free = may(policy, CREATE, NEW) or (
        may(policy, CREATE, NEW, BOUNDARY) and may(policy, REMOVE, NEW, BOUNDARY)
    )
    made = may(policy, MAKE, OWN_FUNCTION)
    return (
        may(policy, PUT, OLD)
        or may(policy, ASSUME, OLD)
        or (may(policy, PASS, OLD) and made)
        or may(policy, CODE, OLD_FUNCTION)
        or may(policy, CONFIGURE, OLD_FUNCTION)
        or (free and may(policy, PUT, NEW) and may(policy, ASSUME, NEW))
        or (free and may(policy, PUT, NEW) and may(policy, PASS, NEW) and made)
    )


@given(st.lists(statements(), min_size=1, max_size=6))
def test_where_something_is_gained_a_way_is_open(policy: list[ExplainedStatement]) -> None:
    if gains(policy):
        assert any(not one.closed_by for one in ways(*policy, required=True).values())


def test_the_usual_policy_gains_nothing_and_leaves_no_way_open() -> None:
    usual = [
        allows(CREATE, ROLE, BOUNDED),
        allows(PUT, ROLE, BOUNDED),
        allows(PASS, ROLE),
        allows(MAKE, FUNCTION),
        allows(CODE, FUNCTION),
    ]

    assert not gains(usual)
    assert all(one.closed_by for one in ways(*usual, required=True).values())
