"""`fencepost diff`: what two policies grant differently, and what brought it."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import Any

from lambdas.document_policy.analysis.call_survey import survey
from lambdas.document_policy.analysis.causes import Now
from lambdas.document_policy.analysis.changes import Change, Changes, changes, together
from lambdas.errors import FencepostError
from lambdas.model.archive.archived_runs import Baseline, BaselineKind, PreviousRun
from lambdas.model.archive.manifest import Link
from lambdas.model.dossier.refinement import Refinement
from lambdas.model.text import counted, visible
from local.offline.foretelling.policies import NamedPolicy, named_policy
from local.output import NO, UNKNOWN, YES, complain, document


def diff(args: Namespace) -> int:
    """Print what is new, gone, and the same in other words.

    Args:
        args: `before` and `after`, policies; `archive`, `json`.
    """
    try:
        before, after = (named_policy(one, args.archive) for one in (args.before, args.after))
    except FencepostError as error:
        complain(f"could not tell: {error}")
        return UNKNOWN
    for one in (before, after):
        if one.granted.refinement is None:
            complain(f"could not tell: {one.name} is not a run's refined.json; name that")
            return UNKNOWN
    found = _changes(before, after)
    status = NO if found.new or found.gone else YES
    if args.json:
        document("diff", status, _fields(found))
    else:
        print("\n".join(map(visible, _words(found))))
    return status


def _changes(before: NamedPolicy, after: NamedPolicy) -> Changes:
    old, new = _refinement(before), _refinement(after)
    counts = survey(after.evidence)
    baseline = Baseline(
        manifest=Link(run=before.name, sha256=""),
        standing=BaselineKind.LATEST,
        refinement=old,
        versions=before.manifest.get("versions", {}),
        definition=before.manifest.get("definition", {}),
        types=tuple(before.manifest.get("types", ())),
    )
    now = Now(
        types=frozenset(after.manifest.get("types", counts.types)),
        types_of={action: frozenset(types) for action, types in counts.types_of.items()},
        versions=after.manifest.get("versions", {}),
        definition=after.manifest.get("definition", {}),
    )
    return changes(new, PreviousRun(manifest=None, baseline=baseline), now=now)


def _refinement(policy: NamedPolicy) -> Refinement:
    assert policy.granted.refinement is not None  # noqa: S101 (looked at before)
    return policy.granted.refinement


def _words(found: Changes) -> Iterator[str]:
    if not (found.new or found.gone):
        yield f"The same access, {'to the letter' if found.same_text else 'in other words'}."
    yield from _part("New", found.new)
    yield from _part("Gone", found.gone)
    if found.reworded:
        yield f"The same in other words: {counted(len(found.reworded), 'access')}"
        for one in found.reworded:
            yield f"  {one.action} on {one.resource}"
    yield from found.causes


def _part(title: str, found: Sequence[Change]) -> Iterator[str]:
    if found:
        yield f"{title}: {counted(len(found), 'access')}"
    for one in together(found):
        yield f"  {', '.join(one.actions)} on {one.resource}"
        yield f"    {one.cause}"


def _fields(found: Changes) -> dict[str, Any]:
    def rows(some: Sequence[Change]) -> list[dict[str, Any]]:
        return [
            {
                "policy": one.access.owner,
                "action": str(one.access.action),
                "resource": str(one.access.resource),
                "cause": one.cause,
            }
            for one in some
        ]

    return {
        "new": rows(found.new),
        "gone": rows(found.gone),
        "reworded": [
            {"policy": one.owner, "action": str(one.action), "resource": str(one.resource)}
            for one in found.reworded
        ],
        "sameText": found.same_text,
        "causes": list(found.causes),
    }
