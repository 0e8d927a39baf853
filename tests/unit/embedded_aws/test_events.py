"""EventBridge as it is imitated: sizes, details as JSON, refused entries."""

import json
from typing import Any

import pytest
from ministack.services.stepfunctions import _ExecutionError

from embedded_aws.services.events import size_of
from embedded_aws.services.stepfunctions.integrations.put_events import put_events


def test_an_entry_is_as_large_as_its_texts_and_its_time() -> None:
    entry = {"Source": "a", "DetailType": "b", "Detail": "\u00e9", "Resources": ["c", "d"]}

    assert size_of(entry) == 6
    assert size_of({**entry, "Time": 1}) == 20


def test_a_detail_is_put_as_text() -> None:
    asked: list[Any] = []

    def call(request: Any) -> Any:
        asked.append(request)
        return {"FailedEntryCount": 0}

    put_events(call, {"Entries": [{"Source": "s", "Detail": {"a": 1}}, {"Detail": "{}"}]})

    assert [json.loads(one["Detail"]) for one in asked[0]["Entries"]] == [{"a": 1}, {}]


def test_a_refused_entry_fails_the_task() -> None:
    with pytest.raises(_ExecutionError) as failed:
        put_events(lambda _: {"FailedEntryCount": 1, "Entries": []}, {"Entries": []})

    assert failed.value.error == "EventBridge.FailedEntry"
