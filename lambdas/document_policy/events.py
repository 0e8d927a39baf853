"""The events of a documented run: published or not proved, and whether its access grew."""

from collections.abc import Mapping
from typing import Any

from lambdas.document_policy.analysis.changes import together
from lambdas.document_policy.analysis.run_facts import RunFacts
from lambdas.model.archive.manifest import MANIFEST, digest
from lambdas.model.execution.run_events import EventKind, entry, event_text

POLICY = "policy.json"
MOST = 20  # details of a verdict


def events(facts: RunFacts, files: Mapping[str, bytes], *, bucket: str) -> list[dict[str, Any]]:
    """Entries of PutEvents; `files` is the dossier by name, `bucket` where it lies."""
    kind = EventKind.PUBLISHED if facts.verdict.proved else EventKind.NOT_PROVED
    about = _about(facts, files, bucket)
    made = [entry(kind, facts.run, about, shorten="policies")]
    if facts.changes.new:
        widened = {**about, "new": _new(facts)}
        del widened["policies"]
        made.append(entry(EventKind.WIDENED, facts.run, widened, shorten="new"))
    return made


def _about(facts: RunFacts, files: Mapping[str, bytes], bucket: str) -> dict[str, Any]:
    changes = facts.changes
    return {
        "verdict": facts.verdict.words,
        "reason": event_text(facts.verdict.grounds),
        "details": [event_text(one) for one in facts.verdict.details[:MOST]],
        "dossier": {
            "bucket": bucket,
            "prefix": facts.run.key(""),
            "manifestSha256": digest(files[MANIFEST]),
        },
        "policy": _object(facts, files, POLICY),
        "policies": [
            _object(facts, files, name)
            for name in sorted(files)
            if name.startswith("policy") and name.endswith(".json")
        ],
        "statements": facts.statements,
        "grants": facts.grants,
        "compared": None
        if changes.alone
        else {
            "run": changes.run,
            "standing": changes.standing.value,
            "new": len(changes.new),
            "gone": len(changes.gone),
        },
    }


def _object(facts: RunFacts, files: Mapping[str, bytes], name: str) -> dict[str, str]:
    return {"key": facts.run.key(name), "sha256": digest(files[name])}


def _new(facts: RunFacts) -> list[dict[str, Any]]:
    return [
        {
            "actions": [event_text(action) for action in one.actions[:MOST]],
            "resource": event_text(str(one.resource)),
            "cause": event_text(one.cause),
        }
        for one in together(facts.changes.new)
    ]
