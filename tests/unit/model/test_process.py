from typing import Any

import pytest

from lambdas.errors import InvalidProcessError
from lambdas.model.definition.boundary_use import BoundaryUse
from lambdas.model.definition.build import Build
from lambdas.model.definition.process import Process
from lambdas.model.definition.source import Source

GOOD: dict[str, Any] = {
    "description": "Orders",
    "owner": "team@example.com",
    "source": "service",
    "regions": ["eu-west-1", "us-gov-west-1", "eusc-de-east-1"],
    "variables": {"stage": {"learn": "dev", "prove": "qa"}},
    "environment": {"STAGE": "{stage}", "A": "b"},
    "node": "22",
    "install": ["npm ci"],
    "phases": {"deploy": ["a", "b"], "update": ["c"], "remove": ["d"]},
    "schedule": "rate(7 days)",
    "prove": False,
}


def process(**changes: Any) -> Process:
    whole = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
    return Process.from_mapping("orders", whole)


def test_a_definition_says_what_it_was_read_from() -> None:
    found = process()

    assert Process.from_mapping("orders", found.to_mapping()) == found
    assert [one.name for one in found.phases] == ["deploy", "update", "remove"]
    assert found.environment == (("A", "b"), ("STAGE", "{stage}"))


def test_what_is_left_out_has_a_sound_value() -> None:
    found = Process.from_mapping(
        "orders",
        {"description": "d", "owner": "a@b.co", "phases": {"deploy": ["a"], "remove": ["b"]}},
    )

    assert (found.source, found.regions, found.build, found.schedule) == (Source(), (), Build(), "")
    assert found.prove
    assert Process.from_mapping("orders", found.to_mapping()) == found


def test_a_variable_has_a_value_for_each_use() -> None:
    assert process().values("learn") == {"stage": "dev"}
    assert process().values("prove") == {"stage": "qa"}


@pytest.mark.parametrize("use", BoundaryUse)
def test_a_process_says_of_a_boundary_whether_its_roles_have_one(use: BoundaryUse) -> None:
    found = process(policy={"boundary": use.value})

    assert found.boundary is use
    assert Process.from_mapping("orders", found.to_mapping()) == found


def test_without_a_word_of_it_there_is_no_boundary() -> None:
    assert process().boundary is BoundaryUse.NONE
    assert "policy" not in process().to_mapping()


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"colour": "red"}, "colour"),
        ({"description": None}, "description"),
        ({"description": " "}, "description"),
        ({"owner": "nobody"}, "owner"),
        ({"owner": 'a"b@example.com'}, "owner"),  # SNS's filter would want it escaped twice
        ({"owner": "a\\b@example.com"}, "owner"),
        ({"owner": "a\u0007b@example.com"}, "owner"),
        ({"owner": "tëam@example.com"}, "owner"),
        ({"owner": f"{'a' * 60}@{'d' * 200}.com"}, "owner"),
        ({"owner": "a@example.com,b@example.com"}, "owner"),
        ({"regions": "eu-west-1"}, "regions"),
        ({"regions": ["Ireland"]}, "regions"),
        ({"variables": ["stage"]}, "variables"),
        ({"variables": {"Stage": {"learn": "a", "prove": "b"}}}, "variables.Stage"),
        ({"variables": {"region": {"learn": "a", "prove": "b"}}}, "variables.region"),
        ({"variables": {"stage": "dev"}}, "variables.stage"),
        ({"variables": {"stage": {"learn": "a", "prove": "a"}}}, "variables.stage"),
        ({"environment": {"STAGE": "{other}"}}, "environment.STAGE"),
        ({"environment": {"1A": "x"}}, "environment.1A"),
        ({"environment": {"AWS_ACCESS_KEY_ID": "x"}}, "environment.AWS_ACCESS_KEY_ID"),
        ({"environment": {"FENCEPOST_RUN": "x"}}, "environment.FENCEPOST_RUN"),
        ({"environment": []}, "environment"),
        ({"node": "new"}, "node"),
        ({"node": "22", "build": {"runtimes": {"nodejs": "20"}}}, "node"),
        ({"build": []}, "build"),
        ({"build": {"colour": "red"}}, "build.colour"),
        ({"build": {"runtimes": []}}, "build.runtimes"),
        ({"build": {"runtimes": {"cobol": "1"}}}, "build.runtimes.cobol"),
        ({"build": {"runtimes": {"python": 3.13}}}, "build.runtimes.python"),
        ({"build": {"image": "two words"}}, "build.image"),
        (
            {"node": None, "build": {"image": "a/b:1", "runtimes": {"python": "3"}}},
            "build.runtimes",
        ),
        ({"build": {"timeout": 5}}, "build.timeout"),
        ({"build": {"timeout": True}}, "build.timeout"),
        ({"build": {"privileged": "yes"}}, "build.privileged"),
        ({"build": {"codebuild": []}}, "build.codebuild"),
        ({"build": {"codebuild": {"ServiceRole": "x"}}}, "build.codebuild.ServiceRole"),
        ({"build": {"codebuild": {"TimeoutInMinutes": 9}}}, "build.codebuild.TimeoutInMinutes"),
        (
            {"build": {"codebuild": {"Environment": {"Image": "x"}}}},
            "build.codebuild.Environment.Image",
        ),
        ({"install": "npm ci"}, "install"),
        ({"install": [{"npm": "ci"}]}, "install"),
        ({"phases": ["deploy"]}, "phases"),
        ({"phases": {"deploy": ["a"]}}, "phases.remove"),
        ({"phases": {"remove": ["a"]}}, "phases"),
        ({"phases": {"remove": ["a"], "deploy": ["b"]}}, "phases.remove"),
        ({"phases": {"update": ["a"], "remove": ["b"]}}, "phases.update"),
        ({"phases": {"deploy": [], "remove": ["b"]}}, "phases.deploy"),
        ({"phases": {"closing": ["a"], "remove": ["b"]}}, "phases.closing"),
        ({"phases": {"Deploy": ["a"], "remove": ["b"]}}, "phases.Deploy"),
        ({"phases": {"d" * 32: ["a"], "remove": ["b"]}}, f"phases.{'d' * 32}"),
        ({"schedule": "weekly"}, "schedule"),
        ({"prove": "no"}, "prove"),
        ({"policy": []}, "policy"),
        ({"policy": {"boundary": True}}, "policy.boundary"),
        ({"policy": {"boundary": []}}, "policy.boundary"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_key(changes: dict[str, Any], key: str) -> None:
    with pytest.raises(InvalidProcessError) as refused:
        process(**changes)

    assert refused.value.key == key
    assert refused.value.problem


@pytest.mark.parametrize("name", ["", "Orders", "1", "a_b", "a" * 33])
def test_a_name_must_fit_roles_and_addresses(name: str) -> None:
    with pytest.raises(InvalidProcessError, match="may not be named"):
        Process.from_mapping(name, GOOD)
