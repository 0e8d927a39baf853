"""Names that CloudFormation makes up, cut as it cuts them and random for every stack.

MiniStack cuts stack and logical id as one text, glues the suffix on without a hyphen, and hashes
the stack's name, so that a stack made twice has the same names: a policy that held one of them by
heart would pass a proof. Here the rule is data by type, and the stack's own id, new each time, is
what the suffix is made of: it stays while the stack stays, as on AWS.
"""

import hashlib
import string
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from embedded_aws.ministack import services

Naming = Callable[..., str]
TABLE = Path(__file__).with_name("physical_names.yaml")
ALPHABETS = {
    "small": string.digits + string.ascii_lowercase,
    "capitals": string.digits + string.ascii_uppercase,
    "mixed": string.digits + string.ascii_letters,
}
HALVES = "halves"

# The type whose name is being made: MiniStack's function is not told it.
naming_type: ContextVar[str] = ContextVar("naming_type", default="")
# Types of which nobody has shown how their names are cut; the general rule was taken for them.
assumed: set[str] = set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How names of one type are made.

    Attributes:
        longest: characters of a whole name.
        share: `halves`, or how many characters stack name and logical id get at most.
        suffix: its lengths by alphabet.
    """

    longest: int
    share: str | tuple[int, int]
    suffix: Mapping[str, Sequence[int]]

    @property
    def lowercase(self) -> bool:
        """Whether the whole name is in small letters."""
        return set(self.suffix) == {"small"}

    def name(self, stack: str, logical_id: str, suffix: str) -> str:
        """The name with this suffix."""
        room = self.longest - len(suffix) - 2  # two hyphens
        first, second = self._shares(len(stack), len(logical_id), room)
        name = f"{stack[:first]}-{logical_id[:second]}-{suffix}"
        return name.lower() if self.lowercase else name

    def _shares(self, stack: int, logical_id: int, room: int) -> tuple[int, int]:
        if isinstance(self.share, tuple):
            return self.share
        half = room // 2  # the logical id's; the stack's is the larger one
        return max(room - half, room - logical_id), max(half, room - stack)

    def suffix_of(self, seed: bytes) -> str:
        """A suffix that looks random and is the same for the same seed."""
        number = int.from_bytes(hashlib.sha256(seed).digest())
        forms = [(name, size) for name, sizes in sorted(self.suffix.items()) for size in sizes]
        number, which = divmod(number, len(forms))
        alphabet, size = ALPHABETS[forms[which][0]], forms[which][1]
        characters = []
        for _ in range(size):
            number, digit = divmod(number, len(alphabet))
            characters.append(alphabet[digit])
        return "".join(characters)


@cache
def _table() -> Mapping[str, Any]:
    table: dict[str, Any] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return table


def known_types() -> Mapping[str, Mapping[str, Any]]:
    """The rows of the table, with the public name of each."""
    rows: Mapping[str, Mapping[str, Any]] = _table()["types"]
    return rows


def rule_of(resource_type: str, *, longest: int, lowercase: bool = False) -> Rule:
    """The rule of a type; the general one, for this length, where none is known."""
    row = known_types().get(resource_type)
    if row is None:
        assumed.add(resource_type)
        general = _table()["general"]
        suffix = {"small": [12, 13]} if lowercase else general["suffix"]
        return Rule(longest=longest, share=general["share"], suffix=suffix)
    share = row["share"]
    return Rule(
        longest=row["longest"],
        share=share if share == HALVES else tuple(share),
        suffix=row["suffix"],
    )


def install() -> None:
    """Name as CloudFormation does, in MiniStack's place."""
    provisioners = services.service("cloudformation.provisioners")
    provisioners._physical_name = _named(provisioners)


def _named(provisioners: Any) -> Naming:
    def named(
        stack: str,
        logical_id: str,
        *,
        lowercase: bool = False,
        max_len: int = 128,
        seeded: bool = True,
    ) -> str:
        rule = rule_of(naming_type.get(), longest=max_len, lowercase=lowercase)
        known = services.cloudformation()._stacks.get(stack) or {}
        seed = provisioners._NAME_SEED.get() if seeded else ""
        text = f"{known.get('StackId', stack)}:{logical_id}:{seed}"
        return rule.name(stack, logical_id, rule.suffix_of(text.encode()))

    return named
