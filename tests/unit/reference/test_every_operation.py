"""The truth test: every operation of every service of botocore maps to actions that IAM knows."""

from collections import defaultdict
from functools import cache
from typing import Any

import pytest

from lambdas.model.iam.action import Action
from lambdas.reference.actions import facts, services
from lambdas.reference.compile.events import home_of, hosts_of
from lambdas.reference.compile.sources import read_curated, read_models
from lambdas.reference.events import mapping_of

# What AWS's serverless, container, data and networking users deploy.
DEPLOYED = [
    "accessanalyzer",
    "acm",
    "acm-pca",
    "amp",
    "amplify",
    "apigateway",
    "apigatewaymanagementapi",
    "apigatewayv2",
    "appconfig",
    "application-autoscaling",
    "apprunner",
    "appsync",
    "athena",
    "autoscaling",
    "autoscaling-plans",
    "backup",
    "batch",
    "bedrock",
    "bedrock-runtime",
    "budgets",
    "ce",
    "cloudcontrol",
    "cloudformation",
    "cloudfront",
    "cloudhsmv2",
    "cloudtrail",
    "cloudwatch",
    "codeartifact",
    "codebuild",
    "codecommit",
    "codedeploy",
    "codepipeline",
    "codestar-connections",
    "cognito-identity",
    "cognito-idp",
    "config",
    "databrew",
    "datasync",
    "dax",
    "directconnect",
    "dms",
    "docdb",
    "ds",
    "dynamodb",
    "dynamodbstreams",
    "ebs",
    "ec2",
    "ecr",
    "ecr-public",
    "ecs",
    "efs",
    "eks",
    "elasticache",
    "elasticbeanstalk",
    "elb",
    "elbv2",
    "emr",
    "emr-serverless",
    "es",
    "events",
    "firehose",
    "fis",
    "fsx",
    "globalaccelerator",
    "grafana",
    "guardduty",
    "iam",
    "iot",
    "kafka",
    "keyspaces",
    "kinesis",
    "kinesisanalyticsv2",
    "kms",
    "lambda",
    "logs",
    "macie2",
    "mediapackage",
    "memorydb",
    "mq",
    "mwaa",
    "neptune",
    "networkmanager",
    "opensearch",
    "opensearchserverless",
    "organizations",
    "pipes",
    "pricing",
    "ram",
    "rds",
    "rds-data",
    "redshift",
    "redshift-data",
    "redshift-serverless",
    "resource-groups",
    "resourcegroupstaggingapi",
    "route53",
    "route53domains",
    "route53resolver",
    "s3",
    "s3control",
    "s3outposts",
    "sagemaker",
    "scheduler",
    "schemas",
    "secretsmanager",
    "serverlessrepo",
    "servicecatalog",
    "servicediscovery",
    "service-quotas",
    "ses",
    "sesv2",
    "shield",
    "signer",
    "sns",
    "sqs",
    "ssm",
    "sso-admin",
    "stepfunctions",
    "sts",
    "synthetics",
    "timestream-query",
    "timestream-write",
    "transfer",
    "transcribe",
    "vpc-lattice",
    "waf",
    "wafv2",
    "xray",
]


@cache
def unmapped() -> dict[str, set[str]]:
    """Operations without a mapping, by service; fails at once for actions that do not exist."""
    found: dict[str, set[str]] = defaultdict(set)
    for service, model in models().items():
        for operation in model["operations"]:
            mapping = [
                one
                for host in hosts_of(service, model)
                if (one := mapping_of(f"{host}.amazonaws.com", operation)) is not None
            ]
            if not mapping:
                found[service].add(operation)
            for one in mapping:
                assert one.required or one.nothing, (service, operation)
                for need in one.required:
                    assert facts(need.action) is not None, (service, operation, need.action)
    return dict(found)


@cache
def models() -> dict[str, Any]:
    return read_models()


def test_each_operation_maps_to_real_actions_or_stands_by_name_among_the_known_unknowns() -> None:
    known = {service: set(row["operations"]) for service, row in read_curated("unknown").items()}
    assert unmapped() == known


def test_every_known_unknown_has_a_reason() -> None:
    assert all(row["reason"] for row in read_curated("unknown").values())


def test_the_services_that_people_deploy_map_completely() -> None:
    assert len(set(DEPLOYED)) >= 60
    assert set(DEPLOYED) <= set(models())
    assert {service: unmapped()[service] for service in DEPLOYED if service in unmapped()} == {}


def test_of_all_services_that_iam_knows_99_percent_map() -> None:
    named = read_curated("sources")["services"]
    known = dict.fromkeys(services())
    totals = {
        service: len(model["operations"])
        for service, model in models().items()
        if home_of(service, model, known, named)
    }
    missing = sum(len(unmapped().get(service, ())) for service in totals)
    assert missing / sum(totals.values()) <= 0.01


@pytest.mark.parametrize(
    ("source", "name", "actions"),
    [
        ("lambda", "CreateFunction20150331", ["lambda:CreateFunction"]),
        ("lambda", "GetFunction20150331v2", ["lambda:GetFunction"]),
        ("lambda", "Invoke", ["lambda:InvokeFunction"]),
        ("cloudfront", "UpdateDistribution2020_05_31", ["cloudfront:UpdateDistribution"]),
        ("monitoring", "PutMetricAlarm", ["cloudwatch:PutMetricAlarm"]),
        ("tagging", "GetResources", ["tag:GetResources"]),
        ("streams.dynamodb", "GetShardIterator", ["dynamodb:GetShardIterator"]),
        ("s3", "ListBuckets", ["s3:ListAllMyBuckets"]),
        ("s3", "DeleteBucketCors", ["s3:PutBucketCORS"]),
        ("s3", "PutBucketReplication", ["s3:PutReplicationConfiguration"]),
        ("kms", "ReEncrypt", ["kms:ReEncryptFrom", "kms:ReEncryptTo"]),
        ("sns", "PublishBatch", ["sns:Publish"]),
        ("sqs", "DeleteMessageBatch", ["sqs:DeleteMessage"]),
        (
            "autoscaling",
            "RegisterScalableTarget",
            ["application-autoscaling:RegisterScalableTarget"],
        ),
        ("apigateway", "CreateRestApi", ["apigateway:POST"]),
        ("apigateway", "CreateApi", ["apigateway:POST"]),
    ],
)
def test_irregular_names_map_to_the_actions_that_iam_asks_for(
    source: str, name: str, actions: list[str]
) -> None:
    mapping = mapping_of(f"{source}.amazonaws.com", name)
    assert mapping is not None
    assert [str(need.action) for need in mapping.required] == actions


def test_get_caller_identity_needs_nothing() -> None:
    mapping = mapping_of("sts.amazonaws.com", "GetCallerIdentity")
    assert mapping is not None
    assert mapping.required == ()
    assert mapping.nothing


def test_china_s_event_sources_are_read_too() -> None:
    mapping = mapping_of("lambda.amazonaws.com.cn", "GetFunction20150331v2")
    assert mapping is not None
    assert mapping.required[0].action == Action("lambda", "GetFunction")


def test_an_operation_of_no_service_has_no_mapping() -> None:
    assert mapping_of("nosuchservice.amazonaws.com", "Frobnicate") is None
    assert mapping_of("../../etc.amazonaws.com", "Frobnicate") is None


@pytest.mark.parametrize(
    ("statement", "action", "table"),
    [
        ('SELECT * FROM "Music"', "PartiQLSelect", "Music"),
        ("insert into Music value {'a': 1}", "PartiQLInsert", "Music"),
        ('UPDATE "Music" SET a=1', "PartiQLUpdate", "Music"),
        ('DELETE FROM "Music"."index" WHERE a=1', "PartiQLDelete", "Music"),
    ],
)
def test_partiql_needs_the_action_of_its_statement_on_its_table(
    statement: str, action: str, table: str
) -> None:
    mapping = mapping_of("dynamodb.amazonaws.com", "ExecuteStatement", {"statement": statement})
    assert mapping is not None
    (need,) = mapping.required
    assert need.action == Action("dynamodb", action)
    assert need.resources[0].endswith(f":table/{table}")


def test_hidden_partiql_needs_every_action_that_it_may_be() -> None:
    mapping = mapping_of("dynamodb.amazonaws.com", "ExecuteStatement", {})
    assert mapping is not None
    assert len(mapping.required) == 4


def test_api_gateway_s_two_generations_are_told_apart_by_what_was_sent() -> None:
    paths = {}
    for key in ("restApiId", "apiId"):
        mapping = mapping_of("apigateway.amazonaws.com", "GetStages", {key: "abc"})
        assert mapping is not None
        paths[key] = mapping.required[0].resources[0].partition("::")[2]
    assert paths == {"restApiId": "/restapis/abc/stages", "apiId": "/apis/abc/stages"}
