"""What holds for every policy that tells its own things by a tag: nobody who holds it can set one."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lambdas.model.dossier.refinement import Refinement
from lambdas.model.iam.policy import Condition, Statement
from lambdas.model.trail.evidence import Evidence
from lambdas.model.trail.stack import Stack, StackResource
from lambdas.reference import actions as reference
from lambdas.reference.actions import AccessLevel
from lambdas.reference.condition_keys import IMPORTED
from lambdas.reference.stacks.containment import STACK_TAG, Means, rows, services
from tests.unit.refine_policy.builders import ACCOUNT, REGION, forwarded, implied, refined, seen

RESERVED = "aws:ResourceTag/aws:"
STACK = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/orders-dev/0a1b2c3d"
OWN, FOREIGN = "a1b2c3d4e5", "f6g7h8i9j0"
# One kind of thing of each service whose things a stack's tag tells.
KINDS = {
    service: next((one for one in rows(service) if one.by is Means.STACK_TAG), None)
    for service in services()
}
TOLD = sorted(service for service, row in KINDS.items() if row is not None and row.listed != "page")


def arn(service: str, made_up: str) -> str:
    row = KINDS[service]
    assert row is not None
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{row.form.replace('{}', made_up)}"


def of_level(service: str, *levels: AccessLevel) -> list[str]:
    return [
        str(one)
        for one in reference.actions_of(service)
        if (known := reference.facts(one)) and known.access_level in levels
    ]


@st.composite
def runs(draw: st.DrawFn) -> tuple[list[Evidence], list[Stack]]:
    """A stack's things, made with tags, tagged, changed and removed; its own and others'."""
    service = draw(st.sampled_from(TOLD))
    row = KINDS[service]
    assert row is not None
    kind = draw(st.sampled_from(sorted(row.types)))
    tags = of_level(service, AccessLevel.TAGGING)
    writes = of_level(service, AccessLevel.WRITE, AccessLevel.PERMISSIONS)
    things = st.sampled_from([arn(service, OWN), arn(service, FOREIGN), "*"])
    tag = draw(st.sampled_from(tags or writes))
    create = next((one for one in writes if ":Create" in one), writes[0])
    lines = [
        seen("cloudformation:CreateChangeSet", STACK),
        forwarded(
            create,
            arn(service, OWN),
            implies=(implied("tag-on-create", tag, arn(service, OWN)),),
            types=(kind,),
        ),
    ]
    for action in draw(st.lists(st.sampled_from([*tags, *writes]), min_size=1, max_size=6)):
        ask = draw(st.sampled_from([seen, forwarded]))
        lines.append(ask(action, draw(things)))
    made = StackResource(logical_id="It", type=kind, physical_id=OWN)
    return lines, [Stack(id=STACK, resources=(made,))]


def statements(refinement: Refinement) -> list[Statement]:
    return [one.statement for policy in refinement.policies for one in policy.statements]


def of_tags(one: Statement) -> list[Condition]:
    """What it asks of the tags that a thing carries."""
    return [each for each in one.conditions if "resourcetag/" in each.key.lower()]


def policy(run: tuple[list[Evidence], list[Stack]]) -> Refinement:
    lines, stacks = run
    found: dict[str, Any] = {"stacks": stacks}
    return refined(lines, **found)


@given(runs())
def test_a_policy_rests_on_no_tag_that_its_holder_could_put(
    run: tuple[list[Evidence], list[Stack]],
) -> None:
    """Keys that begin with `aws:` only AWS sets, changes and removes."""
    for one in statements(policy(run)):
        for condition in of_tags(one):
            assert condition.key.startswith(RESERVED), one


@given(runs())
def test_what_puts_tags_rests_on_none(run: tuple[list[Evidence], list[Stack]]) -> None:
    """It must be open while a thing is made: there is no tag before."""
    for one in statements(policy(run)):
        for action in one.actions:
            facts = reference.facts(action)
            tagging = facts is not None and facts.access_level is AccessLevel.TAGGING
            if tagging and not action.name.startswith(("Untag", "Delete", "Remove")):
                assert not of_tags(one), one


@given(runs())
def test_where_a_stack_s_tag_decides_nothing_is_imported_into_a_stack(
    run: tuple[list[Evidence], list[Stack]],
) -> None:
    """An import would have CloudFormation put the tag on what is there already."""
    found = statements(policy(run))
    if not any(each.key == STACK_TAG for one in found for each in one.conditions):
        return

    for one in found:
        if "cloudformation:CreateChangeSet" in map(str, one.actions):
            assert IMPORTED in {each.key for each in one.conditions}


def test_the_runs_of_these_laws_do_lead_to_conditions_on_tags() -> None:
    told = [
        seen("cloudformation:CreateChangeSet", STACK),
        forwarded(
            "backup:CreateBackupPlan",
            arn("backup", OWN),
            implies=(implied("tag-on-create", "backup:TagResource", arn("backup", OWN)),),
            types=("AWS::Backup::BackupPlan",),
        ),
        forwarded("backup:DeleteBackupPlan", arn("backup", OWN)),
    ]
    made = StackResource(logical_id="It", type="AWS::Backup::BackupPlan", physical_id=OWN)
    found = policy((told, [Stack(id=STACK, resources=(made,))]))

    (deletes,) = [one for one in statements(found) if "DeleteBackupPlan" in str(one.actions)]
    assert [each.key for each in of_tags(deletes)] == [STACK_TAG]
