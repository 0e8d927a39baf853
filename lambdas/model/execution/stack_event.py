"""What happened to one resource of a stack."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StackEvent:
    """As CloudFormation tells it; of the stack itself, too, whose physical id is the stack's."""

    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str = ""

    @property
    def failed(self) -> bool:
        """Whether it failed by itself, not because another did."""
        return self.status.endswith("_FAILED") and "cancelled" not in self.reason.lower()
