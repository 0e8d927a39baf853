import re
from pathlib import Path

import pytest

from stacks.places import InvalidSettingError
from stacks.settings import DATA_EVENTS, Settings


def settings(**context: object) -> Settings:
    return Settings.from_context(context.get)


def test_an_empty_context_is_the_standard() -> None:
    assert settings() == Settings()
    assert Settings().data_events == DATA_EVENTS


def test_values_may_be_texts_as_the_command_line_gives_them() -> None:
    chosen = settings(
        name="fence2",
        settleSeconds="2",
        retentionDays=30,
        lateMinutes="45",
        staleDays=14,
        analyzer="false",
        dataEvents="AWS::S3::Object,AWS::Lambda::Function",
    )

    assert chosen.settle_seconds == 2
    assert chosen.retention_days == 30
    assert (chosen.late_minutes, chosen.stale_days) == (45, 14)
    assert not chosen.analyzer
    assert chosen.data_events == ("AWS::Lambda::Function", "AWS::S3::Object")
    assert chosen.parameters == "/fence2/processes/"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "Fence"),
        ("name", "a-b"),
        ("settleSeconds", "soon"),
        ("retentionDays", "0"),
        ("fleetAtOnce", "101"),
        ("operator", "nobody"),
        ("account", "12"),
        ("analyzer", "treu"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_key(key: str, value: str) -> None:
    with pytest.raises(InvalidSettingError, match=f"-c {key}={value}"):
        settings(**{key: value})


SANDBOXES = {"payments": {"account": "210987654321"}, "games": {"account": "345678901234"}}


def test_sandboxes_come_from_a_file_and_the_default_is_always_there(tmp_path: Path) -> None:
    file = tmp_path / "sandboxes.yaml"
    file.write_text('payments: {account: "210987654321"}\n')

    chosen = settings(sandboxes=str(file), account="123456789012")

    assert [one.name for one in chosen.sandboxes] == ["default", "payments"]
    assert chosen.sandbox("") == chosen.default
    assert chosen.sandbox("payments").account == "210987654321"
    assert chosen.guests
    assert not chosen.default.apart
    assert not Settings().guests


@pytest.mark.parametrize(
    ("context", "told"),
    [
        ({"sandboxes": SANDBOXES}, "-c account=: write the account's 12 digits"),
        ({"sandboxes": "/nowhere.yaml"}, "-c sandboxes=/nowhere.yaml: "),
        ({"sandboxes": ["payments"]}, "the file names no sandbox; write a line for each"),
        ({"sandboxes": {"a": {"account": 1402433619}}}, "12 digits, in quotes"),
        ({"sandboxes": {"default": {"account": "210987654321"}}}, "default: write names"),
        ({"sandboxes": {"a": {"acount": "210987654321"}}}, "a: write account, and region"),
        ({"sandboxes": {"a": {"account": "2109"}}}, "a: account 2109: write the account's"),
        ({"sandboxes": {"a": {"account": "210987654321", "region": "here"}}}, "a: region here"),
        (
            {"sandboxes": {"a": {"account": "210987654321"}}, "account": "210987654321"},
            "every sandbox needs an account of its own",
        ),
        (
            {
                "sandboxes": {"a": {"account": "210987654321", "region": "us-west-2"}},
                "account": "123456789012",
            },
            "-c region=: write the deployment's own region",
        ),
    ],
)
def test_sandboxes_that_cannot_be_meant_are_told_by_their_names(
    context: dict[str, object], told: str
) -> None:
    with pytest.raises(InvalidSettingError, match=re.escape(told)):
        settings(**context)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "-c sandboxes: the file names no sandbox"),
        ("a: {account: '2109", ":1: is not YAML: "),
        ('a: {account: "1"}\na: {account: "2"}\n', ":2: a stands here again, first in line 1"),
    ],
)
def test_a_file_of_sandboxes_that_cannot_be_meant_is_told_with_the_line(
    tmp_path: Path, text: str, told: str
) -> None:
    file = tmp_path / "sandboxes.yaml"
    file.write_text(text)

    with pytest.raises(InvalidSettingError, match=re.escape(told)):
        settings(sandboxes=str(file), account="123456789012")


def test_one_account_and_one_region_may_be_named_without_a_second() -> None:
    chosen = settings(account="123456789012", region="eu-west-2")

    assert (chosen.account, chosen.region) == ("123456789012", "eu-west-2")
    assert not chosen.guests
    assert not chosen.default.apart
