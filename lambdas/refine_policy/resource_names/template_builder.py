"""A template while it is put together, and the words for its wildcards."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lambdas.model.findings.reason import Reason, ReasonKind
from lambdas.model.iam.template import ANY, Part, Variable, Wildcard
from lambdas.refine_policy.generated_names.name_limits import suffix_lengths
from lambdas.refine_policy.observations import ANYTHING
from lambdas.refine_policy.resource_names.name_tokens import Piece, Shape, may_be_suffix, pieces
from lambdas.refine_policy.resource_names.variables import Cutter
from lambdas.refine_policy.resource_names.volatility import VolatileNames

_BECAUSE: dict[Shape | None, Reason] = {
    Shape.SUFFIX: Reason("CloudFormation appends random characters to the names that it gives"),
    Shape.TIME: Reason("this part is a timestamp", ReasonKind.DATE),
    Shape.DATE: Reason("this part is the date of the day on which it was made", ReasonKind.DATE),
    Shape.UUID: Reason("this part is a UUID that is generated each time"),
    Shape.HASH: Reason("this part is a hash that changes with the content"),
}
_LETTER = re.compile(r"[A-Za-z]")
UNKNOWN_TYPE = f"{ANYTHING}/"
_FIELDS = re.compile(r"[/:]")


@dataclass(slots=True)
class Writing:
    """The parts of a template while they are put together."""

    words: Cutter
    parts: list[Part] = field(default_factory=list)
    reasons: dict[Reason, None] = field(default_factory=dict)
    longer: int = 0  # which of the spellings for longer values; 0 is the one that was seen
    named: bool = False  # whether a name that a person chose tells it from others

    def wild(self, reason: Reason | str) -> None:
        """Any text from here on, because of the reason."""
        self.parts.append(ANY)
        self.reasons[Reason(reason) if isinstance(reason, str) else reason] = None

    def of_unknown_type(self, resource: str) -> bool:
        """Write `*/zzz-*`, what has an id that tells no type; whether it is that.

        No name begins so: the star stands where the type does.
        """
        if not resource.startswith(UNKNOWN_TYPE):
            return False
        self.wild("the event does not tell the type")
        first, *others = resource.removeprefix(ANYTHING).split(ANYTHING)
        self.parts.append(first)
        for one in others:
            self.wild(Reason("the service makes up a new id for whatever is made").of_others_too())
            self.parts.append(one)
        return True

    def varying(self, piece: Piece, reason: Reason, values: Iterable[str]) -> None:
        """Any text for a piece; `values`: of the process's variables.

        A hash right behind a word was glued to what is left of a name that was too long. Where the
        word ends depends on the length of every value before it, so it is open too, and so is the
        beginning of a value.
        """
        if piece.shape is Shape.HASH and self._is_word():
            last = max(
                (at for at, one in enumerate(self.parts) if isinstance(one, Variable)), default=0
            )
            behind = [str(one) for one in self.parts[last + 1 :]]
            if last and not _FIELDS.search("".join(behind)):
                del self.parts[last + 2 :]  # a separator follows the variable
            elif any(one.lower().startswith(behind[-1].lower()) for one in values):
                self.parts.pop()
        self.wild(reason)

    def _is_word(self) -> bool:
        end = self.parts[-1] if self.parts else ""
        return isinstance(end, str) and end[-1:].isalnum()

    def shape(self, text: str, start: int) -> None:
        """Where nothing of a name is fixed, keep at least how it is made."""
        if all(part == ANY or not _LETTER.search(str(part)) for part in self.parts[start:]):
            self.parts[start:] = [part for piece in pieces(text) for part in _made_like(piece)]
            self.reasons[Reason("the whole name is generated each time").of_others_too()] = None


def _made_like(piece: Piece) -> Iterator[Part]:
    """As many characters as the piece has; CloudFormation's suffix may be longer the next time."""
    suffix = piece.shape is Shape.SUFFIX or (
        piece.shape is Shape.WORD and may_be_suffix(piece.text)
    )
    length = min(suffix_lengths()) if suffix else len(piece.text)
    yield from (Wildcard("?") if one.isalnum() else one for one in piece.text[:length])
    if suffix:
        yield ANY


def because(piece: Piece, fresh: VolatileNames) -> Reason:
    """Why the piece is not the same in the next run."""
    if piece.text in fresh.differed:
        return Reason("this part differed between the archived runs")
    return _BECAUSE.get(piece.shape, Reason("this part is an id that is generated each time"))


def placeholder_words(placeholder: str, said: str = "") -> str:
    """`RestApiId` → `rest api id`; without the word that is said before it anyway."""
    placeholder = re.sub(rf"(?i)(?<=.){said}$", "", placeholder) if said else placeholder
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", placeholder)
    return spaced.lower() or "id"
