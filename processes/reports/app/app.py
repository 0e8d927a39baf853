"""The reports app: a function that writes a report every morning, and who hears of it."""

import os

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns

stage = os.environ["STAGE"]

app = cdk.App()
stack = cdk.Stack(
    app,
    "Reports",
    stack_name=f"reports-{stage}",
    synthesizer=cdk.DefaultStackSynthesizer(qualifier=os.environ["QUALIFIER"]),
    tags={"team": "reports"},
)
table = dynamodb.TableV2(
    stack,
    "Figures",
    partition_key=dynamodb.Attribute(name="day", type=dynamodb.AttributeType.STRING),
    removal_policy=cdk.RemovalPolicy.DESTROY,
)
shelf = s3.Bucket(
    stack,
    "Shelf",
    encryption=s3.BucketEncryption.S3_MANAGED,
    block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
    enforce_ssl=True,
    removal_policy=cdk.RemovalPolicy.DESTROY,
)
readers = sns.Topic(stack, "Readers", display_name="Reports")
report = lambda_.Function(
    stack,
    "Report",
    runtime=lambda_.Runtime.PYTHON_3_13,
    handler="report.handler",
    code=lambda_.Code.from_asset("src"),
    environment={"TABLE": table.table_name, "SHELF": shelf.bucket_name, "TOPIC": readers.topic_arn},
    log_group=logs.LogGroup(
        stack,
        "Log",
        retention=logs.RetentionDays.ONE_WEEK,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    ),
)
table.grant_read_data(report)
shelf.grant_put(report)
readers.grant_publish(report)
events.Rule(
    stack,
    "EveryMorning",
    schedule=events.Schedule.cron(hour="6", minute="0"),
    targets=[targets.LambdaFunction(report)],
)
app.synth()
