"""The failure as documents of the archive: one for people, one for programs."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from lambdas.document_failure.failure import Failure
from lambdas.model.text import visible

REMOVED = {
    True: "The remove phase succeeded, so everything that it removes is gone from the sandbox.",
    False: "The remove phase did NOT succeed. Look for resources that the process left in the "
    "sandbox.",
    None: "",
}


def document(failure: Failure, place: str, collected: Sequence[str]) -> str:
    """The failure as Markdown; what came from commands stands in a fence that it cannot end."""
    text = "\n".join(account(failure, place))
    runs = [len(one) for one in re.findall(r"`+", text)]
    fence = "`" * max([3, *(length + 1 for length in runs)])
    return "\n".join(
        [
            f"# A failed run of {failure.run.process}{failure.run.platform.aside}",
            "",
            f"{fence}text",
            text,
            fence,
            "",
            "## Collected until then",
            "",
            *([f"- `{name}`" for name in collected] or ["Nothing."]),
            "",
        ]
    )


def record(failure: Failure, collected: Sequence[str]) -> dict[str, Any]:
    """The failure as plain values, in a fixed order."""
    run = failure.run
    return {
        "run": run.id,
        "process": run.process,
        "shownOn": run.platform.value,
        "execution": run.execution_arn,
        "startedAt": run.started_at,
        "state": failure.state,
        "error": failure.error,
        "problem": failure.problem,
        "phase": failure.phase,
        "reasons": list(failure.reasons),
        "lastLines": list(failure.last_lines),
        "removed": failure.removed,
        "waits": list(failure.waits),
        "build": failure.build,
        "revision": failure.revision,
        "advice": failure.advice,
        "collected": list(collected),
    }


def to_json(content: dict[str, Any]) -> bytes:
    """ASCII, indented, with a line end."""
    return (json.dumps(content, indent=1) + "\n").encode()


def account(failure: Failure, place: str) -> Iterator[str]:
    """What happened and what to do, in lines; `place` is where the archive keeps the run."""
    run = failure.run
    where = run.platform.aside
    yield f"The run {run.id} of {run.process}{where} failed in {visible(failure.state)}."
    yield f"{visible(failure.error)}: {failure.problem}"
    yield from failure.reasons
    if failure.last_lines:
        yield ""
        yield "The last lines of its last command:"
        yield from (f"  {line}" for line in failure.last_lines)
    yield ""
    yield failure.advice
    yield from failure.waits
    if REMOVED[failure.removed]:
        yield REMOVED[failure.removed]
    yield ""
    yield f"Archive: {place}"
    yield f"Execution: {run.execution_arn}"
    if failure.revision:
        yield f"Source: {visible(failure.revision)}"
    if failure.build:
        yield f"Build: {visible(failure.build)}"
    if failure.log:
        yield f"Log: {visible(failure.log)}"
