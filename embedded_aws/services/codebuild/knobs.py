"""How CodeBuild treats builds: as it is documented, unless a test asks for something else.

The root key turns the knobs, with POST /_fencepost/builds and any of {"failedBuildsExport": whether
a build that fails exports its variables all the same}. AWS tells until when a variable can change,
and nowhere that a failed build keeps it, so nothing may rest on it:
https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ExportedEnvironmentVariable.html
"""

import json
from dataclasses import dataclass

from embedded_aws.gateway import gate
from embedded_aws.protocol.request import Answer, Incoming


@dataclass(slots=True)
class Knobs:
    """How builds go."""

    failed_builds_export: bool = False


knobs = Knobs()


def install() -> None:
    """Let tests turn the knobs."""
    gate.root_routes[gate.ROOT_PREFIX + "builds"] = _turn


def _turn(request: Incoming) -> Answer:
    try:
        wanted = json.loads(request.body)
        knobs.failed_builds_export = bool(
            wanted.get("failedBuildsExport", knobs.failed_builds_export)
        )
    except (ValueError, AttributeError) as error:
        return Answer(status=400, body=json.dumps({"message": str(error)}).encode())
    return Answer(status=200, body=b"{}")
