"""How policy generations go: in half a second and well, unless a test asks for something else.

The root key turns the knobs, with POST /_fencepost/generation and any of {"seconds": how long a
job takes, "busy": how many of the next starts meet the one-job quota, "daily": how many are allowed
a day, "outcomes": ["FAILED" | "CANCELED" | "SUCCEEDED", …] of the next jobs, in order}.
"""

import json
import os
from dataclasses import dataclass, field

from embedded_aws.gateway import gate
from embedded_aws.protocol.request import Answer, Incoming

OUTCOMES = frozenset({"SUCCEEDED", "FAILED", "CANCELED"})


@dataclass(slots=True)
class Knobs:
    """How jobs go."""

    seconds: float = 0.5
    busy: int = 0
    daily: int | None = None  # the service's quota
    outcomes: list[str] = field(default_factory=list)


knobs = Knobs(seconds=float(os.environ.get("FENCEPOST_GENERATION_SECONDS", "0.5")))


def install() -> None:
    """Let tests turn the knobs."""
    gate.root_routes[gate.ROOT_PREFIX + "generation"] = _turn


def _turn(request: Incoming) -> Answer:
    try:
        wanted = json.loads(request.body)
        seconds, busy = float(wanted.get("seconds", knobs.seconds)), int(wanted.get("busy", 0))
        daily = wanted.get("daily", knobs.daily)
        outcomes = [str(outcome) for outcome in wanted.get("outcomes", [])]
    except (ValueError, TypeError, AttributeError) as error:
        return _answer(400, str(error))
    if not OUTCOMES.issuperset(outcomes):
        return _answer(400, f"outcomes are {', '.join(sorted(OUTCOMES))}")
    knobs.seconds, knobs.busy, knobs.outcomes, knobs.daily = seconds, busy, outcomes, daily
    return _answer(200, "turned")


def _answer(status: int, message: str) -> Answer:
    return Answer(status=status, body=json.dumps({"message": message}).encode())
