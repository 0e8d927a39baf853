"""Statements into managed policies, by IAM's own count of characters, without widening anything."""

import json
from collections.abc import Mapping, Sequence

from lambdas.errors import PolicyTooLargeError
from lambdas.model.dossier.refinement import PrincipalPolicy
from lambdas.model.iam.policy import VERSION, Statement, policy_size
from lambdas.model.limits import MANAGED_POLICY_LIMIT, POLICIES_PER_ROLE
from lambdas.model.text import listed

Packs = tuple[tuple[int, ...], ...]
_LARGEST = 3  # how many of the largest statements an error names
_ENVELOPE = len(json.dumps({"Version": VERSION, "Statement": []}, separators=(",", ":")))


def packed(statements: Sequence[Statement], uses: Sequence[Mapping[str, str]]) -> Packs:
    """How the statements go into managed policies: every pack fits, whichever values are used.

    First fit by falling size: within a fifth of the fewest that are possible, and always the same.

    Args:
        statements: each goes into exactly one pack.
        uses: the values that the policy is going to be rendered with.

    Raises:
        PolicyTooLargeError: it does not fit into the managed policies that a role may have.
    """
    sizes = [size_of(one, uses) for one in statements]
    packs: list[list[int]] = []
    room: list[int] = []
    for index in sorted(range(len(sizes)), key=lambda at: (-sizes[at], at)):
        size = sizes[index]
        if _ENVELOPE + size > MANAGED_POLICY_LIMIT:
            raise _too_large(statements, sizes, "one statement alone is too long")
        at = next((at for at, left in enumerate(room) if size + 1 <= left), None)
        if at is None:
            packs.append([])
            room.append(MANAGED_POLICY_LIMIT - _ENVELOPE + 1)  # the first needs no comma
            at = len(packs) - 1
        packs[at].append(index)
        room[at] -= size + 1
    if len(packs) > POLICIES_PER_ROLE:
        raise _too_large(statements, sizes, f"it would take {len(packs)} managed policies")
    return tuple(sorted(tuple(sorted(pack)) for pack in packs))


def size_of(statement: Statement, uses: Sequence[Mapping[str, str]]) -> int:
    """Characters of the statement as IAM counts them, at its longest."""
    return max(policy_size(statement.render(values)) for values in uses)


def require_fit(policies: Sequence[PrincipalPolicy]) -> None:
    """Stop when a policy could not be packed.

    Raises:
        PolicyTooLargeError: names the policies.
    """
    unpacked = [one.name for one in policies if one.statements and not one.packs]
    if unpacked:
        raise PolicyTooLargeError(
            f"{listed(unpacked)} cannot be packed into {POLICIES_PER_ROLE} managed "
            f"policies of {MANAGED_POLICY_LIMIT} characters; the findings say what is largest and "
            "what could be done"
        )


def _too_large(
    statements: Sequence[Statement], sizes: Sequence[int], problem: str
) -> PolicyTooLargeError:
    largest = sorted(zip(sizes, statements, strict=True), key=lambda one: (-one[0], one[1].sid))
    named = ", ".join(
        f"{one.sid} ({size} characters, {len(one.resources)} resources)"
        for size, one in largest[:_LARGEST]
    )
    return PolicyTooLargeError(
        f"{sum(sizes)} characters do not fit in {POLICIES_PER_ROLE} managed policies of "
        f"{MANAGED_POLICY_LIMIT}: {problem}; nothing was widened to make it fit. Largest: {named}. "
        "To make it smaller: split the process into several, deploy as two roles (policy: {split: "
        "cloudformation}), switch off derivations that you do not want, or give the resources "
        "names that share a prefix and grant that by a hint with its reason"
    )
