"""Hashes of names: tools compute one of the stack's name, and the next values change it.

SAM's companion stack is `<stack>-<8 characters of the MD5 of the stack's name>-CompanionStack`,
https://github.com/aws/aws-sam-cli/blob/develop/samcli/lib/bootstrap/companion_stack/data_types.py.
It is not guessed from how it looks: the hash is computed and compared.
"""

import hashlib
from collections.abc import Iterable, Mapping

REASON = "this part is a hash of the stack's name"
_ALGORITHMS = ("md5", "sha1", "sha256", "sha512")
_SHORTEST = 6  # characters; one word in two million is as much of a stack's hashes by chance


def digests(names: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """The names' hashes in hexadecimal, as tools compute them, by how they begin and end."""
    found: dict[str, set[str]] = {}
    for name in names:
        for algorithm in _ALGORITHMS:
            digest = hashlib.new(algorithm, name.encode(), usedforsecurity=False).hexdigest()
            for edge in (digest[:_SHORTEST], digest[-_SHORTEST:]):
                found.setdefault(edge, set()).add(digest)
    return {edge: frozenset(those) for edge, those in found.items()}


def is_hash(text: str, of: Mapping[str, frozenset[str]]) -> bool:
    """Whether the text is the beginning or the end of one of the hashes."""
    lower = text.lower()
    return any(one.startswith(lower) for one in of.get(lower[:_SHORTEST], ())) or any(
        one.endswith(lower) for one in of.get(lower[-_SHORTEST:], ())
    )
