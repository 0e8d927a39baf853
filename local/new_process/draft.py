"""What a tool's folder was read as: a definition in the making, with what is not known of it."""

from dataclasses import dataclass

from lambdas.model.definition.process import Phase
from lambdas.model.definition.variables import Use

STAGE = Use(name="stage", learn="dev", prove="qa")
IN_ENVIRONMENT = ("STAGE", "{stage}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the folder does not say.

    Attributes:
        key: of process.yaml, left empty, so that the definition is refused until it is answered.
        asks: the question, one line.
    """

    key: str
    asks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A definition in the making.

    Attributes:
        tool: what deploys, in words. read: the file of the tool that was read, empty for scripts.
        runtimes: of the build image, by CodeBuild's names.
        conventional: whether the tool itself says how it names what it deploys.
        privileged: whether its build needs Docker.
        notes: what to look at, by the key above which it is written.
    """

    tool: str
    read: str = ""
    conventional: bool = True
    runtimes: tuple[tuple[str, str], ...] = ()
    privileged: bool = False
    regions: tuple[str, ...] = ()
    variables: tuple[Use, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    install: tuple[str, ...] = ()
    phases: tuple[Phase, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    questions: tuple[Question, ...] = ()
