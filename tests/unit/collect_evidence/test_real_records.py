"""Records as real trails hold them, and what of each was wrong once: each with the right value."""

from __future__ import annotations

from typing import Any

import pytest

from lambdas.collect_evidence.translation.translate import translate
from tests.unit.collect_evidence.trails import ACCOUNT, REGION, ROLE, record

HERE = f"{REGION}:{ACCOUNT}"
K1, K2 = (f"arn:aws:kms:{HERE}:key/{one}" for one in ("1234abcd", "0987dcba"))
Json = dict[str, Any]


def asked(
    source: str, name: str, request: Json | None, answer: Json | None = None, **more: Any
) -> list[str]:
    proofs = translate(record(source, name, request, answer, **more), ROLE).proofs
    return [f"{one.action} {one.resource}" for one in proofs]


@pytest.mark.parametrize(
    ("request_", "named", "source", "destination"),
    [
        ({"destinationKeyId": "alias/to", "sourceKeyId": "alias/from"}, [K1, K2], K1, K2),
        ({"destinationKeyId": "0987dcba"}, [K1, K2], K1, K2),
        ({"destinationKeyId": "0987dcba", "sourceKeyId": K1}, [], K1, K2),
        ({"destinationKeyId": "alias/to"}, [], "*", "*"),
    ],
)
def test_re_encrypting_is_from_the_source_s_key_to_the_destination_s(
    request_: Json, named: list[str], source: str, destination: str
) -> None:
    resources = [{"ARN": arn} for arn in named]
    assert asked("kms", "ReEncrypt", request_, resources=resources) == [
        f"kms:ReEncryptFrom {source}",
        f"kms:ReEncryptTo {destination}",
    ]
