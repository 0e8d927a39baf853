"""How CloudFormation says that there is no such stack: each operation in words that tools look for.

https://github.com/dougmoscrop/serverless-plugin-split-stacks (lib/migrate-existing-resources.js)
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from embedded_aws.ministack import services

Handler = Callable[[dict[str, Any]], Any]

_SAID = re.compile(rb"Stack \[([^\]]*)\] does not exist")
_WITH_ID, _QUOTED = rb"Stack with id \1 does not exist", rb"Stack '\1' does not exist"
# Of all others MiniStack has the words.
WORDS: Mapping[str, bytes] = {
    "DescribeStackResource": _QUOTED,
    "DescribeStackResources": _WITH_ID,
    "GetTemplate": _WITH_ID,
    "ListStackResources": _WITH_ID,
}


def repair() -> None:
    """Let each operation say it in its own words."""
    actions = services.service("cloudformation.handlers")._ACTION_HANDLERS
    for action, words in WORDS.items():
        actions[action] = _saying(actions[action], words)


def _saying(handler: Handler, words: bytes) -> Handler:
    def handle(parameters: dict[str, Any]) -> Any:
        status, headers, body = handler(parameters)
        if status >= 400:  # noqa: PLR2004 - HTTP's errors
            body = _SAID.sub(words, body)
        return status, headers, body

    return handle
