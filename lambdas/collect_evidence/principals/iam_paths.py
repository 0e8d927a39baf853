"""Roles, users and policies with paths: IAM asks for the whole ARN, requests give the name alone.

Where the run itself made a role, the answer told its path; later calls on its name mean that role.
"""

from __future__ import annotations

import json
import re
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lambdas.collect_evidence.output.sorted_spool import Line

_WITH_PATH = re.compile(
    r"(arn:[\w-]+:iam::\d{12}:(?:role|user|group|policy|instance-profile)/)(.+/)(.+)"
)
_MADE = ("role", "user", "group", "policy", "instanceProfile")


class IamPaths:
    """Full ARNs by those without path."""

    def __init__(self) -> None:
        self._full: dict[str, set[str]] = {}

    @classmethod
    def of(cls, known: Mapping[str, Iterable[str]]) -> IamPaths:
        """What `known` told."""
        made = cls()
        made._full = {name: set(full) for name, full in known.items()}
        return made

    @property
    def known(self) -> dict[str, list[str]]:
        """Plain values, sorted."""
        return {name: sorted(full) for name, full in sorted(self._full.items())}

    def learn(self, record: Mapping[str, Any]) -> None:
        """Take up what an answer of IAM tells."""
        answer = record.get("responseElements")
        if record.get("eventSource") != "iam.amazonaws.com" or not isinstance(answer, dict):
            return
        for kind in _MADE:
            made = answer.get(kind)
            arn = made.get("arn") if isinstance(made, dict) else None
            match = _WITH_PATH.fullmatch(arn) if isinstance(arn, str) else None
            if match:
                self._full.setdefault(match[1] + match[3], set()).add(match[0])

    def join(self, other: IamPaths) -> None:
        """Take up what another part of the trail told."""
        for name, full in other._full.items():
            self._full.setdefault(name, set()).update(full)

    def completed(self, lines: Iterable[Line]) -> Iterator[Line]:
        """The same lines in order, with the paths that are known."""
        if not self._full:
            yield from lines
            return
        for _, same in groupby(lines, key=lambda line: line[0][:3]):
            yield from sorted(one for line in same for one in self._complete(line))

    def _complete(self, line: Line) -> Iterator[Line]:
        (time, event_id, action, resource, principal), text = line
        full = self._full.get(resource, ())
        if len(full) != 1:  # a name that was used with two paths tells neither
            yield line
            return
        (whole,) = full
        raw = json.loads(text)
        if raw.get("outcome") != "succeeded":
            yield line  # of a role that is not there yet no one knows the path: asked by its name
        raw["resource"] = whole
        order = (time, event_id, action, whole, principal)
        yield order, json.dumps(raw, separators=(",", ":"))
