"""Mails to the operator."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol, Self

from lambdas.gateways import clients
from lambdas.gateways.aws_errors import UNANSWERED, as_step_error, wanted
from lambdas.model.execution.setting import Setting

if TYPE_CHECKING:
    from types_boto3_sns import SNSClient


class OperatorMail(Protocol):
    """Whoever looks after the deployment; without an operator, the owners."""

    def send(self, subject: str, text: str) -> None:
        """One mail; the subject is at most a hundred characters long."""


class TopicMail:
    """See `OperatorMail`: by a topic of SNS."""

    def __init__(self, topic: str, client: SNSClient | None = None) -> None:
        self._topic = topic
        self._client: SNSClient = client or clients.client("sns")

    @classmethod
    def deployed(cls) -> Self:
        """The function's own."""
        return cls(os.environ[Setting.OPERATOR_TOPIC])

    def send(self, subject: str, text: str) -> None:
        """See `OperatorMail`.

        Raises:
            ServiceRefusedError: SNS does not let us.
            ServiceUnavailableError: it does not answer.
        """
        try:
            answer = self._client.publish(TopicArn=self._topic, Subject=subject, Message=text)
        except UNANSWERED as error:
            raise as_step_error(error) from error
        wanted(answer, "MessageId", "sns:Publish")
