"""For a script: the fields of `fencepost check --json`. `check.schema.json` is their schema."""

from typing import Any

from foretell.comparison.comparison import Comparison, Line


def fields(found: Comparison) -> dict[str, Any]:
    """Plain values, in a fixed order."""
    return {
        "answer": found.answer.name.lower(),
        "resources": found.resources,
        "needs": found.needs,
        "granted": found.granted,
        "missing": [_line(one) for one in found.missing],
        "possible": [_line(one) for one in found.possible],
        "noLongerNeeded": [
            {
                "action": one.action,
                "resource": one.resource,
                "statement": one.statement,
                "because": one.because,
            }
            for one in found.spare
        ],
        "untold": list(found.untold),
    }


def _line(one: Line) -> dict[str, Any]:
    return {
        "certainty": one.certainty.value,
        "action": one.action,
        "resource": one.resource,
        "because": one.because,
        "source": one.source,
        "note": one.note,
        "askedForBy": [
            {
                "logicalId": asker.logical_id,
                "type": asker.type,
                "stack": asker.stack,
                "path": asker.path,
                "line": asker.line,
            }
            for asker in one.askers
        ],
    }
