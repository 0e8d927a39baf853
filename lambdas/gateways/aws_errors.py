"""What AWS did not answer or refused, as errors for people and for the state machine."""

from collections.abc import Mapping
from typing import Any, Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004  # botocore's name for what did not connect
    HTTPClientError,
    IncompleteReadError,
)
from botocore.parsers import ResponseParserError

from lambdas.errors import FencepostError, ServiceRefusedError, ServiceUnavailableError

UNANSWERED: Final = (BotoCoreError, ClientError, ResponseParserError)
_BROKEN: Final = (ConnectionError, HTTPClientError, IncompleteReadError, ResponseParserError)
SERVER_ERROR: Final = 500  # and above, an HTTP status
# What an SDK tries again, because the same request can succeed a little later.
# https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
TRANSIENT: Final = frozenset(
    {
        "BandwidthLimitExceeded",
        "ConcurrentModification",
        "EC2ThrottledException",
        "EntityTemporarilyUnmodifiable",
        "InternalError",
        "InternalFailure",
        "InternalServerException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottledException",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)


def is_transient(error: Exception) -> bool:
    """Whether the same call can succeed later: it was throttled, or nobody answered."""
    if not isinstance(error, ClientError):
        return isinstance(error, _BROKEN)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= SERVER_ERROR or error.response["Error"].get("Code", "") in TRANSIENT


def refused(
    verb: str, what: str, cause: ClientError, kind: type[FencepostError] = ServiceRefusedError
) -> FencepostError:
    """What to raise when a service does not do something: another kind when it may do it later."""
    raised = ServiceUnavailableError if is_transient(cause) else kind
    return raised(f"cannot {verb} {what}: {reason(cause)}")


def reason(error: Exception) -> str:
    """AWS's own code and words, or the client's."""
    if not isinstance(error, ClientError):
        return str(error).rstrip(".")
    said = error.response["Error"]
    return f"{said.get('Code', 'unknown')}: {said.get('Message', 'no message')}"


def as_step_error(error: Exception) -> FencepostError:
    """The error that a step ends with, when a call that it cannot do without has failed."""
    call = f"{error.operation_name}: " if isinstance(error, ClientError) else ""
    if is_transient(error):
        return ServiceUnavailableError(
            f"AWS did not answer: {call}{reason(error)}; the call was made several times: start "
            "the run again once the service has recovered"
        )
    return ServiceRefusedError(
        f"AWS refused a call: {call}{reason(error)}; look at the policies of the step's role, "
        "and at what the organisation forbids"
    )


def wanted(answer: Mapping[str, Any], member: str, call: str) -> None:
    """Want what every answer of a call has.

    Raises:
        ServiceUnavailableError: it is not there.
    """
    if member not in answer:
        raise ServiceUnavailableError(
            f"the answer to {call} has no {member}: whoever answered was not the service; "
            "start the run again when it is well"
        )
