"""Lambda asks for the version or alias that a call names, whatever types the reference lists."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lambdas.collect_evidence.elements import Elements
    from lambdas.model.action import Action

_FUNCTION = re.compile(r"arn:[^:]+:lambda:[^:]*:[^:]*:function:[^:]+")


def qualified(arns: Iterable[str], action: Action, request: Elements) -> tuple[str, ...]:
    """The ARNs of functions with the qualifier of the request, where it names one.

    Since January 2022, https://github.com/aws/aws-cdk/issues/19273
    """
    qualifier = request.first("qualifier") if action.service == "lambda" else ""
    if qualifier in ("", "$LATEST"):
        return tuple(arns)
    return tuple(f"{arn}:{qualifier}" if _FUNCTION.fullmatch(arn) else arn for arn in arns)
