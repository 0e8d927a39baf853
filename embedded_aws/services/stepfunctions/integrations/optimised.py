"""Step Functions' optimised integrations: their services, and how they spell those's errors.

https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Optimised:
    """An integration of Step Functions' own: its service and how it spells the service's errors."""

    service: str
    prefix: str
    unmodelled: str  # the error of whatever the service's model does not name
    actions: tuple[str, ...]


# Errors of the optimised integrations carry the names of the Java SDK 1.x.
OPTIMISED = {
    "lambda": Optimised("lambda", "Lambda", "AWSLambdaException", ("invoke",)),
    "codebuild": Optimised(
        "codebuild", "CodeBuild", "AWSCodeBuildException",
        ("startBuild", "stopBuild", "batchDeleteBuilds", "batchGetReports"),
    ),
    "sns": Optimised("sns", "SNS", "AmazonSNSException", ("publish",)),
    "sqs": Optimised("sqs", "SQS", "AmazonSQSException", ("sendMessage",)),
    "events": Optimised("events", "EventBridge", "AmazonEventBridgeException", ("putEvents",)),
    "states": Optimised(
        "stepfunctions", "StepFunctions", "AWSStepFunctionsException", ("startExecution",)
    ),
    "dynamodb": Optimised(
        "dynamodb", "DynamoDB", "AmazonDynamoDBException",
        ("getItem", "putItem", "updateItem", "deleteItem"),
    ),
}  # fmt: skip
