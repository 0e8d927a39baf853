"""A policy is kept to the process's own things wherever AWS documents how, and says where not."""

from dataclasses import replace

import pytest

from lambdas.model.dossier.containment import (
    Containment,
    Whose,
)
from lambdas.model.dossier.refinement import Refinement
from lambdas.model.trail.evidence import Evidence, Outcome
from lambdas.model.trail.stack import Stack, StackResource
from tests.unit.refine_policy.builders import (
    ACCOUNT,
    REGION,
    a_process,
    conditions,
    forwarded,
    granted,
    implied,
    refined,
    seen,
)

API = "a1b2c3d4e5"
MAPPING = (
    f"arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:0a1b2c3d-1111-4222-8333-444455556666"
)
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:orders-dev-ship"
STACK = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/orders-dev/0a1b2c3d"
POOL = f"{REGION}_Ab1Cd2Ef3"
STACK_TAG = "aws:ResourceTag/aws:cloudformation:stack-name"
FUNCTION_ARN = "lambda:FunctionArn"
IMPORTS = "cloudformation:ImportResourceTypes"


def gateway(path: str) -> str:
    return f"arn:aws:apigateway:{REGION}::{path}"


def pool(pool_id: str) -> str:
    return f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{pool_id}"


def vpc(kind: str, ec2_id: str) -> str:
    return f"arn:aws:ec2:{REGION}:{ACCOUNT}:{kind}/{ec2_id}"


def stack(*resources: tuple[str, str], name: str = STACK) -> Stack:
    return Stack(
        id=name,
        resources=tuple(
            StackResource(logical_id=f"It{at}", type=kind, physical_id=physical)
            for at, (kind, physical) in enumerate(resources)
        ),
    )


TAGS = implied("tag-on-create", "apigateway:PUT", gateway("/tags/*"))
CHANGES = seen("cloudformation:CreateChangeSet", STACK)
REST_API = ("AWS::ApiGateway::RestApi",)
MADE = forwarded("apigateway:POST", gateway("/restapis"), implies=(TAGS,), types=REST_API)
REMOVED = forwarded("apigateway:DELETE", gateway(f"/restapis/{API}"))
OWN = stack(("AWS::ApiGateway::RestApi", API))


def with_api(*lines: Evidence, **more: object) -> Refinement:
    found: dict[str, object] = {"stacks": [OWN], **more}
    return refined([CHANGES, MADE, REMOVED, *lines], **found)  # type: ignore[arg-type]


def reached(refinement: Refinement, action: str) -> dict[str, str]:
    """The open grants of an action: the resource's end, and why."""
    assert refinement.containment
    return {
        one.resource.rpartition("::")[2] or one.resource: one.because
        for one in refinement.containment.reaches
        if one.action == action
    }


def test_what_a_stack_made_is_told_by_its_stacks_name() -> None:
    refinement = with_api(
        forwarded("apigateway:PATCH", gateway(f"/restapis/{API}")),
        forwarded("apigateway:POST", gateway(f"/restapis/{API}/deployments")),
        forwarded("apigateway:PUT", gateway(f"/restapis/{API}/resources/x1y2z3/methods/GET")),
    )

    for action in ("apigateway:DELETE", "apigateway:PATCH"):
        assert conditions(refinement, action)[STACK_TAG] == ("orders-${stage}",)
        assert reached(refinement, action) == {}
    assert "/restapis/*/deployments" not in reached(refinement, "apigateway:POST")
    assert reached(refinement, "apigateway:PUT").keys() == {"/tags/*"}


def test_nobody_may_import_what_the_tag_would_then_stand_on() -> None:
    refinement = with_api()
    bare = refined([CHANGES])

    assert conditions(refinement, "cloudformation:CreateChangeSet") == {IMPORTS: ("true",)}
    assert conditions(bare, "cloudformation:CreateChangeSet") == {}


def test_a_cycle_that_imports_goes_on_importing() -> None:
    importing = seen("cloudformation:CreateChangeSet", STACK, context=((IMPORTS, "*"),))
    refinement = with_api(importing)

    assert conditions(refinement, "cloudformation:CreateChangeSet") == {}


def test_a_stack_whose_name_is_made_anew_is_told_by_its_pattern() -> None:
    nested = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/orders-dev-Api-1A2B3C4D5E6F/9f"
    refinement = refined(
        [CHANGES, forwarded("cloudformation:CreateStack", nested), MADE, REMOVED],
        stacks=[stack(("AWS::ApiGateway::RestApi", API), name=nested)],
    )
    (statement,) = (
        one.statement
        for one in refinement.policies[0].statements
        if "apigateway:DELETE" in map(str, one.statement.actions)
    )
    (tag,) = (one for one in statement.conditions if one.key == STACK_TAG)

    assert (tag.operator, [str(one) for one in tag.values]) == (
        "StringLike",
        ["orders-${stage}-Api-*"],
    )


@pytest.mark.parametrize(
    ("lines", "because"),
    [
        (  # the tag is gone when CloudFormation looks whether the thing is
            [forwarded("apigateway:GET", gateway(f"/restapis/{API}"))],
            "CloudFormation may read it after it is deleted, and must then be told that it is gone",
        ),
        (
            [
                seen(
                    "apigateway:GET",
                    gateway(f"/restapis/{API}"),
                    outcome=Outcome.FAILED,
                    error="NotFoundException",
                )
            ],
            "the call asked about something missing, and must be told so",
        ),
    ],
)
def test_a_read_of_what_may_be_gone_has_no_condition(lines: list[Evidence], because: str) -> None:
    refinement = with_api(*lines)

    assert STACK_TAG not in conditions(refinement, "apigateway:GET")
    assert reached(refinement, "apigateway:GET") == {"/restapis/*": because}


def test_a_read_of_ones_own_that_always_found_it_has_one() -> None:
    refinement = with_api(seen("apigateway:GET", gateway(f"/restapis/{API}/stages/dev")))

    assert conditions(refinement, "apigateway:GET")[STACK_TAG] == ("orders-${stage}",)
    assert reached(refinement, "apigateway:GET") == {}


UNTAGGED = forwarded("apigateway:POST", gateway("/restapis"), types=REST_API)


@pytest.mark.parametrize(
    "making",
    [
        [UNTAGGED],
        # A later update with tags tells nothing of the next API that is made.
        [UNTAGGED, forwarded("apigateway:PUT", gateway(f"/tags/arn%3Aaws%3A{API}"))],
        [MADE, UNTAGGED],
    ],
)
def test_what_is_not_always_made_with_tags_has_none(making: list[Evidence]) -> None:
    refinement = refined([CHANGES, *making, REMOVED], stacks=[OWN])

    assert STACK_TAG not in conditions(refinement, "apigateway:DELETE")
    (because,) = reached(refinement, "apigateway:DELETE").values()
    assert "does not give it tags whenever it is made" in because
    (told,) = (one for one in refinement.findings if one.detail.endswith(f"{because}."))
    assert told.action.startswith("Give its stack a tag")


def test_whoever_may_not_tag_has_none() -> None:
    process = a_process(policy={"derivations": {"tag-on-create": False}})

    assert STACK_TAG not in conditions(with_api(process=process), "apigateway:DELETE")


def test_what_no_stack_made_has_none() -> None:
    refinement = refined([CHANGES, MADE, REMOVED])

    assert reached(refinement, "apigateway:DELETE") == {
        "/restapis/*": "no stack that was read says that it created the resource"
    }


def test_a_repair_takes_the_condition_back() -> None:
    refused = forwarded(
        "apigateway:DELETE",
        gateway(f"/restapis/{API}"),
        outcome=Outcome.DENIED_IN_PROOF,
        error="AccessDeniedException",
    )
    refinement = with_api(refused)

    found = [
        one.statement.conditions
        for one in refinement.policies[0].statements
        if "apigateway:DELETE" in map(str, one.statement.actions)
    ]
    assert any(STACK_TAG not in {one.key for one in some} for some in found)
    assert "/restapis/*" in reached(refinement, "apigateway:DELETE")


def test_the_owner_switches_it_off() -> None:
    process = a_process(policy={"conditions": {"containment": False}})
    lines = [forwarded("lambda:DeleteEventSourceMapping", MAPPING, context=INVOKES)]
    refinement = with_api(*lines, process=process)

    assert STACK_TAG not in conditions(refinement, "apigateway:DELETE")
    assert FUNCTION_ARN not in conditions(refinement, "lambda:DeleteEventSourceMapping")
    off = "process.yaml switches the condition off"
    assert set(reached(refinement, "apigateway:DELETE").values()) == {off}
    assert "unused-hint" not in {one.kind for one in refinement.findings}


def test_switching_off_what_is_nowhere_is_told() -> None:
    process = a_process(policy={"conditions": {"containment": False}})

    kinds = {one.subject for one in refined([CHANGES], process=process).findings}
    assert "policy.conditions.containment" in kinds


INVOKES = ((FUNCTION_ARN, FUNCTION),)
BY_FUNCTION = ("arn:${partition}:lambda:${region}:${account}:function:orders-${stage}-ship",)


def test_a_mapping_is_told_by_the_function_that_it_invokes() -> None:
    refinement = refined(
        [
            forwarded("lambda:CreateEventSourceMapping", context=INVOKES),
            forwarded("lambda:GetEventSourceMapping", MAPPING),
            forwarded(
                "lambda:DeleteEventSourceMapping",
                MAPPING,
                context=INVOKES,
                types=("AWS::Lambda::EventSourceMapping",),
            ),
        ]
    )

    for verb in ("Create", "Delete", "Update"):
        found = conditions(refinement, f"lambda:{verb}EventSourceMapping")
        assert found[FUNCTION_ARN] == BY_FUNCTION, verb
    assert FUNCTION_ARN not in conditions(refinement, "lambda:GetEventSourceMapping")
    assert refinement.containment
    assert [one.action for one in refinement.containment.reaches] == [
        "lambda:GetEventSourceMapping"
    ]


def test_the_call_that_makes_a_mapping_tells_the_function_of_its_id() -> None:
    making = forwarded("lambda:CreateEventSourceMapping", context=INVOKES)
    refinement = refined(
        [
            replace(making, generated_ids=(MAPPING.rpartition(":")[2],)),
            forwarded("lambda:DeleteEventSourceMapping", MAPPING),
        ]
    )

    found = conditions(refinement, "lambda:DeleteEventSourceMapping")
    assert found[FUNCTION_ARN] == BY_FUNCTION


def test_a_mapping_whose_function_no_event_tells_has_none() -> None:
    refinement = refined([forwarded("lambda:DeleteEventSourceMapping", MAPPING)])

    assert set(reached(refinement, "lambda:DeleteEventSourceMapping").values()) == {
        "no event tells which function it invokes"
    }


def test_of_a_type_that_makes_up_its_ids_everything_that_changes_it_is_conditioned() -> None:
    tagging = implied("tag-on-create", "cognito-idp:TagResource", pool("*"))
    refinement = refined(
        [
            CHANGES,
            forwarded(
                "cognito-idp:CreateUserPool", implies=(tagging,), types=("AWS::Cognito::UserPool",)
            ),
            forwarded("cognito-idp:CreateUserPoolClient", pool(POOL)),
            forwarded("cognito-idp:DescribeUserPool", pool(POOL)),
            forwarded("cognito-idp:DeleteUserPool", pool(POOL)),
        ],
        stacks=[stack(("AWS::Cognito::UserPool", POOL))],
    )

    for action in ("CreateUserPoolClient", "DeleteUserPool"):
        tag = conditions(refinement, f"cognito-idp:{action}")[STACK_TAG]
        assert tag == ("orders-${stage}",)
    assert refinement.containment
    assert {one.action for one in refinement.containment.reaches} == {
        "cognito-idp:DescribeUserPool",
        "cognito-idp:TagResource",
    }


def test_ec2_has_the_tag_where_its_row_lists_it() -> None:
    own, subnet = vpc("vpc", "vpc-0a1b2c3d4e5f60718"), vpc("subnet", "subnet-0a1b2c3d4e5f60718")
    tags = tuple(
        implied("tag-on-create", "ec2:CreateTags", vpc(kind, "*"), ec2__CreateAction=f"Create{of}")
        for kind, of in (("vpc", "Vpc"), ("subnet", "Subnet"))
    )
    refinement = refined(
        [
            CHANGES,
            forwarded("ec2:CreateVpc", vpc("vpc", "*"), implies=tags, types=("AWS::EC2::VPC",)),
            *(
                forwarded("ec2:CreateSubnet", one, implies=tags, types=("AWS::EC2::Subnet",))
                for one in (own, vpc("subnet", "*"))
            ),
            forwarded("ec2:DeleteSubnet", subnet),
            forwarded("ec2:DeleteVpc", own),
        ],
        stacks=[
            stack(
                ("AWS::EC2::VPC", own.rpartition("/")[2]),
                ("AWS::EC2::Subnet", subnet.rpartition("/")[2]),
            )
        ],
    )
    by_resource = {
        (str(grant.action), str(grant.resource).rpartition(":")[2]): {
            one.key for one in statement.statement.conditions
        }
        for statement in refinement.policies[0].statements
        for grant in statement.grants
    }

    assert STACK_TAG in by_resource["ec2:CreateSubnet", "vpc/*"]
    assert STACK_TAG in by_resource["ec2:DeleteSubnet", "subnet/*"]
    assert STACK_TAG in by_resource["ec2:DeleteVpc", "vpc/*"]
    assert STACK_TAG not in by_resource["ec2:CreateSubnet", "subnet/*"]
    # What is there is not being made: tags of EC2 are granted for that alone.
    assert refinement.containment
    assert "ec2:CreateTags" not in {one.action for one in refinement.containment.reaches}


@pytest.mark.parametrize(
    ("action", "resource", "kind"),
    [
        (
            "cloudfront:UpdateDistribution",
            f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1A2B3C4D5E6F7",
            "AWS::CloudFront::Distribution",
        ),
        (
            "kms:ScheduleKeyDeletion",
            f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0a1b2c3d-1111-4222-8333-444455556666",
            "AWS::KMS::Key",
        ),
        (
            "apigateway:PATCH",
            gateway("/apis/a1b2c3d4e5/routes/x1y2z3w"),
            "AWS::ApiGatewayV2::Api",
        ),
    ],
)
def test_where_nothing_is_documented_no_condition_is_made_up(
    action: str, resource: str, kind: str
) -> None:
    made = {"cloudfront": "CreateDistribution", "kms": "CreateKey", "apigateway": "POST"}
    service = action.partition(":")[0]
    place = gateway("/apis/a1b2c3d4e5/routes") if service == "apigateway" else resource
    ids = [one for one in resource.split("/") if any(map(str.isdigit, one)) and ":" not in one]
    refinement = refined(
        [CHANGES, forwarded(f"{service}:{made[service]}", place), forwarded(action, resource)],
        stacks=[stack(*((kind, one) for one in ids))],
    )

    assert STACK_TAG not in conditions(refinement, action)
    (because,) = reached(refinement, action).values()
    assert because


def test_names_that_somebody_chose_reach_nobody() -> None:
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders-dev-orders"
    refinement = refined([forwarded("dynamodb:DeleteTable", table)])

    assert refinement.containment
    assert refinement.containment.reaches == ()
    assert refinement.containment.refused == refinement.containment.calls == 3


def test_the_stage_of_an_api_tells_the_stage_and_not_whose_api_it_is() -> None:
    refinement = with_api(
        forwarded("apigateway:GET", gateway(f"/restapis/{API}/stages/dev")), stacks=[]
    )
    assert refinement.containment
    (found,) = (one for one in refinement.containment.reaches if one.resource.endswith("${stage}"))

    assert found.whose == (Whose.STACK, Whose.PROCESS)
    assert Whose.STAGE not in found.whose
    assert found.reads


def test_what_reaches_others_is_a_warning_with_its_reason() -> None:
    refinement = with_api(forwarded("apigateway:GET", gateway(f"/restapis/{API}")))
    found = [one for one in refinement.findings if one.kind == "reaches-others"]

    assert [one.subject.rpartition("::")[2] for one in found] == ["/restapis/*", "/tags/*"]
    assert "must then be told that it is gone" in found[0].detail
    assert granted(refinement)["apigateway:DELETE"]


def test_the_answer_is_written_and_read_back() -> None:
    refinement = with_api()
    found = refinement.containment

    assert found
    assert Containment.from_json(found.to_json()) == found
    assert found.by_condition == 1
    (carried,) = found.carried
    assert (carried.key, carried.value) == (STACK_TAG, "orders-dev")
    assert Containment.from_json(None) is None


def test_the_next_update_of_every_mapping_is_told_by_its_own_function() -> None:
    other = MAPPING.replace("0a1b2c3d", "4e5f6a7b")
    made = ("AWS::Lambda::EventSourceMapping",)
    lines = [
        forwarded(
            "lambda:DeleteEventSourceMapping",
            mapping,
            types=made,
            context=((FUNCTION_ARN, f"{FUNCTION}-{at}"),),
        )
        for at, mapping in enumerate((MAPPING, other))
    ]

    refinement = refined([CHANGES, *lines])

    for action in ("lambda:DeleteEventSourceMapping", "lambda:UpdateEventSourceMapping"):
        assert conditions(refinement, action)[FUNCTION_ARN] == tuple(
            f"arn:${{partition}}:lambda:${{region}}:${{account}}:function:orders-${{stage}}-ship-{at}"
            for at in range(2)
        )


def test_the_next_update_of_what_two_stacks_made_is_told_by_both() -> None:
    other = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/billing-dev/0a1b2c3d"
    second = "z9y8x7w6v5"
    lines = [
        seen("cloudformation:CreateChangeSet", other),
        forwarded("apigateway:GET", gateway(f"/restapis/{API}"), types=REST_API),
        forwarded("apigateway:DELETE", gateway(f"/restapis/{second}"), types=REST_API),
    ]

    refinement = with_api(
        *lines, stacks=[OWN, stack(("AWS::ApiGateway::RestApi", second), name=other)]
    )

    assert set(conditions(refinement, "apigateway:PATCH")[STACK_TAG]) == {
        "orders-${stage}",
        "billing-${stage}",
    }
