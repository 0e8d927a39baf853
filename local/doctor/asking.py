"""How the doctor asks an account: with the shell's own credentials, and never more than a read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local.doctor.check import Check, unknown

BRISK = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 2})
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError"})
# Every action that the doctor uses; tests/local/test_doctor.py holds it against what is called.
ACTIONS = (
    "access-analyzer:ListAnalyzers",
    "cloudformation:DescribeStacks",
    "cloudformation:ListStackResources",
    "cloudtrail:DescribeTrails",
    "iam:GetAccountSummary",
    "lambda:GetAccountSettings",
    "servicequotas:ListServiceQuotas",
    "sns:ListSubscriptionsByTopic",
    "ssm:GetParameter",
    "sts:GetCallerIdentity",
)


class Aws(Protocol):
    """An account in a region."""

    @property
    def region(self) -> str | None:
        """The region that the shell names."""

    def client(self, service: str) -> Any:  # botocore makes clients at run time
        """A client of a service."""


@dataclass(frozen=True, slots=True)
class ShellAws:
    """What the environment and the profile say."""

    session: boto3.Session

    @property
    def region(self) -> str | None:
        """See `Aws`."""
        return self.session.region_name

    def client(self, service: Any) -> Any:
        """See `Aws`."""
        return self.session.client(service, config=BRISK)


def asked(name: str, action: str, question: Callable[[], Check]) -> Check:
    """The answer, or why there is none: what cannot be asked is told, not passed over."""
    try:
        return question()
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "unknown")
        if code in DENIED:
            return unknown(
                name,
                f"These credentials may not ask: {action} is denied.",
                f"Ask again with credentials that allow {action}, or look in the console.",
            )
        return unknown(name, f"{action} answered {code}.", "Ask again; if it stays so, look there.")
    except BotoCoreError as error:
        return unknown(name, f"{action} got no answer: {error}.", "Look at the network and region.")


def code_of(error: ClientError) -> str:
    """AWS's name of an error."""
    return str(error.response.get("Error", {}).get("Code", ""))
