"""Findings, each once with how often and where first: the same whatever order they came in."""

from collections.abc import Iterable
from dataclasses import replace

from lambdas.model.findings.finding import Finding


class FindingLedger:
    """Counts findings that say the same."""

    def __init__(self) -> None:
        self._found: dict[Finding, tuple[int, str]] = {}

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> "FindingLedger":
        """A ledger of findings."""
        made = cls()
        made.extend(findings)
        return made

    def add(self, one: Finding, source: str = "") -> None:
        """Take a finding; its source is kept when it is the first in order.

        Args:
            one: the finding.
            source: where it was seen, when the finding itself does not say.
        """
        key = replace(one, source="", count=1) if one.source or one.count != 1 else one
        source = source or one.source
        count, first = self._found.get(key, (0, source))
        self._found[key] = (count + one.count, min(first, source))

    def extend(self, many: Iterable[Finding]) -> None:
        """Take several."""
        for one in many:
            self.add(one)

    def sorted(self) -> tuple[Finding, ...]:
        """All of them, errors first."""
        found = [
            replace(one, source=source, count=count) for one, (count, source) in self._found.items()
        ]
        return tuple(sorted(found))
