"""Which managed policies created roles were given, of those that the run did not create itself."""

from collections.abc import Iterable

from lambdas.model.trail.evidence import Evidence, Outcome

ATTACHES = frozenset({"iam:AttachRolePolicy", "iam:AttachUserPolicy"})
CREATES = frozenset({"iam:CreatePolicy", "iam:CreatePolicyVersion"})


def attached_policies(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """Their ARNs, sorted."""
    attached, created = set(), set()
    for one in evidence:
        if one.outcome is not Outcome.SUCCEEDED:
            continue
        if str(one.action) in ATTACHES:
            attached.add(dict(one.context).get("iam:PolicyARN", ""))
        elif str(one.action) in CREATES:
            created.add(one.resource)
    return tuple(sorted(attached - created - {""}))
