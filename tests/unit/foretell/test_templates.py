"""Templates are read as CloudFormation reads them, and a broken one gets a clear word."""

import json
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from foretell.errors import UnreadableTemplateError
from foretell.foretell import foretell
from foretell.knowledge.knowledge import Knowledge
from foretell.templates.reading import read_template
from lambdas.reference.stacks.unknown import UNKNOWN
from tests.unit.foretell.deployments import QUEUE, opened, resource, template

NAMED = """
Parameters:
  Stage: {Type: String, Default: dev}
  Owner: {Type: String}
  Names: {Type: CommaDelimitedList, Default: "a,b"}
Mappings:
  Sizes: {dev: {Letter: s}}
Conditions:
  IsDev: !Equals [!Ref Stage, dev]
  IsMine: !Equals [!Ref Owner, me]
  Both: !And [!Condition IsDev, !Not [!Condition IsDev]]
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {QueueName: NAME}
"""


def name_of(expression: str, **how: object) -> str:
    found = opened(NAMED.replace("NAME", expression), **how)  # type: ignore[arg-type]
    return next(one.name for one in found.stacks[0].resources() if one.logical_id == "Queue")


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("!Ref Stage", "dev"),
        ('!Sub "q-${Stage}-${AWS::Region}-${!Stage}"', "q-dev-eu-west-1-${Stage}"),
        ('!Sub ["q-${x}", {x: !Ref Stage}]', "q-dev"),
        ('!Join ["-", [q, !Ref Stage, !Ref "AWS::AccountId"]]', "q-dev-123456789012"),
        ("!If [IsDev, yes-it-is, no]", "yes-it-is"),
        ("!If [Both, yes, no-not-both]", "no-not-both"),
        ("!FindInMap [Sizes, !Ref Stage, Letter]", "s"),
        ("!Select [1, !Ref Names]", "b"),
        ('!Select [1, !Split ["-", "a-b-c"]]', "b"),
        ("!Ref AWS::StackName", "mail-dev"),
        ("!ImportValue Other", UNKNOWN),
        ("!Ref Owner", UNKNOWN),
        ('!Sub "q-${Owner}"', f"q-{UNKNOWN}"),
        ("!Select [9, [a]]", UNKNOWN),
        ("!Select [1, [!ImportValue one, b]]", "b"),
        ('!Select [1, !Split ["-", !Ref Owner]]', UNKNOWN),
        ("!GetAtt Nothing.Arn", UNKNOWN),
        ("!Ref Queue", UNKNOWN),
        ('"{{resolve:ssm:/a/b}}"', UNKNOWN),
        ("!Transform {Name: Mine}", UNKNOWN),
    ],
)
def test_a_function_gives_what_cloudformation_would_or_the_unknown(
    expression: str, name: str
) -> None:
    assert name_of(expression) == name


def test_a_parameter_that_is_given_comes_before_its_default() -> None:
    assert name_of("!Ref Stage", given={"Stage": "qa"}) == "qa"


def test_a_name_that_no_template_gives_is_made_up_as_far_as_it_can_be_told() -> None:
    found = opened(template(Mail=resource(QUEUE), Files=resource("AWS::S3::Bucket")))

    names = {one.logical_id: one.name for one in found.stacks[0].resources()}
    assert names == {"Mail": f"mail-dev-Mail-{UNKNOWN}", "Files": f"mail-dev-files-{UNKNOWN}"}


def test_a_resource_whose_condition_fails_is_not_there_and_an_open_one_is_only_possible() -> None:
    text = NAMED.replace("Properties: {QueueName: NAME}", "Condition: Both")
    assert opened(text).stacks[0].resources() == ()

    open_one = NAMED.replace("Properties: {QueueName: NAME}", "Condition: IsMine")
    found = opened(open_one).stacks
    assert found[0].resources()[0].conditional
    assert not any(one.certainty.sure for one in foretell(found, Knowledge()).needs if one.via)


def test_a_loop_makes_a_resource_for_every_value() -> None:
    text = """
Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Queues:
    - Name
    - [Mail, Bills]
    - "Queue${Name}": {Type: "AWS::SQS::Queue", Properties: {QueueName: !Sub "q-${Name}"}}
"""
    names = {one.logical_id: one.name for one in opened(text).stacks[0].resources()}

    assert names == {"QueueMail": "q-Mail", "QueueBills": "q-Bills"}


def test_sam_is_understood_by_what_it_makes_of_a_template() -> None:
    text = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Take:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: index.handler
      Runtime: nodejs22.x
      Events: {Http: {Type: Api, Properties: {Path: /, Method: get}}}
"""
    kinds = {one.type for one in opened(text).stacks[0].resources()}

    assert {"AWS::Lambda::Function", "AWS::IAM::Role", "AWS::ApiGateway::RestApi"} <= kinds


def test_nested_stacks_and_assemblies_are_followed_and_what_is_elsewhere_is_said() -> None:
    inner = resource("AWS::CloudFormation::Stack", TemplateURL="inner.yaml", Parameters={"A": "x"})
    child = '{"Parameters": {"A": {"Type": "String"}}, "Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "A"}}}}}'
    assembly = {
        "out/manifest.json": json.dumps(
            {"artifacts": {"S": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "S.json", "tags": {"team": "mail"}}}}}
        ),
        "out/S.json": template(Inner=inner, Far=resource("AWS::CloudFormation::Stack", TemplateURL="https://b.s3.amazonaws.com/t")),
        "out/inner.yaml": child,
    }  # fmt: skip

    found = opened(assembly, "out")

    assert [
        one.name for stack in found.stacks for one in stack.resources() if one.type == QUEUE
    ] == ["x"]
    assert found.tool == "cdk"
    assert found.stacks[0].tags == {"team": "mail"}
    assert len(found.untold) == 1
    assert found.untold[0].startswith("Far is a stack whose template cannot be read here")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "is empty"),
        ("  \n", "is empty"),
        ("- a", "is no mapping"),
        ("Resources: {}", "has no Resources"),
        ('{"Resources": ', "line"),
        ("a: b: c", "line 1"),
        ("Resources: {A: &a {B: *a}}", ""),
        ("Resources: {A: " + "[" * 500 + "]" * 500 + "}", "nested too deeply"),
        ("a: &a [1,1,1,1,1,1,1,1,1]\n" + "\n".join(f"{c}: &{c} [{', '.join(['*' + p] * 9)}]" for p, c in zip("abcdefg", "bcdefgh", strict=True)) + "\nResources: {X: *h}", "anchors too often"),
        ("x" * (6 << 20), "CloudFormation takes 1 MB"),
        ("Resources: {A: \x00}", ""),
    ],
    ids=["empty", "blank", "list", "nothing", "cut", "yaml", "self", "deep", "bomb", "large", "nul"],
)  # fmt: skip
def test_a_broken_template_gets_a_clear_word(text: str, word: str) -> None:
    with pytest.raises(UnreadableTemplateError) as refused:
        read_template(text, "t.yaml")

    assert str(refused.value).startswith("t.yaml")
    assert word in str(refused.value)


def test_a_macro_and_a_loop_over_what_is_not_known_are_said() -> None:
    macro = "Transform: Mine\nResources: {Q: {Type: 'AWS::SQS::Queue'}}"
    assert "the macro Mine" in opened(macro).untold[0]

    loop = "Transform: AWS::LanguageExtensions\nParameters: {P: {Type: CommaDelimitedList}}\nResources: {'Fn::ForEach::X': [N, !ImportValue a, {'A${N}': {Type: 'AWS::SQS::Queue'}}]}"
    with pytest.raises(UnreadableTemplateError, match="give its parameter"):
        opened(loop)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["Ref", "Fn::GetAtt", "Fn::Sub", "Fn::If", "Fn::Join", "Fn::Select", "Fn::Split", "Fn::FindInMap", "Fn::Base64", "Fn::Length", "Tags", "Name"]) | st.text(max_size=5),
        inner,
        max_size=3,
    ),
    max_leaves=12,
)  # fmt: skip


@example({"QueueName": {"Fn::Sub": []}}, None)
@settings(max_examples=25)
@given(
    st.dictionaries(st.sampled_from(["QueueName", "Tags", "KmsMasterKeyId", "RedrivePolicy"]), JSON),
    JSON,
)  # fmt: skip
def test_no_value_in_any_place_breaks_foretelling(properties: object, condition: object) -> None:
    text = json.dumps(
        {
            "Conditions": {"C": condition},
            "Resources": {"Q": {"Type": QUEUE, "Condition": "C", "Properties": properties}},
        }
    )

    foretell(opened(text).stacks, Knowledge())


def test_a_megabyte_is_read_in_time_and_knows_its_lines() -> None:
    rows = [f"  Q{n}:\n    Type: AWS::SQS::Queue\n    Metadata: {{Note: '{'x' * 900}'}}" for n in range(1000)]  # fmt: skip
    began = time.process_time()
    document = read_template("Resources:\n" + "\n".join(rows), "big.yaml")

    assert document.lines["Q999"] == 2 + 999 * 3
    assert time.process_time() - began < 3
