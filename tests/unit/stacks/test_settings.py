from __future__ import annotations

import pytest

from stacks.settings import DATA_EVENTS, InvalidSettingError, Settings


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
    [("name", "Fence"), ("name", "a-b"), ("settleSeconds", "soon"), ("retentionDays", "0")],
)
def test_what_cannot_be_meant_is_refused_by_key(key: str, value: str) -> None:
    with pytest.raises(InvalidSettingError, match=f"-c {key}={value}"):
        settings(**{key: value})
