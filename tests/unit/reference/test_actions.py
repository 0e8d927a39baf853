"""What the compiled reference says of actions, resource types and CloudFormation's handlers."""

from pathlib import Path

import pytest

from lambdas.model.iam.action import Action
from lambdas.reference import actions
from lambdas.reference.compile import sources
from lambdas.reference.compile.__main__ import (
    COPIED,
    JUDGE,
    REGISTRY,
    compile_reference,
    text_of,
)
from lambdas.reference.compile.sources import read_sources
from lambdas.reference.compile.types import tag_properties
from lambdas.reference.shards import FOLDER, SERVICES, shard


def test_an_action_is_known_whatever_its_case_and_spelled_as_iam_spells_it() -> None:
    known = actions.facts(Action("lambda", "createfunction"))
    assert known is not None
    assert known.action == Action("lambda", "CreateFunction")


def test_every_action_is_spelled_with_capitals() -> None:
    lowered = {
        str(one)
        for service in actions.services()
        for one in actions.actions_of(service)
        if one.name.islower()
    }
    # IAM itself spells these so.
    assert lowered == {
        "cloudsearch:document", "cloudsearch:search", "cloudsearch:suggest",
        "eventsbilltoaws:approve", "eventsbilltoaws:info", "neptune-db:connect", "rds-db:connect",
    }  # fmt: skip


def test_facts_hold_what_refinement_decides_on() -> None:
    known = actions.facts(Action("lambda", "CreateFunction"))
    assert known is not None
    assert known.access_level is actions.AccessLevel.WRITE
    assert [use.type.name for use in known.uses] == ["function"]
    assert known.uses[0].required
    assert Action("iam", "PassRole") in known.dependent_actions
    assert "aws:RequestTag/${TagKey}" in known.all_condition_keys
    assert known.analyzer_sees


@pytest.mark.parametrize(
    ("action", "seen"),
    [
        ("lambda:CreateFunction", True),
        ("lambda:TagResource", False),
        ("lambda:InvokeFunction", False),
        ("s3:GetObject", False),
        ("s3:ListBucket", False),
        ("s3:CreateBucket", True),
        ("iam:PassRole", False),
        ("sns:Publish", False),
        ("apigateway:POST", False),
    ],
)
def test_access_analyzer_sees_what_its_page_lists(action: str, seen: bool) -> None:  # noqa: FBT001
    known = actions.facts(Action.from_text(action))
    assert known is not None
    assert known.analyzer_sees is seen


def test_what_iam_does_not_know_has_no_facts() -> None:
    assert actions.facts(Action("lambda", "Frobnicate")) is None
    assert actions.facts(Action("nosuch", "GetObject")) is None
    assert actions.facts(Action("../events", "GetObject")) is None
    assert actions.canonical(Action("s3", "getobject")) == Action("s3", "GetObject")


def test_every_dependent_action_exists() -> None:
    unknown = {
        str(dependent)
        for service in actions.services()
        for action in actions.actions_of(service)
        for dependent in (actions.facts(action) or pytest.fail(str(action))).dependent_actions
        if actions.facts(dependent) is None
    }
    assert unknown == set()


def test_cloudformation_types_tell_their_handlers_and_their_operations() -> None:
    handlers = actions.handlers("AWS::Lambda::Function")
    assert handlers is not None
    assert Action("lambda", "CreateFunction") in handlers.create
    assert Action("lambda", "DeleteFunction") in handlers.delete
    assert actions.handlers("AWS::Nothing::AtAll") is None
    assert actions.types_made_by("apigateway", "CreateRestApi") == ("AWS::ApiGateway::RestApi",)
    assert "AWS::S3::Bucket" in actions.types_made_by("s3", "CreateBucket")
    assert actions.types_made_by("s3", "ListBuckets") == ()


def test_what_handlers_name_exists() -> None:
    assert all(
        actions.facts(Action.from_text(text)) is not None
        for text in shard("cloudformation")["actions"]
    )


def test_the_files_are_what_the_compiler_writes_from_the_installed_sources() -> None:
    written = {
        path.relative_to(FOLDER).with_suffix("").as_posix(): path.read_text(encoding="ascii")
        for path in (*SERVICES.glob("*.json"), *FOLDER.glob("*.json"))
    }
    compiled = {
        name: text_of(content) for name, content in compile_reference(read_sources()).items()
    }
    assert compiled == written, "run `python -m lambdas.reference.compile` and commit"


def test_the_embedded_aws_has_a_copy_of_its_own_of_the_authorized_actions() -> None:
    copy = JUDGE / f"{COPIED}.json"
    assert copy.read_text(encoding="ascii") == text_of(compile_reference(read_sources())[COPIED])


def test_the_embedded_aws_knows_of_every_type_where_its_tags_stand() -> None:
    table = (REGISTRY / "tag_properties.json").read_text(encoding="ascii")
    assert table == text_of(tag_properties(read_sources()))


def test_the_package_is_small_enough_for_a_lambda_function() -> None:
    assert sum(path.stat().st_size for path in Path(FOLDER).rglob("*.json")) < 9_000_000


def test_a_key_that_stands_twice_in_a_curated_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "twice.yaml").write_text("ec2:\n  A: a:B\nec2:\n  C: c:D\n")
    monkeypatch.setattr(sources, "CURATED", tmp_path)

    with pytest.raises(ValueError, match="twice in a mapping"):
        sources.read_curated("twice")
