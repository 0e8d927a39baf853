"""What CloudTrail writes of a call that IAM refused: mostly no request, and one code for all."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

TABLE = Path(__file__).parent / "refused_calls.yaml"
SENTENCE = "not authorized to perform"
DENIED_BY_S3 = "has been denied by S3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The part of a record that differs when a call was refused."""

    failure: Mapping[str, str]
    keeps_request: bool
    response: dict[str, Any] | None


def written(source: str, code: str, message: str) -> Written | None:
    """How a refusal is written down; None when the error is none."""
    table = _table()
    shown = table["codes"].get(code)
    if shown is None or not (SENTENCE in message or DENIED_BY_S3 in message):
        return None
    service = source.partition(".")[0]
    in_answer = service in table["message_in_answer"]
    failure = {"errorCode": shown} | ({} if in_answer else {"errorMessage": message})
    return Written(
        failure=failure,
        keeps_request=service in table["keeps_request"],
        response={"message": message} if in_answer else None,
    )


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return loaded
