"""A record names what a call was about as AWS's do."""

from types import SimpleNamespace
from typing import Any

import pytest
from ministack.services import kms

from embedded_aws.cloudtrail.record_resources import BY_SERVICE

CALLER: Any = SimpleNamespace(region="eu-west-1", account="123456789012")
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd"


@pytest.mark.parametrize(
    ("named", "known", "recorded"),
    [("alias/orders", True, [KEY]), ("alias/gone", False, []), ("1234abcd", False, [KEY])],
)
def test_a_key_that_an_alias_stands_for_is_named_and_no_alias(
    named: str, *, known: bool, recorded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kms, "_resolve_key", lambda _: {"Arn": KEY} if known else None)
    operation: Any = SimpleNamespace(parameters={"KeyId": named})

    assert [one["ARN"] for one in BY_SERVICE["kms"](operation, CALLER)] == recorded
