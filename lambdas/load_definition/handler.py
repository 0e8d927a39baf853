"""LoadDefinition: the definition that a run of this revision follows, or which key is refused."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.cycle import buildspec
from lambdas.gateways.telemetry import Telemetry
from lambdas.load_definition.team_text import team_text
from lambdas.load_definition.whole import whole
from lambdas.model.definition.process_parameter import registered
from lambdas.model.execution.run import Run
from lambdas.model.execution.step_input import required

STEP = "load_definition"
_required = partial(required, state="LoadDefinition")
telemetry = Telemetry(STEP)
logger = telemetry.logger


@telemetry.entry
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """The entry point on Lambda."""
    return load_definition(event)


def load_definition(event: Mapping[str, Any]) -> dict[str, Any]:
    """The whole definition, and the buildspec of the cycles that follow it."""
    run = Run.from_json(_required(event, "run"))
    definition = dict(_required(event, "process"))
    name = definition.pop("name", run.process)
    process, environment = whole(name, definition, team_text(_required(event, "text")))
    logger.info("definition loaded", phases=[one.name for one in process.phases])
    # JSON is YAML, and the same bytes for the same process.
    spec = json.dumps(buildspec.buildspec(process, environment), sort_keys=True)
    return {"process": registered(process), "buildspec": spec}
