"""Eleven types whose calls were compared with the registry's handlers: what still differs is listed.

The README's table says it in words. What a row's own call costs besides (roles passed, tags, keys,
code, networks) is asked by the requests themselves, and no difference.
"""

from pathlib import Path

import pytest
import yaml

from embedded_aws.iam.calls import Call
from embedded_aws.iam.requirements.checks import actions_of
from embedded_aws.services.cloudformation.forwarding.mapping.call_table import table_of
from embedded_aws.services.cloudformation.registry.types import registered

LISTED: dict[str, dict[str, list[str]]] = yaml.safe_load(
    Path(__file__).with_name("handler_differences.yaml").read_text(encoding="utf-8")
)
# Of other services, of tags and of what is passed: read off the request.
BESIDE = ("iam:PassRole", "kms:", "ec2:", "s3:GetObject", ":Tag", ":Untag")


@pytest.mark.parametrize("kind", sorted(LISTED))
def test_what_a_type_s_handlers_list_and_nobody_calls_is_listed(kind: str) -> None:
    assert {name: _lacking(kind, name) for name in ("create", "update", "delete")} == LISTED[kind]


def test_eleven_types_are_compared() -> None:
    assert len(LISTED) == 11


def _lacking(kind: str, operation: str) -> list[str]:
    table = table_of(kind)
    assert table
    called = {
        action.lower()
        for row in table.operations[operation]
        for action in (*_asked(row.call), *(one["action"] for one in row.authorise))
    }
    return sorted(
        one
        for one in registered(kind).permissions.get(operation, ())
        if one.lower() not in called and not any(part in one for part in BESIDE)
    )


def _asked(call: str) -> tuple[str, ...]:
    service, _, operation = call.partition(":")
    return actions_of(
        Call(
            service=service,
            operation=operation,
            params={},
            account="111122223333",
            region="eu-west-1",
            partition="aws",
        )
    )
