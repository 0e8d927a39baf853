"""Who may assume a role, what a session may then do, and who it is."""

import uuid

import pytest
from botocore.exceptions import ClientError

from local.connection import Connection
from tests.embedded_aws import principals
from tests.embedded_aws.principals import allow, as_role, document, somebody

pytestmark = pytest.mark.local


def test_a_boundary_limits_what_a_policy_grants(embedded: Connection) -> None:
    boundary = embedded.client("iam").create_policy(
        PolicyName=f"b-{uuid.uuid4().hex[:8]}", PolicyDocument=document(allow("sqs:*"))
    )["Policy"]["Arn"]
    caller = somebody(embedded, allow("*"), PermissionsBoundary=boundary)

    caller.client("sqs").list_queues()
    with pytest.raises(ClientError, match="because no permissions boundary allows"):
        caller.client("sns").list_topics()


def test_a_session_policy_limits_what_a_role_may(embedded: Connection) -> None:
    role = principals.a_role(embedded, allow("*"))
    caller = as_role(embedded, role, Policy=document(allow("sqs:*")))

    caller.client("sqs").list_queues()
    with pytest.raises(ClientError, match="because no session policy allows"):
        caller.client("sns").list_topics()


def test_a_role_is_assumed_by_whom_it_trusts_and_by_nobody_else(embedded: Connection) -> None:
    mine = principals.a_role(embedded, allow("sts:AssumeRole"))
    other = principals.a_role(embedded, allow("sts:AssumeRole"))
    target = principals.a_role(embedded, trust=principals.trusting({"AWS": mine}))

    as_role(as_role(embedded, mine), target)
    with pytest.raises(ClientError, match="not authorized to perform: sts:AssumeRole"):
        as_role(as_role(embedded, other), target)


def test_a_role_for_a_service_is_assumed_by_no_person(embedded: Connection) -> None:
    target = principals.a_role(
        embedded, trust=principals.trusting({"Service": "codebuild.amazonaws.com"})
    )

    with pytest.raises(ClientError, match="not authorized to perform: sts:AssumeRole"):
        as_role(embedded, target)


def test_who_is_named_in_the_trust_needs_no_further_grant(embedded: Connection) -> None:
    mine = principals.a_role(embedded, allow("sqs:*"))
    target = principals.a_role(embedded, trust=principals.trusting({"AWS": mine}))
    account = principals.a_role(embedded)

    as_role(as_role(embedded, mine), target)
    with pytest.raises(ClientError, match="not authorized to perform: sts:AssumeRole"):
        as_role(as_role(embedded, mine), account)


def test_a_trust_asks_for_the_external_id(embedded: Connection) -> None:
    mine = principals.a_role(embedded, allow("sts:AssumeRole"))
    caller = as_role(embedded, mine)
    trust = principals.trusting({"AWS": mine}, StringEquals={"sts:ExternalId": "secret"})
    target = principals.a_role(embedded, trust=trust)

    as_role(caller, target, ExternalId="secret")
    with pytest.raises(ClientError, match="sts:AssumeRole"):
        as_role(caller, target, ExternalId="guess")


def test_a_trust_asks_for_the_session_name(embedded: Connection) -> None:
    mine = principals.a_role(embedded, allow("sts:AssumeRole"))
    trust = principals.trusting({"AWS": mine}, StringLike={"sts:RoleSessionName": "other.*"})
    target = principals.a_role(embedded, trust=trust)

    with pytest.raises(ClientError, match="sts:AssumeRole"):
        as_role(as_role(embedded, mine), target)


def test_the_principals_arn_is_the_roles_not_the_sessions(embedded: Connection) -> None:
    account = embedded.account
    name = f"r-{uuid.uuid4().hex[:8]}"
    condition = {"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{account}:role/p/{name}"}}
    iam = embedded.client("iam")
    root = {"AWS": f"arn:aws:iam::{account}:root"}
    iam.create_role(RoleName=name, Path="/p/", AssumeRolePolicyDocument=principals.trusting(root))
    iam.put_role_policy(
        RoleName=name, PolicyName="p", PolicyDocument=document(allow("sqs:*", "*", **condition))
    )

    as_role(embedded, f"arn:aws:iam::{account}:role/p/{name}").client("sqs").list_queues()
