"""At which length CloudFormation cuts the names of a type, and how the parts share the room."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lambdas.model.iam.template import ANY, Part
from lambdas.reference.shards import shard

HYPHENS = 2


def suffix_lengths() -> tuple[int, ...]:
    """How many random characters end a name, in each case that is known."""
    return tuple(shard("generated_names")["suffix"])


def of_stack_in(room: int, logical_id: int) -> int:
    """How much of the room a stack's name may take: the larger half, and what the id leaves."""
    return max(room - room // 2, room - logical_id)


@dataclass(frozen=True, slots=True)
class Limit:
    """At which length names of a type are cut; 0 where none is known."""

    longest: int = 0

    @property
    def room(self) -> int:
        """What stack name and logical id share beside the longest suffix and two hyphens."""
        return min(self.rooms)

    @property
    def rooms(self) -> tuple[int, ...]:
        """The same beside a suffix of each length."""
        return tuple(self.longest - one - HYPHENS for one in suffix_lengths())

    @property
    def half(self) -> int:
        """What is left of a logical id at least, however long the stack's name."""
        return self.room // 2

    def beside(self, ending: str) -> "Limit":
        """What is left where something that CloudFormation appends ends the name."""
        return Limit(self.longest - len(ending)) if self.longest else self

    def ending(self, logical_id: str) -> Iterator[Part]:
        """What every value leaves of a logical id, and the suffix."""
        yield f"-{logical_id[: self.half]}"
        # As long as half of the room, the id may go on beside a shorter name or suffix.
        if len(logical_id) < self.half:
            yield "-"
        yield ANY

    def of_stack(self, logical_id: int) -> tuple[int, int]:
        """What is left of a stack's name, beside so many characters of a logical id.

        At least, and at most: it depends on the length of the suffix.
        """
        left = {of_stack_in(room, logical_id) for room in self.rooms}
        return min(left), max(left)


def without_ending(name: str) -> tuple[str, str]:
    """A name without what CloudFormation appends for a property, such as `.fifo`, and that."""
    for ending in shard("generated_names")["endings"]:
        if name.endswith(ending):
            return name.removesuffix(ending), ending
    return name, ""


def limit_of(service: str, kind: str) -> Limit:
    """Where names of a type of resource are cut; nowhere that is known, where it says nothing.

    A `function version` bears the name of its `function`.
    """
    known: Mapping[str, int] = shard("generated_names")["longest"]
    whole, first = f"{service}/{kind}", f"{service}/{kind.partition(' ')[0]}"
    return Limit(known.get(whole) or known.get(first, 0))


def is_joined(service: str, kind: str) -> bool:
    """Whether the names of a type hold no hyphen between their parts."""
    return f"{service}/{kind}" in shard("generated_names")["joined"]
