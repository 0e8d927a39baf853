"""How far a run could show what a policy should be, in the words of the dossier's first page."""

from enum import StrEnum


class Answer(StrEnum):
    """The most doubtful first."""

    NOT_SHOWN = "not shown"
    IN_PART = "shown in part"
    NOT_ASKED = "not asked"  # nothing was tried
    SHOWN = "shown"

    @classmethod
    def of(cls, words: object) -> "Answer | None":
        """None where nothing is told, or what this version does not know."""
        return next((one for one in cls if one == words), None)

    @property
    def rank(self) -> int:
        """Its place among them: the lower, the sooner a person should look."""
        return list(Answer).index(self)

    @property
    def doubtful(self) -> bool:
        """Whether something was tried and did not turn out well."""
        return self in {Answer.NOT_SHOWN, Answer.IN_PART}
