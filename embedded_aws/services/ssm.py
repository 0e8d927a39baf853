"""Parameter Store: a value may hold nothing in double brackets.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from ministack.core.responses import error_response_json

from embedded_aws.ministack import services

_NESTED = re.compile(r"\{\{.*?\}\}", re.DOTALL)


def install() -> None:
    """Refuse as the service does; stacks come the same way."""
    ssm = services.service("ssm")
    ssm._put_parameter = _checking(ssm._put_parameter)


def _checking(put: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def checked(data: Mapping[str, Any]) -> Any:
        nested = _NESTED.search(str(data.get("Value", "")))
        if nested is None:
            return put(data)
        return error_response_json(
            "ValidationException",
            "Parameter value can't nest another parameter. "
            f'Do not use "{{{{}}}}" in the value: {nested[0]}',
            400,
        )

    return checked
