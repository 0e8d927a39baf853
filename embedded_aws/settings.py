"""How one start of the embedded AWS is made: the host's command line and environment."""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ACCOUNT = "123456789012"
STATE_FILE = "endpoint.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How one start of the embedded AWS is made.

    Attributes:
        owned: whether it ends, and forgets its state, when its standard input does: whoever holds
            the other end of that pipe has gone then, however it ended.
    """

    state: Path
    port: int
    region: str
    accounts: tuple[str, ...]
    inbox: Path
    owned: bool
    knobs: dict[str, Any]


def settings_of(arguments: list[str]) -> Settings:
    """Read the command line; the trail's knobs also come from FENCEPOST_TRAIL_*."""
    parser = argparse.ArgumentParser(prog="python -m embedded_aws")
    parser.add_argument("--state", type=Path, required=True, help="folder for this start's files")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--region", default="eu-west-1")
    parser.add_argument("--account", action="append", help=f"default {ACCOUNT}; may repeat")
    parser.add_argument("--inbox", type=Path, help="folder for mail, default STATE/inbox")
    parser.add_argument("--owned", action="store_true", help="end when standard input does")
    for name in ("interval", "delay", "minute"):
        default = os.environ.get(f"FENCEPOST_TRAIL_{name.upper()}")
        parser.add_argument(f"--trail-{name}", type=float, default=default and float(default))
    for name in ("shuffle", "duplicate", "never"):
        on = os.environ.get(f"FENCEPOST_TRAIL_{name.upper()}", "") not in ("", "0")
        parser.add_argument(f"--trail-{name}", action="store_true", default=on or None)
    found = parser.parse_args(arguments)
    knobs = {
        name.removeprefix("trail_"): value
        for name, value in vars(found).items()
        if name.startswith("trail_") and value is not None
    }
    return Settings(
        state=found.state.resolve(),
        port=found.port,
        region=found.region,
        accounts=tuple(found.account or [ACCOUNT]),
        inbox=(found.inbox or found.state / "inbox").resolve(),
        owned=found.owned,
        knobs=knobs,
    )
