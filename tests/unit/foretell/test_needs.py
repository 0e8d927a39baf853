"""What a deployment needs is foretold by what it sets, and each need says how sure it is."""

import json

from foretell.foretell import foretell
from foretell.knowledge.knowledge import Knowledge, Row, shipped
from foretell.needs import Certainty
from foretell.templates.stack import Stack
from tests.unit.foretell.deployments import QUEUE, asked, needs, opened, resource, template

HEAD = "arn:aws:sqs:eu-west-1:123456789012:"
LAMBDA = "AWS::Lambda::Function"
ROLE = "arn:aws:iam::123456789012:role/work"


def test_a_resource_needs_its_own_operations_on_its_own_name() -> None:
    found = needs(template(Mail=resource(QUEUE, QueueName="mail")))

    assert asked(found, sure=True) == {
        ("sqs:CreateQueue", f"{HEAD}mail"),
        ("sqs:GetQueueAttributes", f"{HEAD}mail"),
        ("sqs:DeleteQueue", f"{HEAD}mail"),
    }
    assert all(one.certainty is Certainty.DOCUMENTED for one in found if one.certainty.sure)


def test_tags_keys_and_roles_bring_their_own_needs_only_when_they_are_set() -> None:
    plain = resource(LAMBDA, FunctionName="work", Role=ROLE, Code={"ZipFile": "x"})
    more = resource(
        LAMBDA, FunctionName="work", Role=ROLE, Code={"ZipFile": "x"},
        Tags=[{"Key": "team", "Value": "mail"}], ReservedConcurrentExecutions=1,
        KmsKeyArn="arn:aws:kms:eu-west-1:123456789012:key/k",
    )  # fmt: skip

    without, with_them = (asked(needs(template(F=one)), sure=True) for one in (plain, more))

    assert ("iam:PassRole", ROLE) in without
    beside = {action for action, _ in with_them - without}
    assert {"lambda:TagResource", "lambda:PutFunctionConcurrency", "kms:CreateGrant"} <= beside
    assert not {"lambda:TagResource", "kms:CreateGrant"} & {action for action, _ in without}


def test_a_passed_role_says_to_whom() -> None:
    found = needs(template(F=resource(LAMBDA, Role=ROLE, Code={"ZipFile": "x"})))

    (passed,) = {one.context for one in found if str(one.action) == "iam:PassRole"}
    assert passed == (("iam:PassedToService", "lambda.amazonaws.com"),)


def test_a_stacks_tags_are_those_of_its_resources() -> None:
    found = needs(template(Mail=resource(QUEUE, QueueName="mail")), tags={"team": "x"})

    assert ("sqs:TagQueue", f"{HEAD}mail") in asked(found, sure=True)


def test_a_change_needs_what_changes_and_nothing_of_the_rest() -> None:
    before = template(Mail=resource(QUEUE, QueueName="mail"), Bills=resource(QUEUE))
    after = template(
        Mail=resource(QUEUE, QueueName="mail", VisibilityTimeout=60), Bills=resource(QUEUE)
    )

    found = asked(needs(after, before), sure=True)

    assert found == {
        ("sqs:SetQueueAttributes", f"{HEAD}mail"),
        ("sqs:GetQueueAttributes", f"{HEAD}mail"),
    }


def test_a_rename_makes_the_new_and_removes_the_old_unless_it_is_kept() -> None:
    before = resource(QUEUE, QueueName="old")
    after = template(Mail=resource(QUEUE, QueueName="new"))

    found = asked(needs(after, template(Mail=before)), sure=True)
    assert {("sqs:CreateQueue", f"{HEAD}new"), ("sqs:DeleteQueue", f"{HEAD}old")} <= found

    left = {**resource(QUEUE, QueueName="new"), "UpdateReplacePolicy": "Retain"}
    kept = asked(needs(template(Mail=left), template(Mail=before)), sure=True)
    assert ("sqs:DeleteQueue", f"{HEAD}old") not in kept


def test_what_leaves_the_template_is_removed_unless_it_is_kept() -> None:
    mail = resource(QUEUE, QueueName="mail")
    rest = template(News=resource("AWS::SNS::Topic"))

    def removed(**policy: str) -> bool:
        before = template(News=resource("AWS::SNS::Topic"), Mail={**mail, **policy})
        return ("sqs:DeleteQueue", f"{HEAD}mail") in asked(needs(rest, before), sure=True)

    assert removed()
    assert not removed(DeletionPolicy="Retain")


def test_a_rollback_removes_what_was_made_unless_it_is_to_be_retained_even_then() -> None:
    def undone(policy: str) -> bool:
        text = template(Mail={**resource(QUEUE, QueueName="mail"), "DeletionPolicy": policy})
        return ("sqs:DeleteQueue", f"{HEAD}mail") in asked(needs(text), sure=True)

    assert undone("Delete")
    assert undone("RetainExceptOnCreate")
    assert not undone("Retain")


def test_tags_that_go_are_taken_off_and_tags_alone_change_nothing_else() -> None:
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    before = template(T=resource("AWS::SNS::Topic", TopicName="t", Tags=tags))
    after = template(T=resource("AWS::SNS::Topic", TopicName="t", Tags=tags[:1]))

    found = {action for action, _ in asked(needs(after, before), sure=True)}

    assert "sns:UntagResource" in found
    assert not {"sns:TagResource", "sns:SetTopicAttributes"} & found


def test_what_runs_showed_is_seen_and_what_they_did_without_is_only_possible() -> None:
    row = Row(
        subject="AWS::Logs::LogGroup",
        operation="create",
        properties=("LogGroupName", "RetentionInDays"),
        calls=("logs:CreateLogGroup", "logs:ListLogGroups"),
        sources=("mail",),
    )
    known = Knowledge((row,), {"mail": "an embedded AWS"})
    text = template(L=resource("AWS::Logs::LogGroup", LogGroupName="/mail", RetentionInDays=7))

    plain, found = (
        {str(one.action): one for one in needs(text, known=one)} for one in (Knowledge(), known)
    )

    assert plain["logs:PutRetentionPolicy"].certainty is Certainty.DOCUMENTED
    assert found["logs:PutRetentionPolicy"].certainty is Certainty.POSSIBLE
    assert found["logs:ListLogGroups"].certainty is Certainty.SEEN
    assert found["logs:CreateLogGroup"].source == "runs of mail (an embedded AWS)"


def test_a_property_that_explains_a_call_decides_over_it() -> None:
    rows = tuple(
        Row(subject=LAMBDA, operation="create", properties=properties, calls=calls, sources=("x",))
        for properties, calls in (
            (("Code",), ("lambda:CreateFunction",)),
            (("Code", "ReservedConcurrentExecutions"), ("lambda:CreateFunction", "lambda:PutFunctionConcurrency")),
        )
    )  # fmt: skip
    known = Knowledge(rows)

    def actions(**properties: object) -> set[str]:
        text = template(F=resource(LAMBDA, Code={"ZipFile": "x"}, **properties))
        return {action for action, _ in asked(needs(text, known=known), sure=True)}

    assert "lambda:PutFunctionConcurrency" not in actions(MemorySize=128)
    assert "lambda:PutFunctionConcurrency" in actions(MemorySize=1, ReservedConcurrentExecutions=1)


def test_tags_that_are_only_read_are_asked_for_whether_or_not_some_are_set() -> None:
    call = "logs:ListTagsForResource"
    rows = tuple(
        Row(
            subject="AWS::Logs::LogGroup",
            operation="create",
            properties=properties,
            calls=("logs:CreateLogGroup", call),
            sources=("x",),
        )
        for properties in (("LogGroupName",), ("LogGroupName", "Tags"), ("RetentionInDays", "Tags"))
    )
    text = template(L=resource("AWS::Logs::LogGroup", LogGroupName="/mail"))

    known, unknown = (
        {str(one.action): one for one in needs(text, known=known)}
        for known in (Knowledge(rows), Knowledge())
    )

    assert known[call].certainty is Certainty.SEEN
    assert unknown[call].certainty is Certainty.POSSIBLE
    assert unknown[call].source == "the registry's read handler of AWS::Logs::LogGroup"


def test_what_names_another_resource_than_before_changes_though_nobody_knows_either_id() -> None:
    def stack(version: str) -> str:
        return template(
            F=resource(LAMBDA, FunctionName="work", Role=ROLE, Code={"ZipFile": "x"}),
            Live=resource(
                "AWS::Lambda::Alias",
                Name="live",
                FunctionName="work",
                FunctionVersion={"Fn::GetAtt": [version, "Version"]},
            ),
            **{version: resource("AWS::Lambda::Version", FunctionName={"Ref": "F"})},
        )

    function = "arn:aws:lambda:eu-west-1:123456789012:function:work"

    assert ("lambda:UpdateAlias", function) in asked(needs(stack("B"), stack("A")), sure=True)
    assert not needs(stack("A"), stack("A"))


def test_what_names_a_resource_that_is_replaced_changes_with_it() -> None:
    def stack(engine: str) -> str:
        return template(
            Net=resource("AWS::EC2::VPC", CidrBlock=engine),
            Door=resource("AWS::EC2::Subnet", VpcId={"Ref": "Net"}, CidrBlock="10.0.1.0/24"),
            Inside=resource("AWS::EC2::Instance", SubnetId={"Fn::Sub": "${Door}"}),
        )

    found = {str(one.action) for one in needs(stack("10.1.0.0/16"), stack("10.0.0.0/16"))}

    assert {"ec2:CreateVpc", "ec2:CreateSubnet", "ec2:RunInstances"} <= found


def test_a_stack_that_changes_has_its_nested_ones_updated_too() -> None:
    inner = template(Mail=resource(QUEUE, QueueName="inner"))

    def files(delay: int) -> dict[str, str]:
        nested = resource("AWS::CloudFormation::Stack", TemplateURL="inner.json")
        outer = resource(QUEUE, QueueName="outer", DelaySeconds=delay)
        return {"template.yaml": template(In=nested, Out=outer), "inner.json": inner}

    base, after = (opened(files(delay)).stacks for delay in (1, 2))

    def sure(*after: Stack) -> set[str]:
        found = foretell(after, Knowledge(), base=base).needs
        return {str(one.action) for one in found if one.certainty.sure}

    assert {"sqs:SetQueueAttributes", "cloudformation:UpdateStack"} <= sure(*after)
    assert sure(*base) == set()


def test_a_custom_resource_asks_for_its_function() -> None:
    token = "arn:aws:lambda:eu-west-1:123456789012:function:maker"
    found = needs(template(C=resource("Custom::Thing", ServiceToken=token)))

    assert asked(found, sure=True) == {("lambda:InvokeFunction", token)}


def test_a_type_that_nobody_knows_is_said_and_no_error() -> None:
    found = foretell(opened(template(A=resource("AWS::No::Such"), B={})).stacks, Knowledge())

    assert len(found.untold) == 2
    assert found.untold[0].startswith("A has type AWS::No::Such")


def test_the_same_template_gives_the_same_needs_in_the_same_order() -> None:
    text = template(A=resource(QUEUE), B=resource("AWS::SNS::Topic"), C=resource(LAMBDA, Role=ROLE))

    assert needs(text, known=shipped()) == needs(text, known=shipped())


def test_knowledge_is_written_as_it_was_read_and_says_where_it_was_shown() -> None:
    known = shipped()

    assert Knowledge.from_text(known.to_text(), "runs.json") == known
    assert len(known.rows) > 300
    assert set(known.shown_on.values()) == {"an embedded AWS"}
    assert not any("orders" in row.sources for row in known.without("orders").rows)


def with_transform(text: str, *names: str) -> str:
    return json.dumps({**json.loads(text), "Transform": [*names]})


def test_what_a_template_makes_cloudformation_read_is_foretold() -> None:
    tags = [{"Key": "a", "Value": "{{resolve:ssm:a}}"}]
    plain = template(Mail=resource(QUEUE, QueueName="mail", Tags=tags))
    names = ("AWS::LanguageExtensions", "AWS::Serverless-2016-10-31")

    found = asked(needs(with_transform(plain, *names)), sure=True)

    transforms = "arn:aws:cloudformation:eu-west-1:aws:transform"
    assert ("cloudformation:CreateChangeSet", f"{transforms}/LanguageExtensions") in found
    assert ("cloudformation:CreateChangeSet", f"{transforms}/Serverless-2016-10-31") in found
    assert ("ssm:GetParameters", "arn:aws:ssm:eu-west-1:123456789012:parameter/a") in found


def test_of_a_change_only_what_is_read_anew_is_foretold() -> None:
    plain = template(Mail=resource(QUEUE, QueueName="mail"))
    expanded = with_transform(plain, "AWS::LanguageExtensions")

    anew, again = needs(expanded, plain), needs(expanded, expanded)

    assert {str(one.action) for one in anew if one.certainty.sure} == {
        "cloudformation:CreateChangeSet"
    }
    assert not [one for one in again if one.certainty.sure]


def test_what_is_read_is_the_resource_itself_and_not_what_lies_within_it() -> None:
    row = Row(
        subject="AWS::DynamoDB::Table",
        operation="create",
        properties=("TableName",),
        calls=("dynamodb:CreateTable", "dynamodb:GetResourcePolicy"),
        sources=("x",),
    )
    text = template(T=resource("AWS::DynamoDB::Table", TableName="mail"))

    found = asked(needs(text, known=Knowledge((row,))), sure=True)

    table = "arn:aws:dynamodb:eu-west-1:123456789012:table/mail"
    assert ("dynamodb:GetResourcePolicy", table) in found
    assert ("dynamodb:GetResourcePolicy", f"{table}/stream/*") not in found


def test_reads_that_are_verbs_on_paths_are_of_the_types_own_path() -> None:
    text = template(A=resource("AWS::ApiGateway::RestApi", Name="mail"))

    found = asked(needs(text), sure=False)

    assert ("apigateway:GET", "arn:aws:apigateway:eu-west-1::/restapis/*") in found
    assert ("apigateway:GET", "*") not in found
