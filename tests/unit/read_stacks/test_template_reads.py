"""What a template makes CloudFormation read."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.errors import StackNotReadError
from lambdas.model.iam.arn import Arn, is_resource
from lambdas.read_stacks.scope import Scope
from lambdas.read_stacks.template_reads import reads_of
from lambdas.read_stacks.template_text import read_template

ACCOUNT, REGION = "123456789012", "eu-west-1"
STACK = Arn.from_text(f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/flats-dev/0a1b")
HERE = f"{REGION}:{ACCOUNT}"


def reads(
    text: str,
    parameters: Mapping[str, str] | None = None,
    resources: Mapping[str, str] | None = None,
    stack: Arn = STACK,
) -> list[tuple[str, str]]:
    template = read_template(text)
    scope = Scope(template, stack, parameters or {}, resources or {})
    found = reads_of(template, stack, scope)
    return [(str(one.action), one.resource) for one in found]


def in_a_tag(value: str, **sections: Any) -> str:
    topic = f"Resources: {{T: {{Type: AWS::SNS::Topic, Properties: {{DisplayName: {value}}}}}}}"
    return "\n".join([*(f"{name}: {json.dumps(one)}" for name, one in sections.items()), topic])


def a_parameter(name: str) -> list[tuple[str, str]]:
    return [("ssm:GetParameters", f"arn:aws:ssm:{HERE}:parameter/{name}")]


def a_secret(name: str) -> list[tuple[str, str]]:
    return [
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{HERE}:secret:{name}-??????")
    ]


def a_transform(name: str, account: str = "aws") -> tuple[str, str]:
    arn = f"arn:aws:cloudformation:{REGION}:{account}:transform/{name}"
    return ("cloudformation:CreateChangeSet", arn)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Transform: AWS::Serverless-2016-10-31\nResources: {}", ["Serverless-2016-10-31"]),
        (
            "Transform: [AWS::LanguageExtensions, 'AWS::Serverless-2016-10-31']\nResources: {}",
            ["LanguageExtensions", "Serverless-2016-10-31"],
        ),
        ("Transform: {Name: AWS::CodeDeployBlueGreen}\nResources: {}", ["CodeDeployBlueGreen"]),
        ('{"Transform": "AWS::SecretsManager-2024-09-16"}', ["SecretsManager-2024-09-16"]),
        ("Resources: {}", []),
    ],
)
def test_a_transform_of_aws_is_authorised_on_the_account_aws(text: str, names: list[str]) -> None:
    assert reads(text) == [a_transform(name) for name in names]


def test_a_macro_of_the_account_is_authorised_there() -> None:
    assert reads("Transform: Uppercase\nResources: {}") == [a_transform("Uppercase", ACCOUNT)]


def test_an_include_is_a_transform_and_reads_its_object() -> None:
    text = """
    Parameters: {Bucket: {Type: String}}
    Resources:
      Topic:
        Type: AWS::SNS::Topic
        Fn::Transform: {Name: AWS::Include, Parameters: {Location: !Sub "s3://${Bucket}/a/b.yaml"}}
    """
    assert reads(text, {"Bucket": "parts"}) == [
        ("s3:GetObject", "arn:aws:s3:::parts/a/b.yaml"),
        a_transform("Include"),
    ]


def test_an_include_of_all_resources_is_one_too() -> None:
    text = """
    Resources:
      Fn::Transform: {Name: AWS::Include, Parameters: {Location: "s3://parts/all.yaml"}}
    """
    assert reads(text) == [
        ("s3:GetObject", "arn:aws:s3:::parts/all.yaml"),
        a_transform("Include"),
    ]


def test_what_a_loop_makes_is_read() -> None:
    text = """
    Transform: AWS::LanguageExtensions
    Resources:
      Fn::ForEach::Topics:
        - Name
        - [One, Two]
        - Topic${Name}:
            Type: AWS::SNS::Topic
            Properties: {DisplayName: "{{resolve:ssm:/flats/word}}"}
    """
    assert reads(text) == [*a_parameter("flats/word"), a_transform("LanguageExtensions")]


@pytest.mark.parametrize(
    "value",
    [
        "'{{resolve:ssm:/flats/dev/endpoint}}'",
        "'{{resolve:ssm:/flats/dev/endpoint:3}}'",
        "'{{resolve:ssm-secure:/flats/dev/endpoint}}'",
        "'at {{resolve:ssm:/flats/dev/endpoint}} now'",
        "!Sub '{{resolve:ssm:/flats/${Stage}/endpoint}}'",
        "!Sub ['{{resolve:ssm:/flats/${S}/endpoint}}', {S: !Ref Stage}]",
        "!Join ['', ['{{resolve:ssm:/flats/', !Ref Stage, '/endpoint}}']]",
        "!Join ['/', ['{{resolve:ssm:', flats, !Select [0, !Split ['-', !Ref Both]], 'endpoint}}']]",
        "!If [Live, '{{resolve:ssm:/flats/prod/endpoint}}', '{{resolve:ssm:/flats/dev/endpoint}}']",
        "!FindInMap [Names, !Ref Stage, Reference]",
        "!Ref Reference",
    ],
)
def test_a_dynamic_reference_is_read_however_it_is_put_together(value: str) -> None:
    text = in_a_tag(
        value,
        Parameters={
            "Stage": {"Type": "String"},
            "Both": {"Type": "String", "Default": "dev-x"},
            "Reference": {"Type": "String", "Default": "{{resolve:ssm:/flats/dev/endpoint}}"},
        },
        Conditions={"Live": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
        Mappings={"Names": {"dev": {"Reference": "{{resolve:ssm:/flats/dev/endpoint}}"}}},
    )
    found = reads(text, {"Stage": "dev"})

    assert set(a_parameter("flats/dev/endpoint")) <= set(found)


def test_what_a_condition_leaves_out_is_not_read() -> None:
    text = """
    Parameters: {Stage: {Type: String}}
    Conditions:
      Live: !Or [!Equals [!Ref Stage, prod], !Not [!Equals [!Ref Stage, dev]]]
    Resources:
      T: {Type: AWS::SNS::Topic, Condition: Live, Properties: {DisplayName: "{{resolve:ssm:x}}"}}
    """
    assert reads(text, {"Stage": "dev"}) == []
    assert reads(text, {"Stage": "prod"}) == a_parameter("x")


def test_what_a_condition_says_of_something_unknown_may_be_read() -> None:
    text = """
    Conditions: {Some: !Equals [!ImportValue other, x]}
    Resources:
      T: {Type: AWS::SNS::Topic, Condition: Some, Properties: {DisplayName: "{{resolve:ssm:x}}"}}
    """
    assert reads(text) == a_parameter("x")


def test_a_condition_that_rests_on_itself_is_unknown() -> None:
    text = """
    Conditions: {A: !Not [{Condition: B}], B: !Not [{Condition: A}]}
    Resources:
      T: {Type: AWS::SNS::Topic, Condition: A, Properties: {DisplayName: "{{resolve:ssm:x}}"}}
    """
    assert reads(text) == a_parameter("x")


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("flats/db:SecretString:password", a_secret("flats/db")),
        ("flats/db", a_secret("flats/db")),
        (
            f"arn:aws:secretsmanager:{HERE}:secret:db-AbCdEf:SecretString:p::",
            [("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{HERE}:secret:db-AbCdEf")],
        ),
    ],
)
def test_a_secret_is_named_or_an_arn(reference: str, expected: list[tuple[str, str]]) -> None:
    assert reads(in_a_tag(f'"{{{{resolve:secretsmanager:{reference}}}}}"')) == expected


def test_a_secret_of_the_stack_itself_is_known_by_its_physical_id() -> None:
    arn = f"arn:aws:secretsmanager:{HERE}:secret:Db-x-AbCdEf"
    text = in_a_tag(
        "!Join ['', ['{{resolve:secretsmanager:', !Ref Db, ':SecretString:password::}}']]"
    )
    assert reads(text, resources={"Db": arn}) == [("secretsmanager:GetSecretValue", arn)]


@pytest.mark.parametrize(
    ("type_", "sent", "expected"),
    [
        ("AWS::SSM::Parameter::Value<String>", {"Size": "/flats/size"}, a_parameter("flats/size")),
        ("AWS::SSM::Parameter::Value<List<String>>", {}, a_parameter("base")),
        (
            "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
            {"Size": "/aws/service/ami-amazon-linux-latest/al2023"},
            a_parameter("aws/service/ami-amazon-linux-latest/al2023"),
        ),
        ("String", {"Size": "/flats/size"}, []),
        ("AWS::SSM::Parameter::Name", {"Size": "/flats/size"}, []),
    ],
)
def test_parameters_of_systems_manager_s_types_are_read(
    type_: str, sent: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    text = f"Parameters: {{Size: {{Type: '{type_}', Default: base}}}}\nResources: {{}}"
    assert reads(text, sent) == expected


@pytest.mark.parametrize(
    "name", ["!Ref Size", "!Select [1, !Split ['-', !ImportValue Sizes]]", "!If [Large, a, b]"]
)
def test_a_name_that_only_the_account_knows_may_be_any(name: str) -> None:
    text = in_a_tag(
        f"!Join ['', ['{{{{resolve:ssm:/flats/', {name}, '}}}}']]",
        Parameters={"Size": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "base"}},
        Conditions={"Large": {"Fn::Equals": [{"Ref": "Size"}, "large"]}},
    )
    assert set(a_parameter("flats/*")) <= set(reads(text))


def test_get_azs_needs_the_three_actions_that_its_page_names() -> None:
    text = in_a_tag("!Select [0, !GetAZs '']")
    assert reads(text) == [
        ("ec2:DescribeAccountAttributes", "*"),
        ("ec2:DescribeAvailabilityZones", "*"),
        ("ec2:DescribeSubnets", "*"),
    ]


def test_a_nested_application_is_made_a_template() -> None:
    application = "arn:aws:serverlessrepo:us-east-1:111122223333:applications/edge"
    text = f"""
    Transform: AWS::Serverless-2016-10-31
    Resources:
      App:
        Type: AWS::Serverless::Application
        Properties: {{Location: {{ApplicationId: "{application}", SemanticVersion: 2.0.9}}}}
    """
    assert set(reads(text)) == {
        a_transform("Serverless-2016-10-31"),
        ("serverlessrepo:CreateCloudFormationTemplate", application),
        ("serverlessrepo:GetCloudFormationTemplate", application),
    }


def test_names_are_of_the_stack_s_own_partition() -> None:
    china = Arn.from_text(f"arn:aws-cn:cloudformation:cn-north-1:{ACCOUNT}:stack/s/1")
    found = reads(in_a_tag("'{{resolve:ssm:x}}'"), stack=china)
    assert found == [("ssm:GetParameters", f"arn:aws-cn:ssm:cn-north-1:{ACCOUNT}:parameter/x")]


@pytest.mark.parametrize("text", ["", "[]", "a: [", "{", "- x", "\t", "!Ref x: : y"])
def test_what_is_no_template_is_told(text: str) -> None:
    with pytest.raises(StackNotReadError):
        read_template(text)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20)
    | st.just("{{resolve:ssm:x}}") | st.just("${A}"),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["Ref", "Fn::Sub", "Fn::Join", "Fn::Select", "Fn::If", "Fn::FindInMap", "Fn::Split",
             "Fn::GetAZs", "Fn::Transform", "Name", "Condition", "Type", "Properties", "A"]
        ),
        inner, max_size=2,
    ),
    max_leaves=12,
)  # fmt: skip


@given(
    sections=st.dictionaries(
        st.sampled_from(["Transform", "Parameters", "Resources", "Conditions", "Mappings", "Outputs"]),
        VALUES | st.dictionaries(st.text(max_size=3), VALUES, max_size=3),
    )
)  # fmt: skip
def test_no_template_is_too_strange_and_each_gives_resources_that_a_policy_can_name(
    sections: dict[str, Any],
) -> None:
    for one in reads_of(sections, STACK, Scope(sections, STACK, {}, {})):
        assert is_resource(one.resource)
