"""What CloudFormation's own tags on a new resource cost the caller, where that is known."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml


def asked_for(kind: str) -> str:
    """The action that is asked besides the making; empty where none is known."""
    return _table().get(kind, "")


def is_known(kind: str) -> bool:
    """Whether anybody has seen what these tags cost: an action, or nothing."""
    return kind in _table()


@cache
def _table() -> Mapping[str, str]:
    text = Path(__file__).with_name("system_tags.yaml").read_text(encoding="utf-8")
    table: Mapping[str, str] = yaml.safe_load(text)
    return table
