"""Errors of HEAD requests: their answers have no body, and CloudTrail names them all the same."""

from contextvars import ContextVar

from embedded_aws.protocol.operations import Operation

Error = tuple[str, str]  # code and message

# What the request that is being served was refused with, for those whose answers cannot say it.
refusal: ContextVar[Error | None] = ContextVar("refusal", default=None)

# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
_NOT_FOUND = {
    "HeadBucket": ("NoSuchBucket", "The specified bucket does not exist"),
    "HeadObject": ("NoSuchKey", "The specified key does not exist."),
}


def error_of(operation: Operation, status: int, error: Error | None) -> Error | None:
    """An error as its record names it: of an answer without body what there would have been."""
    if operation.model.http.get("method") != "HEAD" or error is None:
        return error
    if status == 404:  # noqa: PLR2004 - HTTP
        return _NOT_FOUND.get(operation.name, error)
    return refusal.get() or error
