"""What a record proves: the same for all that differ in caller, time and ids alone."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

from lambdas.collect_evidence.translation.attribution import Attribution
from lambdas.model.findings.finding import Finding
from lambdas.model.trail.evidence import Evidence, Line, caller_in_line, event_in_line


@dataclass(frozen=True)
class Translation:
    """What a record proves, and what must be said; never neither. Findings lack a source.

    Attributes:
        evidence: of the principal; its session, phase and services are the attribution's to tell.
        through: the service that asked for it in the caller's name; empty for the call itself.
        hidden: the same where a record only says that some service did.
    """

    evidence: tuple[Evidence, ...] = ()
    findings: tuple[Finding, ...] = ()
    through: str = ""
    hidden: str = ""

    def lines(self, attribution: Attribution, event_id: str, time: str) -> list[Line]:
        """What a record proves of whoever made the call, just as `Evidence.to_line` writes it."""
        if not self.evidence:
            return []
        caller = _caller(attribution, self.through, self.hidden)
        own = caller + event_in_line(self.evidence[0].region, event_id, time)
        return [
            ((time, event_id, action, resource, attribution.principal), f"{before}{own}{after}")
            for action, resource, before, after in self._written
        ]

    @cached_property
    def _written(self) -> tuple[tuple[str, str, str, str], ...]:
        """What its lines have in common, whoever made the call and when."""
        return tuple([(str(one.action), one.resource, *one.line_ends()) for one in self.evidence])


@lru_cache(maxsize=1_024)
def _caller(attribution: Attribution, through: str, hidden: str) -> str:
    via = attribution.asked_via(through, hidden)
    return caller_in_line(attribution.principal, attribution.session, attribution.phase, via)
