"""How CodeBuild treats builds: as it is documented, unless a test asks for something else.

The root key turns the knobs, with POST /_fencepost/builds and any of the names below.
"""

import dataclasses
import json
from dataclasses import dataclass

from embedded_aws.gateway import gate
from embedded_aws.protocol.request import Answer, Incoming


@dataclass(frozen=True, slots=True)
class Knobs:
    """How builds go.

    Attributes:
        failed_builds_export: whether a build that fails exports its variables all the same. AWS
            tells until when a variable can change, and nowhere that a failed build keeps it:
            https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ExportedEnvironmentVariable.html
        account_limit: how many builds the account may run; a new one may run none, whatever
            Service Quotas shows (https://github.com/awslabs/landing-zone-accelerator-on-aws/issues/1013).
        project_error: how a project's own limit is told: "builds return an error", and which is
            documented nowhere
            (https://docs.aws.amazon.com/codebuild/latest/userguide/builds-working.html).
    """

    failed_builds_export: bool = False
    account_limit: int = 60
    project_error: str = "AccountLimitExceededException"


class Turned:
    """The knobs as they stand."""

    now = Knobs()


def install() -> None:
    """Let tests turn the knobs."""
    gate.root_routes[gate.ROOT_PREFIX + "builds"] = _turn


def _turn(request: Incoming) -> Answer:
    try:
        Turned.now = dataclasses.replace(Turned.now, **json.loads(request.body))
    except (ValueError, TypeError) as error:
        return Answer(status=400, body=json.dumps({"message": str(error)}).encode())
    return Answer(status=200, body=b"{}")
