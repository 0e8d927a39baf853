"""Variables whose values may stand in names for another reason than the variable."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from lambdas.model.definition.variables import ACCOUNT_VARIABLES
from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.iam.template import Variable
from lambdas.refine_policy.grants.grants import DraftGrant
from lambdas.refine_policy.resource_names.variables import TITLE

_SHORT = 2  # characters; shorter values turn up in names by chance


def ambiguities(values: Mapping[str, str], grants: Sequence[DraftGrant]) -> Iterator[Finding]:
    """What to look at before the policy is rendered with other values."""
    owners: dict[str, list[str]] = {}
    for name, value in sorted(values.items()):
        owners.setdefault(value, []).append(name)
    for value, names in owners.items():
        if len(names) > 1:
            yield _finding(
                " and ".join(names),
                f"All of them are {value!r} in this cycle: no name tells which it is.",
                "Give them different values in process.yaml.",
            )
    own = {name: value for name, value in values.items() if name not in ACCOUNT_VARIABLES}
    for name, value in sorted(own.items()):
        if len(value) <= _SHORT or re.fullmatch(r"\d+", value):
            yield _finding(
                name,
                f"Its value {value!r} is so short that it may stand in names by chance.",
                "Look at the names where it was replaced, or choose a longer value.",
            )
    yield from _humps(own, grants)
    twice = sorted(
        {
            (name, one.resource.text)
            for one in grants
            for name, count in Counter(
                part.name for part in one.resource.parts if isinstance(part, Variable)
            ).items()
            if count > 1 and name in own and not _by_path(one.resource.text, name)
        }
    )
    for name, text in twice[:3]:
        yield _finding(
            name,
            f"Its value stands more than once in {text}; both are taken for the variable.",
            "A proof with another value shows whether that is right.",
        )


def _humps(own: Mapping[str, str], grants: Sequence[DraftGrant]) -> Iterator[Finding]:
    for name in sorted(own):
        if name.endswith(TITLE) and name.removesuffix(TITLE) in own:
            texts = [one.resource.text for one in grants if name in one.resource.variables]
            yield _finding(
                name,
                f"{own[name]!r} stands within words, first in {min(texts, default='a condition')}; "
                f"it is taken for {name.removesuffix(TITLE)} in title case.",
                "A proof with another value shows whether that is right.",
            )


def _by_path(text: str, name: str) -> bool:
    """Once in a bucket's name and once in a key is how tools write paths."""
    return all(segment.count(f"${{{name}}}") <= 1 for segment in re.split(r"[/:]", text))


def _finding(subject: str, detail: str, action: str) -> Finding:
    return Finding(
        severity=Severity.WARNING,
        kind=FindingKind.AMBIGUOUS_VARIABLE,
        subject=subject,
        detail=detail,
        action=action,
    )
