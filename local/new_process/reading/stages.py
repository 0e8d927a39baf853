"""Which two stages a process uses: those that its files know, else any two."""

import re
from collections.abc import Iterable

from lambdas.model.definition.variables import Use
from local.new_process.draft import STAGE, Question

NAMES = frozenset(
    {
        "stage",
        "stagename",
        "env",
        "environment",
        "environmentname",
        "envname",
        "deploymentstage",
        "deploymentenvironment",
    }
)
LIKELY = re.compile(
    r"(local|sandbox|demo|dev|test|qa|int|stag|stg|uat|pre|acc|prod|prd|live)[\w-]*", re.IGNORECASE
)
LIVE = ("prod", "prd", "live")
ALL = ("default", "global", "common", "shared", "base")  # what holds for every stage is none


def is_stage(name: str) -> bool:
    """Whether a parameter, a context or a variable of this name is the stage."""
    return re.sub(r"[^a-z]", "", name.lower()) in NAMES


def likely(names: Iterable[str]) -> list[str]:
    """Those of some names that a stage may have."""
    return [one for one in names if LIKELY.fullmatch(one)]


def chosen(known: Iterable[str]) -> Use:
    """Two of the stages that are known, production last; `prove` is empty where there is but one.

    Where none is known, or dev and qa are among them, it is dev and qa.
    """
    names = [one for one in known if re.fullmatch(r"[\w-]+", one) and one.lower() not in ALL]
    if not names or {STAGE.learn, STAGE.prove} <= set(names):
        return STAGE
    calm = sorted(names, key=lambda one: one.lower().startswith(LIVE))
    return Use(name=STAGE.name, learn=calm[0], prove=(*calm[1:], "")[0])


def another(stage: Use, place: str) -> tuple[Question, ...]:
    """The question for the second stage, where a place knows but one."""
    if stage.prove:
        return ()
    asks = f"{place} knows one stage: which other one may the proof use?"
    return (Question(key="variables.stage", asks=asks),)
