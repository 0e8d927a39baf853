"""CloudFormation's own tags on what it makes: some services ask the caller for them, unrecorded.

Of which types that is known, and by whom it was met, stands in reference/curated/system_tags.yaml.
"""

from collections.abc import Iterable, Iterator

from lambdas.model.findings.finding import Finding, FindingKind, Severity
from lambdas.model.text import counted
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.reference.operation_verbs import what_it_makes
from lambdas.reference.stacks.system_tags import system_tags
from lambdas.refine_policy.observations import Observations, Permission
from lambdas.refine_policy.permissions.stack_reads import made_by_stacks


def system_tag_permissions(seen: Observations) -> Iterator[Permission]:
    """What making these things asked for besides, because CloudFormation tagged them."""
    for one, resource_type in _of_stacks(seen):
        tags = system_tags(resource_type)
        if tags and tags.asks and one.action == tags.made_by:
            yield one._replace(
                action=tags.asks,
                kind=GroundKind.SYSTEM_TAGS,
                text=f"{', '.join(one.names)} needs it: {GroundKind.SYSTEM_TAGS.because}",
            )


def unknown_system_tags(seen: Observations) -> Iterator[Finding]:
    """The types that were made and get such tags, of which nobody knows what these cost."""
    unknown = sorted(
        {
            resource_type
            for one, resource_type in _of_stacks(seen)
            if (tags := system_tags(resource_type)) and not tags.known
            if what_it_makes(one.action.service, one.action.name)
        }
    )
    if unknown:
        yield Finding(
            severity=Severity.NOTE,
            kind=FindingKind.SYSTEM_TAGS_UNKNOWN,
            subject=counted(len(unknown), "type"),
            detail="CloudFormation adds its own tags to what it creates. AWS does not document "
            f"whether these services ask the caller for that: {', '.join(unknown)}.",
            action="If AWS refuses a deployment for a tagging action on one of these, grant it.",
        )


def _of_stacks(seen: Observations) -> Iterable[tuple[Permission, str]]:
    return ((one, kind) for one in made_by_stacks(seen) for kind in one.types)
