"""What a process's owner says of a permissions boundary for the roles that the process creates."""

from enum import StrEnum


class BoundaryUse(StrEnum):
    """`policy.boundary` of a definition.

    `required`: the policy lets the process create roles with the boundary alone. `offered`: the
    boundary is written beside the policy, which does not ask for it. `none`: there is none.
    """

    REQUIRED = "required"
    OFFERED = "offered"
    NONE = "none"
