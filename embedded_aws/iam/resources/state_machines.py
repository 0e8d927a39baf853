"""State machines, which Step Functions asks about whatever version or alias a call names.

https://docs.aws.amazon.com/step-functions/latest/dg/auth-version-alias.html
"""

import re
from collections.abc import Iterator, Mapping

from embedded_aws.iam.calls import Call
from embedded_aws.iam.service_reference import Action

_ARN = re.compile(r"(arn:[^:]+:states:[^:]*:\d*:stateMachine:[^:/]+)(?::[^:/]+)?")


def state_machines(action: Action, call: Call) -> list[str] | None:
    """The machines without the qualifiers of the request; an alias is made of its versions'."""
    if not any(kind.name.startswith("statemachine") for kind in action.resources):
        return None
    found = [match[1] for text in _texts(call.params) if (match := _ARN.fullmatch(text))]
    return list(dict.fromkeys(found)) or None


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _texts(one)
