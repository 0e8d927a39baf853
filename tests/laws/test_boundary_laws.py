"""What holds for every boundary, whatever the created roles are given: it lets nobody up."""

from fnmatch import fnmatchcase
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lambdas.model.trail.evidence import Evidence
from tests.unit.refine_policy.builders import ACCOUNT, REGION
from tests.unit.refine_policy.created_roles import BOUNDARY, ROLE, boundary, created, mine
from tests.unit.refine_policy.created_roles import given as policy_of

IAM, LAMBDA = f"arn:aws:iam::{ACCOUNT}", f"arn:aws:lambda:{REGION}:{ACCOUNT}"
OWN_FUNCTION, FUNCTION = f"{LAMBDA}:function:orders-dev", f"{LAMBDA}:function:payments"
ADMIN, USER = f"{IAM}:role/admin", f"{IAM}:user/root-like"
ASKED = "iam:PermissionsBoundary"
VALUES = {
    "account": ACCOUNT,
    "boundary": BOUNDARY.rpartition("/")[2],
    "partition": "aws",
    "region": REGION,
    "stage": "dev",
}
# Action, resource, and the boundary that the request names or the role has.
ATTACKS = (
    ("iam:CreateRole", f"{IAM}:role/mine", ""),
    ("iam:CreateRole", f"{IAM}:role/mine", f"{IAM}:policy/another"),
    ("iam:PutRolePolicy", ROLE, ""),
    ("iam:AttachRolePolicy", ADMIN, f"{IAM}:policy/another"),
    ("iam:UpdateAssumeRolePolicy", ADMIN, ""),
    ("iam:PutRolePermissionsBoundary", ROLE, f"{IAM}:policy/another"),
    ("iam:DeleteRolePermissionsBoundary", ROLE, BOUNDARY),
    ("iam:CreatePolicyVersion", BOUNDARY, ""),
    ("iam:SetDefaultPolicyVersion", BOUNDARY, ""),
    ("iam:CreateAccessKey", USER, ""),
    ("iam:UpdateLoginProfile", USER, ""),
    ("iam:AddUserToGroup", f"{IAM}:group/admins", ""),
    ("iam:UpdateSAMLProvider", f"{IAM}:saml-provider/office", ""),
    ("iam:PassRole", ADMIN, ""),
    ("sts:AssumeRole", ADMIN, ""),
    ("lambda:UpdateFunctionCode", FUNCTION, ""),
    ("lambda:UpdateFunctionConfiguration", FUNCTION, ""),
    ("ssm:SendCommand", f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/i-1", ""),
    ("cloudformation:UpdateStack", f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/p/1", ""),
    ("eks:CreateAccessEntry", f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/shared", ""),
)
NAMED = st.sampled_from([*(action for action, _, _ in ATTACKS), "s3:GetObject", "dynamodb:Query"])
PATTERNS = st.sampled_from(
    (
        *("*", "i*", "iam:*", "iam:Put*", "iam:?reateRole", "IAM:*role*", "sts:*", "*:Update*"),
        *("lambda:*", "lambda:Update*", "ssm:Send*", "cloudformation:*", "eks:Create*", "s3:*"),
    )
)
RESOURCES = st.sampled_from(
    ("*", ROLE, ADMIN, f"{IAM}:role/*", f"{IAM}:*", BOUNDARY, OWN_FUNCTION, FUNCTION, USER)
)


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    actions = draw(st.lists(st.one_of(NAMED, PATTERNS), min_size=1, max_size=3))
    resources = draw(st.lists(RESOURCES, min_size=1, max_size=2))
    return {
        "Effect": "Allow",
        draw(st.sampled_from(["Action", "Action", "NotAction"])): actions,
        draw(st.sampled_from(["Resource", "Resource", "NotResource"])): resources,
    }


@given(
    st.lists(statements(), min_size=1, max_size=3),
    st.sampled_from([[], [mine("lambda:CreateFunction", OWN_FUNCTION)]]),
)
def test_no_boundary_lets_a_created_role_act_as_others_or_change_its_fence(
    given_: list[dict[str, Any]], lines: list[Evidence]
) -> None:
    document = boundary(created(), policy_of(*given_), *lines).render(VALUES)

    for action, resource, asked in ATTACKS:
        assert not allowed(document, action, resource, asked), (action, resource, asked)


def test_what_the_law_tries_succeeds_without_the_boundary() -> None:
    """Else it would be no test."""
    document = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}

    assert all(allowed(document, *one) for one in ATTACKS)


def test_a_role_that_makes_roles_makes_them_with_the_boundary() -> None:
    """The boundary is no wall: what leads nowhere stays open."""
    line = policy_of({"Effect": "Allow", "Action": "*", "Resource": "*"})
    document = boundary(created(), line).render(VALUES)

    assert allowed(document, "iam:CreateRole", f"{IAM}:role/mine", BOUNDARY)
    assert allowed(document, "iam:PassRole", ROLE, "")
    assert allowed(document, "dynamodb:Query", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/t", "")


def allowed(document: dict[str, Any], action: str, resource: str, asked: str) -> bool:
    """Some Allow fits, and no Deny does."""
    effects = {
        one["Effect"]
        for one in document["Statement"]
        if _fits(one, "Action", action.lower())
        and _fits(one, "Resource", resource)
        and _meets(one.get("Condition", {}), asked)
    }
    return effects == {"Allow"}


def _fits(statement: dict[str, Any], element: str, text: str) -> bool:
    turned = f"Not{element}" in statement
    raw = statement[f"Not{element}" if turned else element]
    patterns = [raw] if isinstance(raw, str) else raw
    fold = element == "Action"
    found = any(fnmatchcase(text, one.lower() if fold else one) for one in patterns)
    return found is not turned


def _meets(condition: dict[str, dict[str, Any]], asked: str) -> bool:
    """Of a key that is absent, a negated operator holds."""
    for operator, tests in condition.items():
        for key, value in tests.items():
            assert key == ASKED, key
            same = asked == value
            if same is (operator == "ArnNotEquals"):
                return False
    return True
