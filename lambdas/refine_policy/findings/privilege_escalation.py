"""Which known ways to more permissions the policies open, and which the boundary closes."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from lambdas.model.dossier.refinement import LeftOut, LeftOutKind, PrincipalPolicy
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.iam.role_boundary import RoleBoundary
from lambdas.model.iam.way_up import WayUp
from lambdas.model.text import listed
from lambdas.reference.ways.escalation import escalation_paths
from lambdas.reference.ways.ways_up import REWRITTEN, ways_up

_BOUND = (
    "Let the process's roles have a boundary (`policy: {boundary: required}`, docs/boundaries.md)."
)
_ELSE = "Check that the roles within reach may do no more than the process itself."
_RENAME = "Give what the process creates other names than its boundary has."
SHOWN = 3  # resources that a finding names


def ways_of(
    policies: Iterable[PrincipalPolicy], boundary: RoleBoundary | None
) -> tuple[WayUp, ...]:
    """The ways of all principals, sorted."""
    found = (way for one in policies for way in ways_up(one, boundary))
    return tuple(sorted(found, key=lambda way: way.order))


def open_ways(ways: Iterable[WayUp], *, bounded: bool = False) -> Iterator[Finding]:
    """A warning for every path that no condition closes, and on which resources.

    Args:
        ways: all of them.
        bounded: whether the process's roles must have the boundary already.
    """
    found = sorted((one for one in ways if not one.closed_by), key=lambda one: one.order)
    for path, same in groupby(found, key=lambda one: one.path):
        yield _finding(path, list(same), bounded=bounded)


def closed_ways(ways: Iterable[WayUp]) -> Iterator[LeftOut]:
    """What closed the others."""
    found = sorted((one for one in ways if one.closed_by), key=lambda one: one.order)
    for (path, sid), same in groupby(found, key=lambda one: (one.path, one.closed_by)):
        first = next(same)
        refused = next(one for one in first.steps if one.refused)
        yield LeftOut(
            action=refused.action,
            resource=str(refused.resource),
            kind=LeftOutKind.WAY_UP,
            reason=f"The way {path!r} would gain {first.gains}. Statement {sid} closes it: it "
            "allows the call with the boundary alone.",
        )


def _need(ways: Sequence[WayUp]) -> str:
    """Whether the cycle took all of some way's calls, or no event shows that it needs them."""
    unseen = min((one.unseen for one in ways), key=len)
    if not unseen:
        return "The process needs them."
    return (
        f"The cycle did not need {listed(unseen)}: the grant was derived for the next deployment, "
        "or asked for."
    )


def _finding(path: str, ways: Sequence[WayUp], *, bounded: bool) -> Finding:
    actions = escalation_paths()[path].actions if path in escalation_paths() else ()
    actions = actions or tuple(one.action for one in ways[0].steps)
    reach = sorted({str(one.reach) for one in ways})
    more = f" and {len(reach) - SHOWN} more" if len(reach) > SHOWN else ""
    curable = any(one.made for one in ways) or any(a.startswith("iam:") for a in actions[:1])
    return Finding(
        severity=Severity.WARNING,
        kind=FindingKind.PRIVILEGE_ESCALATION,
        subject=path,
        detail=f"Anyone who holds {listed(actions)} can gain {ways[0].gains}; within reach are "
        f"{', '.join(reach[:SHOWN])}{more}. {_need(ways)}",
        action=_advice(path, curable=curable and not bounded),
    )


def _advice(path: str, *, curable: bool) -> str:
    if path == REWRITTEN:
        return _RENAME
    return _BOUND if curable else _ELSE
