"""Errors of the services that are served here, as their protocol spells them."""

import json
from collections.abc import Mapping
from typing import Any

Response = tuple[int, dict[str, str], bytes]


class ServiceError(Exception):
    """What a call is refused with."""

    def __init__(
        self, status: int, code: str, message: str, more: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.more = dict(more or {})

    def response(self) -> Response:
        """The answer in REST-JSON."""
        headers = {"Content-Type": "application/json", "x-amzn-errortype": self.code}
        body = {"__type": self.code, "message": self.message, **self.more}
        return self.status, headers, json.dumps(body).encode()


def invalid(message: str) -> ServiceError:
    """A ValidationException."""
    return ServiceError(400, "ValidationException", message, {"reason": "fieldValidationFailed"})
