"""Every operation of every service, called once: what it acted on is read from the request."""

from __future__ import annotations

from collections import defaultdict
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, Any

from embedded_aws.iam.calls import Call, UnidentifiedCallError
from embedded_aws.iam.requirements.checks import checks_of
from lambdas.collect_evidence.translation.translate import translate
from lambdas.reference.actions import facts
from lambdas.reference.arn_formats import formats_of
from tests.unit.reference.requests import ACCOUNT, REGION, modelled, recorded, request_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.collect_evidence.translation.translation import Translation

ROLE = f"arn:aws:iam::{ACCOUNT}:role/my-role"
Called = tuple[str, str, dict[str, Any], "Translation"]


@cache
def called() -> tuple[Called, ...]:
    return tuple(_called())


def _called() -> Iterator[Called]:
    for one in modelled():
        request = request_of(one.operation, one.known)
        record = {
            "eventSource": one.source,
            "eventName": one.name,
            "requestParameters": recorded(request),
            "awsRegion": REGION,
            "recipientAccountId": ACCOUNT,
        }
        yield one.service, one.name, request, translate(record, ROLE)


def test_what_a_call_acted_on_is_told_for_nearly_every_operation() -> None:
    """What is left is not in the requests: a disk's id behind its name, a build's project."""
    asked = [one for one in called() if any(_is_limited(line) for line in one[3].evidence)]
    untold = [
        one
        for one in asked
        if any(_is_limited(line) and line.resource == "*" for line in one[3].evidence)
    ]
    assert len(asked) > 10_000
    assert len(untold) / len(asked) < 0.015, sorted((one[0], one[1]) for one in untold)


def test_one_element_of_a_request_fills_one_part_of_an_arn() -> None:
    """What has no element of its own is any, not what stands beside it: `stream/cam/*`."""
    twice = {
        f"{service} {name}: {line.resource}"
        for service, name, _, made in called()
        for line in made.evidence
        if _repeats(line)
    }
    assert not twice, "\n".join(sorted(twice))


def _repeats(line: Any) -> bool:
    known = facts(line.action)
    for form in [one for use in (known.uses if known else ()) for one in formats_of(use.type)]:
        match = form.pattern.fullmatch(line.resource)
        told = [text for text in match.groups() if text.startswith("my-")] if match else []
        if len(set(told)) < len(told):
            return True
    return False


def _is_limited(line: Any) -> bool:
    known = facts(line.action)
    return known is not None and any(use.required for use in known.uses)


def test_the_emulator_asks_for_what_the_reader_reads() -> None:
    """So that a cycle of a service that nobody has tried is not refused what it was learned from."""
    apart = defaultdict(list)
    checked = 0
    for service, name, request, made in called():
        try:
            checks = checks_of(
                Call(
                    service=service, operation=name, params=request, account=ACCOUNT, region=REGION
                )
            )
        except UnidentifiedCallError:
            continue
        granted = [(str(one.action), one.resource) for one in made.evidence]
        granted += [
            (str(one.action), one.resource) for line in made.evidence for one in line.implies
        ]
        for check in checks:
            checked += 1
            names = {check.action, *check.alternatives}
            if not any(a in names and fnmatchcase(check.resource, r) for a, r in granted):
                apart[service].append((name, check.action, check.resource))
    assert checked > 15_000
    # Of these 34 are actions of an operation's own name that AWS's tables do not list for it.
    assert sum(map(len, apart.values())) / checked < 0.041, dict(apart)
