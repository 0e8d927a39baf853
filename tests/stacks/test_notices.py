"""Who gets the alarms."""

from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from stacks.monitoring.notices import place_of, refuse_crowded
from stacks.places import InvalidSettingError
from stacks.processes.folders import load_processes
from stacks.settings import Settings
from stacks.stages import add_stacks
from stacks.workflow.packaging import package_lambdas
from tests.stacks.samples import write_process

pytestmark = pytest.mark.stacks


def subscribers_of_alarms(operator: str, tmp_path: Path) -> set[str]:
    app = cdk.App(analytics_reporting=False, stack_traces=False)
    for owner in ("shop", "search"):
        write_process(tmp_path, owner, owner=f"{owner}@example.com")
    settings = Settings(operator=operator)
    folders = load_processes([tmp_path])
    add_stacks(app, settings=settings, folders=folders, code=package_lambdas())
    stacks = [one for one in app.node.children if isinstance(one, cdk.Stack)]
    about = [
        one["Properties"]
        for stack in stacks
        for one in Template.from_stack(stack).find_resources("AWS::SNS::Subscription").values()
    ]
    return {one["Endpoint"] for one in about if "FilterPolicy" not in one}


def test_the_operator_gets_the_alarms_alone(tmp_path: Path) -> None:
    assert subscribers_of_alarms("operator@example.com", tmp_path) == {"operator@example.com"}


def test_without_an_operator_the_owners_get_them(tmp_path: Path) -> None:
    assert subscribers_of_alarms("", tmp_path) == {"shop@example.com", "search@example.com"}


def owners(number: int) -> list[str]:
    return [f"team-{one}@example.com" for one in range(number)]


def test_the_owner_that_is_one_too_many_for_a_topic_gets_a_second_one() -> None:
    refuse_crowded(owners(200), Settings())

    with pytest.raises(InvalidSettingError, match=r"201 owners; write -c mailTopics=2$"):
        refuse_crowded(iter(owners(201)), Settings())
    with pytest.raises(InvalidSettingError, match=r"601 owners; write -c mailTopics=4$"):
        refuse_crowded(iter(owners(601)), Settings())
    refuse_crowded(owners(201), Settings(mail_topics=2))


def test_a_further_topic_takes_its_share_and_nobody_else_moves() -> None:
    before = {one: place_of(one, 3) for one in owners(400)}
    after = {one: place_of(one, 4) for one in owners(400)}

    moved = {after[one] for one in before if after[one] != before[one]}
    assert moved == {3}
    assert 60 < sum(place == 3 for place in after.values()) < 140
