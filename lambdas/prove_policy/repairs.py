"""Denials as evidence of their own kind, in the names of the first cycle."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdas.model.evidence import Evidence, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lambdas.model.process import Use
    from lambdas.prove_policy.denials import Denial

DENIED_IN_PROOF = "denied-in-proof"


def repairs(
    denied: Iterable[Denial],
    uses: Iterable[Use],
    *,
    roles: Mapping[str, str],
    round_id: str,
    time: str,
) -> tuple[Evidence, ...]:
    """One line of evidence per denial: the policy lacked it, and the sandbox role stands for whom.

    Args:
        denied: what the candidate was refused.
        uses: the process's variables; names of the proof become names of the first cycle, so that
            refinement sees one cycle only.
        roles: the candidate's ARN and the sandbox role's in its place.
        round_id: of the round's run.
        time: for denials that only the tools named.
    """
    renamed = _Renaming(tuple(uses))
    ((_, principal),) = roles.items()
    return tuple(
        Evidence(
            action=one.action,
            resource=renamed.text(roles.get(one.resource, one.resource)),
            outcome=Outcome.MISSED,
            principal=principal,
            session=f"{round_id}.{one.phase}",
            phase=one.phase,
            via=one.via,
            region=one.region,
            event_id=one.event_id or f"{round_id}/output/{index}",
            time=one.time or time,
            source="",
            name=str(one.action),
            error=DENIED_IN_PROOF,
        )
        for index, one in enumerate(denied)
    )


class _Renaming:
    """The second values of the variables, wherever they stand as a word, become the first."""

    def __init__(self, uses: tuple[Use, ...]) -> None:
        self._first = {one.prove: one.learn for one in uses}
        longest_first = sorted(self._first, key=lambda value: (-len(value), value))
        words = "|".join(re.escape(value) for value in longest_first)
        self._pattern = re.compile(rf"(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])")

    def text(self, text: str) -> str:
        if not self._first:
            return text
        return self._pattern.sub(lambda match: self._first[match.group()], text)
