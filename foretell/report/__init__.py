"""A comparison in words and forms: for a terminal, a pull request, a script, a code scanner.

Takes a comparison; gives text. Names come from templates: they can break no form.
"""

import json
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).with_name("check.schema.json")


def check_schema() -> dict[str, Any]:
    """The JSON Schema of what `fencepost check --json` prints."""
    content: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return content
