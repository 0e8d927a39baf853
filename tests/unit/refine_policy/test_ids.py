"""Ids that a service gives to what the cycle makes, starts or publishes."""

from dataclasses import replace

import pytest

from tests.unit.refine_policy.builders import (
    ACCOUNT,
    REGION,
    forwarded,
    granted,
    refined,
    seen,
)
from tests.unit.refine_policy.names import AT, AT_TEMPLATE, resource_of


def test_what_was_started_has_an_id_that_only_later_calls_tell() -> None:
    task = "0f9d3c2b1a0f9d3c2b1a0f9d3c2b1a0f"
    lines = [
        seen("ecs:RunTask", f"arn:aws:ecs:{AT}:task-definition/migrate:12"),
        seen("ecs:DescribeTasks", f"arn:aws:ecs:{AT}:task/main/{task}"),
        seen("route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/Z0ABCDEF12345"),
        seen("route53:GetChange", "arn:aws:route53:::change/C0123456789ABCDEFGHIJ"),
    ]

    found = granted(refined(lines))

    assert found["ecs:RunTask"] == {
        f"arn:${{partition}}:ecs:{AT_TEMPLATE}:task-definition/migrate:12"
    }
    assert found["ecs:DescribeTasks"] == {f"arn:${{partition}}:ecs:{AT_TEMPLATE}:task/main/*"}
    assert found["route53:GetChange"] == {"arn:${partition}:route53:::change/*"}
    assert found["route53:ChangeResourceRecordSets"] == {
        "arn:${partition}:route53:::hostedzone/Z0ABCDEF12345"
    }


def test_an_id_beside_the_name_of_the_same_thing_reaches_no_others() -> None:
    group = (
        f"arn:aws:autoscaling:{AT}:autoScalingGroup:0a1b2c3d-1111-4222-8333-444455556666"
        ":autoScalingGroupName/orders-dev"
    )
    refinement = refined([seen("autoscaling:CreateAutoScalingGroup", group)])

    (found,) = granted(refinement)["autoscaling:CreateAutoScalingGroup"]
    assert found.endswith(":autoScalingGroup:*:autoScalingGroupName/orders-${stage}")
    assert "reaches-others" not in {one.kind for one in refinement.findings}


def test_ids_of_what_the_cycle_removed_are_wildcards_everywhere() -> None:
    vpc = f"arn:aws:ec2:{AT}:vpc/vpc-0123456789abcdef0"
    lines = [seen("ec2:DeleteVpc", vpc), seen("ec2:CreateSubnet", vpc)]

    assert resource_of("ec2:CreateSubnet", *lines) == {
        f"arn:${{partition}}:ec2:{AT_TEMPLATE}:vpc/*"
    }


def test_ids_below_something_made_are_wildcards_and_its_words_are_not() -> None:
    api = f"arn:aws:apigateway:{REGION}::/restapis"
    lines = [
        seen("apigateway:POST", api),
        seen("apigateway:PUT", f"{api}/a1b2c3d4e5/resources/abcdef/methods/POST"),
        seen("apigateway:GET", f"{api}/a1b2c3d4e5/stages/dev"),
    ]

    found = granted(refined(lines))

    head = "arn:${partition}:apigateway:${region}::/restapis/*"
    assert found["apigateway:PUT"] == {f"{head}/resources/*/methods/POST"}
    assert found["apigateway:GET"] == {f"{head}/stages/${{stage}}"}


def test_an_api_that_was_there_before_keeps_its_id() -> None:
    path = f"arn:aws:apigateway:{REGION}::/restapis/a1b2c3d4e5/deployments"

    assert resource_of("apigateway:POST", seen("apigateway:POST", path)) == {
        "arn:${partition}:apigateway:${region}::/restapis/a1b2c3d4e5/deployments"
    }


def test_an_id_that_the_service_made_up_varies_however_little_it_looks_like_one() -> None:
    application = f"arn:aws:appconfig:{AT}:application"
    made = replace(seen("appconfig:CreateApplication"), generated_ids=("abcdefg",))
    lines = [
        made,
        seen("appconfig:DeleteApplication", f"{application}/abcdefg"),
        seen("appconfig:GetApplication", f"{application}/shared7"),
    ]

    template = f"arn:${{partition}}:appconfig:{AT_TEMPLATE}:application"
    assert resource_of("appconfig:DeleteApplication", *lines) == {f"{template}/*"}
    assert resource_of("appconfig:GetApplication", *lines) == {f"{template}/shared7"}


def test_what_is_cancelled_was_made_here_too() -> None:
    profile = f"arn:aws:signer:{AT}:/signing-profiles/Signing_O8uFwJFtf4mY"
    lines = [seen("signer:PutSigningProfile"), seen("signer:CancelSigningProfile", profile)]

    assert resource_of("signer:CancelSigningProfile", *lines) == {
        f"arn:${{partition}}:signer:{AT_TEMPLATE}:/signing-profiles/Signing_*"
    }


def test_numbered_versions_of_what_was_published_are_wildcards() -> None:
    function = f"arn:aws:lambda:{AT}:function:orders-dev-take"
    lines = [
        forwarded("lambda:PublishVersion", function),
        forwarded("lambda:GetFunction", f"{function}:3"),
    ]

    take = f"arn:${{partition}}:lambda:{AT_TEMPLATE}:function:orders-${{stage}}-take"
    assert resource_of("lambda:GetFunction", *lines) == {take, f"{take}:*"}


def test_starting_what_is_there_makes_nothing() -> None:
    instance = f"arn:aws:ec2:{AT}:instance/i-0123456789abcdef0"
    found = granted(
        refined([seen("ec2:StartInstances", instance), seen("ec2:StopInstances", instance)])
    )
    kept = f"arn:${{partition}}:ec2:{AT_TEMPLATE}:instance/i-0123456789abcdef0"
    assert found["ec2:StopInstances"] == found["ec2:StartInstances"] == {kept}

    task = f"arn:aws:dms:{AT}:task:QWERTY7ABCDEF8GHIJKL9MNOPQ"
    found = granted(refined([seen("dms:StartReplicationTask", task)]))
    assert found["dms:StartReplicationTask"] == {
        f"arn:${{partition}}:dms:{AT_TEMPLATE}:task:QWERTY7ABCDEF8GHIJKL9MNOPQ"
    }


def test_ids_that_the_call_made_up_beside_its_own_are_not_pinned() -> None:
    made = replace(
        seen("ec2:RunInstances", f"arn:aws:ec2:{AT}:instance/i-0123456789abcdef0"),
        generated_ids=("eni-0123456789abcdef0", "i-0123456789abcdef0"),
    )
    beside = seen("ec2:RunInstances", f"arn:aws:ec2:{AT}:network-interface/eni-0123456789abcdef0")
    subnet = seen("ec2:RunInstances", f"arn:aws:ec2:{AT}:subnet/subnet-0123456789abcdef0")
    assert granted(refined([made, beside, subnet]))["ec2:RunInstances"] == {
        f"arn:${{partition}}:ec2:{AT_TEMPLATE}:instance/*",
        f"arn:${{partition}}:ec2:{AT_TEMPLATE}:network-interface/*",
        f"arn:${{partition}}:ec2:{AT_TEMPLATE}:subnet/subnet-0123456789abcdef0",
    }


def test_a_listener_that_was_made_makes_nothing_of_its_load_balancer() -> None:
    path = "app/shared/50dc6c495c0c9188"
    listener = f"arn:aws:elasticloadbalancing:{AT}:listener/{path}/f2f7dc8efc522ab2"

    assert resource_of(
        "elasticloadbalancing:DeleteListener",
        seen("elasticloadbalancing:DeleteListener", listener),
    ) == {f"arn:${{partition}}:elasticloadbalancing:{AT_TEMPLATE}:listener/{path}/*"}


def test_the_id_of_what_was_made_varies_where_it_serves_as_a_name_too() -> None:
    lines = [
        seen("ec2:TerminateInstances", f"arn:aws:ec2:{AT}:instance/i-0123456789abcdef0"),
        seen("logs:PutLogEvents", f"arn:aws:logs:{AT}:log-group:x:log-stream:i-0123456789abcdef0"),
    ]

    assert resource_of("logs:PutLogEvents", *lines) == {
        f"arn:${{partition}}:logs:{AT_TEMPLATE}:log-group:x:log-stream:*"
    }


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("amplify:DeleteApp", "amplify:{at}:apps/d1a2b3c4d5e6f7", "apps/*"),
        ("amplify:DeleteApp", "amplify:{at}:apps/storefront", "apps/storefront"),
        (
            "servicediscovery:DeleteNamespace",
            "servicediscovery:{at}:namespace/ns-a1b2c3d4e5f6g7h8",
            "namespace/*",
        ),
        (
            "kafka:CreateCluster",
            "kafka:{at}:cluster/x/0a1b2c3d-1111-4222-8333-444455556666-7",
            "cluster/x/*",
        ),
        ("cloudwatch:PutDashboard", "cloudwatch::{account}:dashboard/D-Zx9Cv8Bn7Mq8", "D-*"),
        ("rds:CreateOptionGroup", "rds:{at}:og:x-og-1qaz2wsx3ede", "og:x-og-*"),
        ("s3:PutBucketPolicy", "s3:::x-1qaz2wsx3ede", "x-1qaz2wsx3ede"),
    ],
)
def test_ids_and_names_of_what_was_made_vary_whatever_the_service(
    action: str, resource: str, expected: str
) -> None:
    arn = f"arn:aws:{resource.format(at=AT, account=ACCOUNT)}"

    (found,) = resource_of(action, seen(action, arn))

    assert found.endswith(expected)


def test_versions_of_a_layer_that_was_published_grow() -> None:
    layer = f"arn:aws:lambda:{AT}:layer:orders-dev-layer"
    lines = [
        seen("lambda:PublishLayerVersion", layer),
        seen("lambda:GetLayerVersion", f"{layer}:14"),
        seen("lambda:GetLayerVersion", layer.replace("orders-dev-layer", "shared:3")),
    ]

    assert resource_of("lambda:GetLayerVersion", *lines) == {
        f"arn:${{partition}}:lambda:{AT_TEMPLATE}:layer:orders-${{stage}}-layer:*",
        f"arn:${{partition}}:lambda:{AT_TEMPLATE}:layer:shared:3",
    }


def test_what_has_an_id_of_no_known_type_is_open_and_says_why() -> None:
    line = forwarded("ec2:CreateTags", f"arn:aws:ec2:{AT}:*/zzz-*")

    (statement,) = refined((line,)).policies[0].statements

    assert [str(one) for one in statement.statement.resources] == [
        f"arn:${{partition}}:ec2:{AT_TEMPLATE}:*/zzz-*"
    ]
    assert [one.reason for one in statement.wildcards] == [
        "the event does not tell the type",
        "the service makes up a new id for whatever is made, and IAM cannot tell it from others by name",
    ]
