"""What a command says: words for people, one JSON document for scripts.

With `--json` standard output holds the document and nothing else; words go to standard error.
"""

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from lambdas.model.text import visible

FORMAT = 1  # of the documents; it grows when a field changes its meaning or goes
YES, NO, UNKNOWN = 0, 1, 2  # exit statuses: yes, no, could not tell
INTERRUPTED = 130


def document(command: str, status: int, content: Mapping[str, Any]) -> None:
    """Print the document of a command, with its status, keys sorted."""
    whole = {"command": command, "format": FORMAT, "status": status, **content}
    print(json.dumps(whole, indent=1, sort_keys=True))


def leave_in_peace() -> None:
    """After a reader such as `head` has seen enough: nothing more is written, and nothing said."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(words: str) -> None:
    """A line on standard error in which nothing hides."""
    print("\n".join(map(visible, words.splitlines())), file=sys.stderr)
