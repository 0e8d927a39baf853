"""Accounts that a team's files name: a cycle runs in another one."""

import re
from collections.abc import Iterator

from local.new_process.folder import Folder

READ = ("*.yml", "*.yaml", "*.json", "*.toml", "*.ts", "*.js", "*.py", "*.java", "*.sh", "*.env")
UNREAD = re.compile(r"(^|/)(tests?|__tests__|spec|events|docs|fixtures)/|lock\.(json|yaml)$")
# In an ARN, in a registry's address, or as the value of a key that says so.
ACCOUNT = re.compile(
    r"""arn:aws[\w-]*:[\w-]*:[\w-]*:(\d{12}):"""
    r"""|\b(\d{12})\.dkr\.ecr\."""
    r"""|\baccount(?:_?id)?['"]?\s*[:=]\s*['"]?(\d{12})\b""",
    re.IGNORECASE,
)
# AWS's own, as its documentation lists them for layers and images, and the examples of its pages.
EXAMPLES = frozenset({"123456789012", "111122223333", "444455556666", "000000000000"})
MOST = 4


def accounts_named(folder: Folder) -> str:
    """`210987654321 (deploy.yml)`, the first few; empty when none is named."""
    found = dict(sorted(_found(folder), reverse=True))
    named = [f"{account} ({place})" for account, place in sorted(found.items())]
    return ", ".join(named[:MOST])


def _found(folder: Folder) -> Iterator[tuple[str, str]]:
    for name in folder.matching(*READ):
        if not UNREAD.search(name):
            for match in ACCOUNT.finditer(folder.texts[name]):
                account = next(filter(None, match.groups()))
                if (
                    account not in EXAMPLES
                    and ":layer:" not in folder.texts[name][match.start() : match.end() + 8]
                ):
                    yield account, name
