"""What the archive keeps of a proof: its rounds, its verdict, and what could be left out."""

import base64
import binascii
import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lambdas.model.execution.platform import Platform
from lambdas.model.trail.evidence import Evidence, Outcome
from lambdas.prove_policy.rounds import PHASE_FAILED, WELL, Build, Decision, Round

DOCUMENT = "proof.json"
REMOVALS = ("Delete", "Remove", "Detach", "Deregister", "Disassociate", "Terminate", "Schedule")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A round of a run, as the state machine names it."""

    number: int
    run: str
    candidate: str

    @property
    def prefix(self) -> str:
        """What the session names of the round begin with."""
        return f"{self.run}."


def to_document(rounds: Sequence[Round], decision: Decision, platform: Platform) -> bytes:
    """The whole proof so far, the same bytes for the same rounds."""
    content = {
        "shownOn": platform.value,
        "verdict": decision.verdict(),
        "rounds": [one.to_json() for one in rounds],
    }
    return (json.dumps(content, indent=2) + "\n").encode()


def earlier_rounds(document: bytes, before: int) -> tuple[Round, ...]:
    """The rounds before this one; a repeated state does not count its own answer."""
    rounds = (Round.from_json(one) for one in json.loads(document)["rounds"])
    return tuple(one for one in rounds if one.number < before)


def to_evidence(lines: Iterable[Evidence]) -> bytes:
    """Sorted and packed as CollectEvidence packs it."""
    text = "".join(f"{one.to_line()}\n" for one in sorted(lines, key=lambda one: one.order))
    return gzip.compress(text.encode(), mtime=0)


def from_evidence(body: bytes) -> tuple[Evidence, ...]:
    """Read what `to_evidence` or CollectEvidence wrote."""
    return tuple(Evidence.from_json(json.loads(one)) for one in gzip.decompress(body).splitlines())


def removed(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """What the sandbox role took away after a failed round, each once, sorted."""
    return tuple(
        sorted(
            {
                f"{line.action} {line.resource}"
                for line in evidence
                if line.outcome is Outcome.SUCCEEDED and line.action.name.startswith(REMOVALS)
            }
        )
    )


def left_behind(build: Mapping[str, Any] | None, cleanup: Mapping[str, Any] | None) -> str:
    """Why the sandbox may not be clean: neither the cycle nor the sandbox role could remove."""
    if build is None or cleanup is None or cleanup.get("status") == "SUCCEEDED":
        return ""
    done = str((build.get("exported") or {}).get("PHASES_DONE", "")).split()
    if "remove" in done:
        return ""  # the candidate has removed all: there was nothing left to remove
    return (
        f"the cycle's own remove failed, and so did the sandbox role's (build {cleanup.get('id')})"
    )


def build_of(raw: Mapping[str, Any] | None, phases: Sequence[str]) -> Build:
    """How the round's cycle ended, from what the state machine read of its build.

    A build ends well and says which phase of the cycle failed; one that fails by itself says
    nothing. One that ends well without saying that each of the phases was done proves nothing.
    """
    if raw is None:
        return Build(succeeded=False, status="NEVER STARTED")
    exported = raw.get("exported") or {}
    status = str(raw.get("status", "SUCCEEDED"))
    done = str(exported.get("PHASES_DONE", "")).split()
    undone = next((one for one in phases if one not in done), "")
    said = str(exported.get("FAILED_PHASE", ""))
    failed = said or (undone if status == WELL else "")
    return Build(
        succeeded=status == WELL and not failed,
        status=PHASE_FAILED if said else status,
        failed_phase=failed,
        tail=_tail(exported.get("FAILURE_TAIL", "")),
    )


def _tail(encoded: object) -> str:
    try:
        return base64.b64decode(str(encoded), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return str(encoded)
