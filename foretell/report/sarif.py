"""For code scanners: SARIF 2.1.0, a result for every line, at the resource that asks for it.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, and what GitHub takes of it,
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from foretell.comparison.comparison import Asker, Comparison, Line
from foretell.needs import Certainty
from lambdas.model.text import visible

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MOST = 5_000  # results of a run that GitHub shows
_LEVELS = {Certainty.SEEN: "error", Certainty.DOCUMENTED: "error", Certainty.POSSIBLE: "note"}
_RULES = {
    "missing-seen": "A run of such a resource asked for a permission that the policy lacks",
    "missing-documented": "AWS documents a permission that the policy lacks",
    "missing-possible": "AWS lists a permission that the policy lacks, not when it is asked for",
    "no-longer-needed": "The policy grants what only removed resources needed",
    "could-not-tell": "Nobody here knows what it needs",
}


def sarif(found: Comparison, template: str, version: str) -> str:
    """The log; `template` is the file that findings without a resource are about."""
    results = [*_missing(found, template), *_others(found, template)][:MOST]
    driver = {
        "name": "fencepost",
        "version": version,
        "informationUri": "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
        "rules": [
            {"id": name, "shortDescription": {"text": words}} for name, words in _RULES.items()
        ],
    }
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }
    return json.dumps(log, indent=1) + "\n"


def _missing(found: Comparison, template: str) -> Iterator[dict[str, Any]]:
    for line in (*found.missing, *found.possible):
        rule = f"missing-{line.certainty.value}"
        yield _result(rule, _LEVELS[line.certainty], _message(line), line.askers, template)


def _message(line: Line) -> str:
    note = f"; {line.note}" if line.note else ""
    return f"{line.action} on {line.resource} is not granted: {line.because}{note} ({line.source})"


def _others(found: Comparison, template: str) -> Iterator[dict[str, Any]]:
    for one in found.spare:
        words = f"{one.action} on {one.resource} is granted: {one.because}"
        yield _result("no-longer-needed", "note", words, (), template)
    for text in found.untold:
        yield _result("could-not-tell", "warning", text, (), template)


def _result(
    rule: str, level: str, message: str, askers: tuple[Asker, ...], template: str
) -> dict[str, Any]:
    places = [(one.path or template, one.line) for one in askers[:10]] or [(template, 0)]
    return {
        "ruleId": rule,
        "ruleIndex": list(_RULES).index(rule),
        "level": level,
        "message": {"text": visible(message)},
        "locations": [_location(path, line) for path, line in dict.fromkeys(places)],
    }


def _location(path: str, line: int) -> dict[str, Any]:
    uri = quote(path.replace("\\", "/").removeprefix("./"), safe="/", errors="replace")
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri or "template"}}
    physical["region"] = {"startLine": max(line, 1)}
    return {"physicalLocation": physical}
