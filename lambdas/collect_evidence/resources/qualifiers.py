"""What services ask about that the formats of the reference's types do not tell.

Lambda asks for the version or alias that a call names, Step Functions for the state machine of one,
CodeBuild for the project of a build.
"""

import re
from collections.abc import Iterable

from lambdas.collect_evidence.call.elements import Elements
from lambdas.model.iam.action import Action
from lambdas.model.iam.arn import arn_pattern

_FUNCTION = re.compile(arn_pattern("lambda", "function:[^:]+"))
# A build's id is `<project>:<uuid>`; IAM knows projects alone.
_BUILD = re.compile(f"({arn_pattern('codebuild', '')})(?:project|build)/([^:/]+):[0-9a-f-]{{36}}")
# https://docs.aws.amazon.com/step-functions/latest/dg/auth-version-alias.html
_MACHINE = re.compile(f"({arn_pattern('states', 'stateMachine:[^:/]+')}):[^:/]+")


def qualified(arns: Iterable[str], action: Action, request: Elements) -> tuple[str, ...]:
    """The ARNs of functions with the qualifier of the request, of builds and machines without.

    Since January 2022, https://github.com/aws/aws-cdk/issues/19273
    """
    if action.service == "codebuild":
        return tuple(dict.fromkeys(_BUILD.sub(r"\1project/\2", arn) for arn in arns))
    if action.service == "states":
        whole = (match[1] if (match := _MACHINE.fullmatch(arn)) else arn for arn in arns)
        return tuple(dict.fromkeys(whole))
    qualifier = request.first("qualifier") if action.service == "lambda" else ""
    if qualifier in ("", "$LATEST"):
        return tuple(arns)
    return tuple(f"{arn}:{qualifier}" if _FUNCTION.fullmatch(arn) else arn for arn in arns)
