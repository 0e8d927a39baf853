"""Roles, users and policies with paths: IAM asks for the whole ARN, requests give the name alone.

Where the run itself made a role, the answer told its path; later calls on its name mean that role.
Of who called, a session's issuer tells the path, and records without one mean the same role.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, Self

from lambdas.collect_evidence.principals.caller import Caller
from lambdas.model.iam.arn import ACCOUNT_ID, WITH_PATHS, arn_pattern
from lambdas.model.trail.evidence import Line

_WITH_PATH = re.compile(
    rf"({arn_pattern('iam', '', account=ACCOUNT_ID)}(?:{WITH_PATHS})/)(.+/)(.+)"
)
_MADE = ("role", "user", "group", "policy", "instanceProfile")


def _without_path(arn: str) -> str:
    match = _WITH_PATH.fullmatch(arn)
    return match[1] + match[3] if match else arn


class IamPaths:
    """Full ARNs by those without path."""

    def __init__(self) -> None:
        self._full: dict[str, set[str]] = {}

    @classmethod
    def of(cls, known: Mapping[str, Iterable[str]]) -> Self:
        """What `known` told."""
        made = cls()
        made._full = {name: set(full) for name, full in known.items()}
        return made

    @property
    def known(self) -> dict[str, list[str]]:
        """Plain values, sorted."""
        return {name: sorted(full) for name, full in sorted(self._full.items())}

    def learn(self, record: Mapping[str, Any], caller: Caller) -> None:
        """Take up who called, and what an answer of IAM tells."""
        if caller.whole:
            self.add(caller.principal)
        answer = record.get("responseElements")
        if record.get("eventSource") != "iam.amazonaws.com" or not isinstance(answer, dict):
            return
        for kind in _MADE:
            made = answer.get(kind)
            arn = made.get("arn") if isinstance(made, dict) else None
            if isinstance(arn, str) and _WITH_PATH.fullmatch(arn):
                self.add(arn)

    def add(self, arn: str) -> None:
        """Take up an ARN that is known to be whole, with or without a path."""
        self._full.setdefault(_without_path(arn), set()).add(arn)

    def assume(self, arn: str) -> None:
        """Take up an ARN as somebody spelled it, unless the trail tells better."""
        self._full.setdefault(_without_path(arn), {arn})

    def join(self, other: Self) -> None:
        """Take up what another part of the trail told."""
        for name, full in other._full.items():
            self._full.setdefault(name, set()).update(full)

    def completed(self, lines: Iterable[Line]) -> Iterator[Line]:
        """The same lines in order, with the paths that are known."""
        if all(full == {name} for name, full in self._full.items()):
            yield from lines
            return
        for _, same in groupby(lines, key=lambda line: line[0][:3]):
            yield from sorted(one for line in same for one in self._complete(line))

    def _complete(self, line: Line) -> Iterator[Line]:
        (time, event_id, action, resource, principal), text = line
        whole, who = self._whole(resource), self._whole(principal)
        if who != principal:
            raw = json.loads(text)
            raw["principal"] = principal = who
            text = json.dumps(raw, separators=(",", ":"))
            line = (time, event_id, action, resource, principal), text
        if whole == resource:
            yield line
            return
        raw = json.loads(text)
        if raw.get("outcome") != "succeeded":
            yield line  # of a role that is not there yet no one knows the path: asked by its name
        raw["resource"] = whole
        order = (time, event_id, action, whole, principal)
        yield order, json.dumps(raw, separators=(",", ":"))

    def _whole(self, arn: str) -> str:
        """With its path; a name that was used with two paths tells neither."""
        full = self._full.get(arn, ())
        return next(iter(full)) if len(full) == 1 else arn
