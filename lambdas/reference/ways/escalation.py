"""Actions by which a principal can gain more than its policy says."""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from lambdas.model.iam.action import Action
from lambdas.reference.actions import AccessLevel, facts
from lambdas.reference.shards import shard


class Through(StrEnum):
    """Whose permissions a way leads to; `curated/escalation.yaml` says of each what it means."""

    PRINCIPAL = "principal"
    PASSED = "passed"
    RESOURCE = "resource"
    POLICY = "policy"
    USER = "user"
    ASSUMED = "assumed"
    BOUNDARY = "boundary"
    SHARED = "shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationPath:
    """A known way to more permissions.

    Attributes:
        actions: all of which it needs.
        gains: what comes of it, as a sentence goes on.
        through: whose permissions it leads to.
        receivers: what the names of the services begin with that get a role, or have one.
        oneself: whether one's own user gains by it too.
        everyday: whether all but the passing of a role is asked for almost anything of its service.
    """

    actions: tuple[str, ...]
    gains: str
    through: Through
    receivers: tuple[str, ...]
    oneself: bool
    everyday: bool

    @property
    def guarded(self) -> tuple[str, ...]:
        """The actions that nobody but a person may grant on more than named resources."""
        passed = self.actions[:1] if self.through is Through.PASSED else ()
        return passed if self.everyday else self.actions


@lru_cache(maxsize=1)
def escalation_paths() -> dict[str, EscalationPath]:
    """Every known way by its name."""
    return {
        name: EscalationPath(
            actions=tuple(row["actions"]),
            gains=row["gains"],
            through=Through(row["through"]),
            receivers=_receivers(row.get("receiver", row["actions"][-1].partition(":")[0])),
            oneself=row.get("oneself", True),
            everyday=row.get("everyday", False),
        )
        for name, row in shard("escalation").items()
    }


@lru_cache(maxsize=4_096)
def escalates(action: Action) -> bool:
    """Whether nobody but a person may grant the action on more than named resources.

    That is every action of a known way, every one that changes permissions, every one of IAM that
    has resources, and every one that the reference does not know.
    """
    known = facts(action)
    if known is None or known.access_level is AccessLevel.PERMISSIONS:
        return True
    listed = any(str(known.action) in one.guarded for one in escalation_paths().values())
    return listed or (action.service == "iam" and known.resource_level)


def _receivers(raw: str | list[str]) -> tuple[str, ...]:
    return (raw,) if isinstance(raw, str) else tuple(raw)
