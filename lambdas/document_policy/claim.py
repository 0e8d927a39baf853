"""One thing that a policy should be, and how far a run could show it."""

from dataclasses import dataclass

from lambdas.model.dossier.answer import Answer
from lambdas.model.execution.platform import Platform
from lambdas.model.text import sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What shows it, and where it could not be shown.

    Attributes:
        shown: a sentence, or empty when nothing shows it.
        gaps: a clause each; none means that nothing is known to be missing.
        asked: whether anything was tried that could have shown it.
        platform: where it was shown.
    """

    name: str
    shown: str
    gaps: tuple[str, ...] = ()
    asked: bool = True
    platform: Platform = Platform.UNKNOWN

    @property
    def state(self) -> Answer:
        """How far it was shown."""
        if not self.shown:
            return Answer.NOT_SHOWN if self.asked else Answer.NOT_ASKED
        return Answer.IN_PART if self.gaps else Answer.SHOWN

    @property
    def answer(self) -> str:
        """The state, and where it was shown: `shown on AWS`, `shown in part on an embedded AWS`."""
        return f"{self.state} on {self.platform}" if self.shown else self.state.value

    @property
    def sentence(self) -> str:
        """What shows it, then what is missing."""
        return " ".join(map(sentence, filter(None, (self.shown, *self.gaps))))
