"""What a type's handlers call is narrowed to what the type itself and its properties ask for."""

import pytest

from lambdas.reference.actions import handlers
from lambdas.reference.stacks.handler_actions import Operation, Reason, handler_actions, is_tagging
from lambdas.reference.stacks.stack_types import prefix_of, stack_type


def reasons(kind: str, operation: str) -> dict[str, Reason]:
    return {one.action.name: one.reason for one in handler_actions(kind, Operation(operation))}


def causes(kind: str, operation: str) -> dict[str, tuple[str, ...]]:
    return {one.action.name: one.properties for one in handler_actions(kind, Operation(operation))}


@pytest.mark.parametrize(
    ("kind", "operation", "action", "reason"),
    [
        ("AWS::SQS::Queue", "create", "CreateQueue", Reason.OWN),
        ("AWS::SQS::Queue", "create", "GetQueueAttributes", Reason.READ),
        ("AWS::SQS::Queue", "create", "TagQueue", Reason.TAGS),
        ("AWS::SQS::Queue", "update", "SetQueueAttributes", Reason.OWN),
        ("AWS::SQS::Queue", "delete", "DeleteQueue", Reason.OWN),
        ("AWS::CloudWatch::Alarm", "create", "PutMetricAlarm", Reason.OWN),
        ("AWS::KMS::Key", "delete", "ScheduleKeyDeletion", Reason.OWN),
        ("AWS::EC2::Instance", "create", "RunInstances", Reason.OWN),
        ("AWS::EC2::Instance", "create", "StartInstances", Reason.UNCLEAR),
        ("AWS::RDS::DBInstance", "create", "CreateDBInstanceReadReplica", Reason.UNCLEAR),
        ("AWS::DynamoDB::Table", "create", "BatchWriteItem", Reason.UNCLEAR),
        ("AWS::AppSync::GraphQLApi", "create", "CreateGraphqlApi", Reason.OWN),
        ("AWS::IAM::AccessKey", "create", "CreateAccessKey", Reason.OWN),
        ("AWS::ApiGateway::RestApi", "create", "CreateRestApi", Reason.OWN),
    ],
)
def test_an_action_has_its_reason(kind: str, operation: str, action: str, reason: Reason) -> None:
    assert reasons(kind, operation)[action] is reason


@pytest.mark.parametrize(
    ("kind", "operation", "action", "properties"),
    [
        ("AWS::S3::Bucket", "create", "PutBucketVersioning", ("VersioningConfiguration",)),
        ("AWS::S3::Bucket", "create", "PutEncryptionConfiguration", ("BucketEncryption",)),
        ("AWS::Logs::LogGroup", "create", "PutRetentionPolicy", ("RetentionInDays",)),
        ("AWS::DynamoDB::Table", "create", "UpdateTimeToLive", ("TimeToLiveSpecification",)),
        ("AWS::Lambda::Function", "create", "PutFunctionConcurrency", ("ReservedConcurrentExecutions",)),
        ("AWS::IAM::Role", "create", "PutRolePolicy", ("Policies",)),
        ("AWS::Events::Rule", "create", "PutTargets", ("Targets",)),
    ],
)  # fmt: skip
def test_a_call_is_brought_about_by_its_property(
    kind: str, operation: str, action: str, properties: tuple[str, ...]
) -> None:
    assert causes(kind, operation)[action] == properties
    assert reasons(kind, operation)[action] is Reason.PROPERTY


def test_nothing_that_the_registry_lists_is_lost_and_nothing_is_added() -> None:
    for kind in ("AWS::SQS::Queue", "AWS::Lambda::Function", "AWS::RDS::DBInstance"):
        declared = handlers(kind)
        assert declared
        assert {one.action for one in handler_actions(kind, Operation.CREATE)} == set(
            declared.create
        )


def test_words_of_another_services_action_mean_nothing_for_a_property() -> None:
    found = {str(one.action): one.reason for one in handler_actions("AWS::S3::Bucket", Operation.CREATE)}  # fmt: skip

    assert found["s3tables:CreateNamespace"] is Reason.UNCLEAR


def test_a_type_tells_its_name_what_ref_gives_what_replaces_it_and_where_its_tags_are() -> None:
    queue, topic = stack_type("AWS::SQS::Queue"), stack_type("AWS::SNS::Topic")

    assert queue
    assert topic
    assert (queue.name, queue.reference, queue.tags) == ("QueueName", "id", "Tags")
    assert topic.reference == "arn"
    assert queue.replaced_by == {"QueueName", "FifoQueue"}
    assert stack_type("AWS::No::Such") is None
    assert handler_actions("AWS::No::Such", Operation.CREATE) == ()


def test_a_types_prefix_is_iams() -> None:
    assert prefix_of("AWS::StepFunctions::StateMachine") == "states"
    assert prefix_of("AWS::SQS::Queue") == "sqs"
    assert prefix_of("nothing") == ""


@pytest.mark.parametrize("name", ["TagQueue", "UntagResource", "CreateTags", "AddTagsToResource"])
def test_tagging_is_told_by_its_name(name: str) -> None:
    assert is_tagging(name)
    assert not is_tagging("CreateQueue")


@pytest.mark.parametrize("name", ["ListTagsForResource", "ListQueueTags", "DescribeTags"])
def test_what_only_reads_tags_sets_none(name: str) -> None:
    assert not is_tagging(name)
