"""Who is told: the owners of their processes' runs, the operator of what goes wrong."""

import hashlib
from collections import Counter
from collections.abc import Iterable

from aws_cdk import (
    Stack,
    aws_cloudwatch,
    aws_cloudwatch_actions,
    aws_events,
    aws_iam,
    aws_kms,
    aws_sns,
    aws_sns_subscriptions,
    aws_stepfunctions,
)
from constructs import Construct

from lambdas.model.limits import FILTERS_PER_TOPIC
from stacks.places import InvalidSettingError
from stacks.settings import Settings

MOST_TOPICS = 100  # for 15,000 owners; nobody has more
CLOUDWATCH = aws_iam.ServicePrincipal("cloudwatch.amazonaws.com")
EVENTBRIDGE = aws_iam.ServicePrincipal("events.amazonaws.com")
# https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
BAD_ENDS = ["FAILED", "TIMED_OUT", "ABORTED"]
END_TOLD = (
    '"The execution <execution> ended as <status> <error>. Its owner has a mail when it failed by '
    "itself; when it was stopped or out of time nobody has, its sandbox may hold what it made, and "
    "the next run of its process begins by clearing the proof's.\""
)
FLEET_TOLD = (
    '"The fleet <execution> ended as <status> <error>. Runs that it has started go on to their own '
    "ends, each with its own mail; when the fleet was stopped or out of time it has no report, and "
    "a redrive starts what is left. See 'Stop a fleet' in docs/operations.md.\""
)


class Notices(Construct):
    """The topics: mails about runs, and alarms. Owners subscribe by stacks of their own.

    Attributes:
        runs: one topic, or as many as the setting `mail_topics` says; each owner's mails are
            published to the one that `topic_of` names.
        alarms: the operator's; without one, every owner's.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        key: aws_kms.Key,
    ) -> None:
        super().__init__(scope, construct_id)
        self.runs = tuple(
            aws_sns.Topic(self, f"Runs{number or ''}", master_key=key, enforce_ssl=True)
            for number in range(settings.mail_topics)
        )
        self.alarms = aws_sns.Topic(self, "Alarms", master_key=key, enforce_ssl=True)
        if settings.operator:
            self.alarms.add_subscription(aws_sns_subscriptions.EmailSubscription(settings.operator))
        self._let_alarms_publish(key)

    def topic_of(self, owner: str) -> aws_sns.ITopic:
        """Where an owner's mails are published; with one more topic, few owners move to it."""
        return self.runs[place_of(owner, len(self.runs))]

    def alarm(
        self,
        scope: Construct,
        construct_id: str,
        metric: aws_cloudwatch.IMetric,
        because: str,
        *,
        threshold: float = 1,
    ) -> aws_cloudwatch.Alarm:
        """Tell the operator as soon as the metric reaches the threshold."""
        alarm = aws_cloudwatch.Alarm(
            scope,
            construct_id,
            metric=metric,
            alarm_description=because,
            threshold=threshold,
            evaluation_periods=1,
            comparison_operator=aws_cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=aws_cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(aws_cloudwatch_actions.SnsAction(self.alarms))
        return alarm

    def tell_of_bad_ends(
        self,
        runs: aws_stepfunctions.StateMachine,
        fleets: aws_stepfunctions.StateMachine,
        key: aws_kms.Key,
    ) -> None:
        """Tell by name of every execution that ends badly, whatever became of its own mail."""
        rules = [
            self._bad_end("BadEnd", runs, END_TOLD),
            self._bad_end("Fleet", fleets, FLEET_TOLD),
        ]
        self.alarms.add_to_resource_policy(
            aws_iam.PolicyStatement(
                principals=[EVENTBRIDGE],
                actions=["sns:Publish"],
                resources=[self.alarms.topic_arn],
                conditions={"ArnEquals": {"aws:SourceArn": [one.attr_arn for one in rules]}},
            )
        )
        # Conditions on the source are not supported in the key's policy:
        # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
        key.add_to_resource_policy(
            aws_iam.PolicyStatement(
                principals=[EVENTBRIDGE],
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                resources=["*"],
            )
        )

    def _bad_end(
        self, construct_id: str, machine: aws_stepfunctions.StateMachine, message: str
    ) -> aws_events.CfnRule:
        return aws_events.CfnRule(
            self,
            construct_id,
            description="Executions that failed, were stopped or ran out of time",
            event_pattern={
                "source": ["aws.states"],
                "detail-type": ["Step Functions Execution Status Change"],
                "detail": {"stateMachineArn": [machine.state_machine_arn], "status": BAD_ENDS},
            },
            targets=[
                aws_events.CfnRule.TargetProperty(
                    id="alarms",
                    arn=self.alarms.topic_arn,
                    input_transformer=aws_events.CfnRule.InputTransformerProperty(
                        input_paths_map={
                            "execution": "$.detail.executionArn",
                            "status": "$.detail.status",
                            "error": "$.detail.error",
                        },
                        input_template=message,
                    ),
                )
            ],
        )

    def _let_alarms_publish(self, key: aws_kms.Key) -> None:
        # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
        ours = {"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
        self.alarms.add_to_resource_policy(
            aws_iam.PolicyStatement(
                principals=[CLOUDWATCH],
                actions=["sns:Publish"],
                resources=[self.alarms.topic_arn],
                conditions=ours,
            )
        )
        key.add_to_resource_policy(
            aws_iam.PolicyStatement(
                principals=[CLOUDWATCH],
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                resources=["*"],
                conditions=ours,
            )
        )


def place_of(owner: str, topics: int) -> int:
    """The number of an owner's topic, by its address alone (rendezvous hashing)."""
    return max(range(topics), key=lambda one: hashlib.sha256(f"{one} {owner}".encode()).digest())


def refuse_crowded(owners: Iterable[str], settings: Settings) -> None:
    """Refuse more owners than the topics take.

    Raises:
        InvalidSettingError: says how many topics there must be.
    """
    every = set(owners)
    for topics in range(settings.mail_topics, MOST_TOPICS):
        crowds = Counter(place_of(one, topics) for one in every)
        if max(crowds.values(), default=0) <= FILTERS_PER_TOPIC:
            if topics > settings.mail_topics:
                raise InvalidSettingError(
                    f"-c mailTopics={settings.mail_topics}: a topic takes {FILTERS_PER_TOPIC} "
                    f"owners' filters, and there are {len(every)} owners; write "
                    f"-c mailTopics={topics}"
                )
            return
