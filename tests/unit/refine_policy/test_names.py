"""What of a name varies by its words: variables, dates, account and region, and what stays fixed."""

import pytest

from lambdas.model.iam.action import Action
from lambdas.model.trail.evidence import Implied
from lambdas.model.trail.ground_kind import GroundKind
from tests.unit.refine_policy.builders import (
    ACCOUNT,
    REGION,
    a_process,
    granted,
    refined,
    seen,
)
from tests.unit.refine_policy.names import AT, AT_TEMPLATE, resource_of


def test_a_variables_value_is_replaced_as_a_word_only() -> None:
    name = "dev-developer-devel-mydev-dev2-dev_x.dev"
    expected = "${stage}-developer-devel-mydev-dev2-${stage}_x.${stage}"
    line = seen("dynamodb:DescribeTable", f"arn:aws:dynamodb:{AT}:table/{name}")

    assert resource_of("dynamodb:DescribeTable", line) == {
        f"arn:${{partition}}:dynamodb:{AT_TEMPLATE}:table/{expected}"
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("OrdersDevTable", "Orders${stage_title}Table"),
        ("ordersDev", "orders${stage_title}"),
        ("DevTable-x", "${stage_title}Table-x"),
        ("DevelopTable", "DevelopTable"),
        ("OrdersDev2", "OrdersDev2"),
        ("DevTable-dev", "DevTable-${stage}"),  # the word tells the stage; the hump is a name
        ("Orders_Dev", "Orders_${stage_title}"),
    ],
)
def test_a_value_in_title_case_is_found_within_words(name: str, expected: str) -> None:
    line = seen("dynamodb:DescribeTable", f"arn:aws:dynamodb:{AT}:table/{name}")
    refinement = refined([line])

    (statement,) = refinement.policies[0].statements
    assert [str(one) for one in statement.statement.resources] == [
        f"arn:${{partition}}:dynamodb:{AT_TEMPLATE}:table/{expected}"
    ]
    other = statement.statement.resources[0].render(
        {**dict(refinement.variables), **a_process().spellings("prove")}
    )
    assert other.endswith(expected.replace("${stage_title}", "Qa").replace("${stage}", "qa"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("etl-20261123", "etl-*"),
        ("etl-2026-11-24-17-00-00-123", "etl-*"),
        ("etl-2026-11-21", "etl-2026-11-21"),
        ("etl-20269999", "etl-20269999"),
    ],
)
def test_todays_date_in_a_name_is_another_tomorrow(name: str, expected: str) -> None:
    line = seen("glue:CreateJob", f"arn:aws:glue:{AT}:job/{name}")

    assert resource_of("glue:CreateJob", line) == {
        f"arn:${{partition}}:glue:{AT_TEMPLATE}:job/{expected}"
    }


def test_fixed_parts_of_an_arn_are_no_names() -> None:
    process = a_process(variables={"stage": {"learn": "table", "prove": "other"}})
    line = seen("dynamodb:DescribeTable", f"arn:aws:dynamodb:{AT}:table/table-x")

    assert resource_of("dynamodb:DescribeTable", line, process=process) == {
        f"arn:${{partition}}:dynamodb:{AT_TEMPLATE}:table/${{stage}}-x"
    }


def test_account_and_region_are_replaced_within_names_as_words() -> None:
    bucket = f"arn:aws:s3:::assets-{ACCOUNT}-{REGION}"

    assert resource_of("s3:ListBucket", seen("s3:ListBucket", bucket)) == {
        "arn:${partition}:s3:::assets-${account}-${region}"
    }


def test_another_account_another_region_and_another_partition_stay() -> None:
    layer = "arn:aws:lambda:us-east-1:999999999999:layer:powertools:7"

    assert resource_of("lambda:GetLayerVersion", seen("lambda:GetLayerVersion", layer)) == {
        "arn:${partition}:lambda:us-east-1:999999999999:layer:powertools:7"
    }


def test_a_qualified_function_is_asked_for_with_and_without_its_qualifier() -> None:
    alias = seen("lambda:AddPermission", f"arn:aws:lambda:{AT}:function:orders-dev-take:live")

    take = f"arn:${{partition}}:lambda:{AT_TEMPLATE}:function:orders-${{stage}}-take"
    assert resource_of("lambda:AddPermission", alias) == {take, f"{take}:live"}


def test_an_action_for_which_iam_names_no_resource_gets_every_resource_with_the_reason() -> None:
    mapping = f"arn:aws:lambda:{AT}:event-source-mapping:0a1b2c3d-1111-4222-8333-444455556666"
    refinement = refined([seen("lambda:CreateEventSourceMapping", mapping)])

    (statement,) = refinement.policies[0].statements
    assert [str(one) for one in statement.statement.resources] == ["*"]
    assert "IAM lets no policy name resources" in statement.wildcards[0].reason


@pytest.mark.parametrize(
    "path",
    [
        "aws-service-role/*/AWSServiceRoleForConfig",
        "aws-reserved/sso.amazonaws.com*/AWSReservedSSO_A_1",
    ],
)
def test_a_role_that_a_service_made_is_found_whatever_its_path(path: str) -> None:
    found = refined([seen("iam:GetRole", f"arn:aws:iam::{ACCOUNT}:role/{path}")])
    assert granted(found)["iam:GetRole"] == {f"arn:${{partition}}:iam::${{account}}:role/{path}"}
    assert any("path of a role that a service made" in one.detail for one in found.findings)


def test_what_is_no_arn_is_granted_on_every_resource_with_a_finding_and_never_as_it_stands() -> (
    None
):
    found = refined([seen("kms:ReEncryptFrom", "alias/from")])
    assert granted(found)["kms:ReEncryptFrom"] == {"*"}
    (finding,) = [one for one in found.findings if one.kind == "any-resource"]
    assert "'alias/from', which is no ARN" in finding.detail


def test_a_call_that_reaches_every_region_has_a_wildcard_there_and_no_literal_star() -> None:
    assert resource_of(
        "bedrock:InvokeModel",
        seen("bedrock:InvokeModel", "arn:aws:bedrock:*::foundation-model/m-v1"),
    ) == {"arn:${partition}:bedrock:*::foundation-model/m-v1"}


def test_a_resource_that_no_event_tells_is_granted_with_a_finding() -> None:
    refinement = refined([seen("dynamodb:DeleteTable", "*")])

    assert granted(refinement)["dynamodb:DeleteTable"] == {"*"}
    assert [one.subject for one in refinement.findings if one.kind == "any-resource"] == [
        "dynamodb:DeleteTable"
    ]


def test_what_a_derived_name_leaves_open_is_no_star_in_the_name() -> None:
    """RDS makes the secret of a database's first user as the caller: `rds!` and an id."""
    secret = Implied(
        kind=GroundKind.DEPENDENT_ACTION,
        action=Action("secretsmanager", "CreateSecret"),
        resource=f"arn:aws:secretsmanager:{AT}:secret:rds!*",
    )
    cluster = seen("rds:CreateDBCluster", f"arn:aws:rds:{AT}:cluster:orders-dev", implies=(secret,))

    assert granted(refined([cluster]))["secretsmanager:CreateSecret"] == {
        f"arn:${{partition}}:secretsmanager:{AT_TEMPLATE}:secret:rds!*"
    }


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("dms:DeleteEndpoint", "endpoint:*"),  # the reference has a star where the id stands
        ("imagebuilder:CreateComponent", "component/orders-web/*/*"),
        ("wafv2:PutLoggingConfiguration", "*/webacl/*/*"),
    ],
)
def test_a_part_that_no_event_tells_is_no_star_in_the_name(action: str, resource: str) -> None:
    service = action.partition(":")[0]
    line = seen(action, f"arn:aws:{service}:{AT}:{resource}")

    assert resource_of(action, line) == {f"arn:${{partition}}:{service}:{AT_TEMPLATE}:{resource}"}


def _ambiguous(*names: str, **variables: dict[str, str]) -> set[str]:
    lines = [
        seen("dynamodb:DescribeTable", f"arn:aws:dynamodb:{AT}:table/{name}") for name in names
    ]
    findings = refined(lines, process=a_process(variables=variables)).findings
    return {one.subject for one in findings if one.kind == "ambiguous-variable"}


def test_a_value_that_may_stand_for_something_else_is_said() -> None:
    dev = {"learn": "dev", "prove": "qa"}

    assert _ambiguous("orders-dev", stage=dev) == set()
    assert _ambiguous("dev-orders-dev", stage=dev) == {"stage"}
    assert _ambiguous("orders-dev", stage=dev, name=dev) == {"name and stage"}
    assert _ambiguous("OrdersDevTable", stage=dev) == {"stage_title"}
    assert _ambiguous("orders-1", slot={"learn": "1", "prove": "2"}) == {"slot"}


def test_the_word_that_is_said_anyway_is_not_said_twice() -> None:
    found = refined([seen("ec2:RunInstances", f"arn:aws:ec2:{AT}:instance/*")])
    (finding,) = [one for one in found.findings if one.kind == "wildcard"]
    assert "does not tell the id of the instance." in finding.detail
