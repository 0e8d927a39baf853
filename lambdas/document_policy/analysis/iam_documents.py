"""The policies as IAM documents: each principal's whole, and its parts when it needs several."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.model.dossier.refinement import ExplainedStatement, PrincipalPolicy, Refinement
from lambdas.model.iam.policy import policy_size, policy_text
from lambdas.model.iam.role_boundary import BOUNDARY
from lambdas.model.iam.template import Template, Variable

BOUNDARY_FILE = f"{BOUNDARY}.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedPolicy:
    """One document to attach; `number` is 0 when it is the only one of its principal."""

    owner: PrincipalPolicy
    number: int
    statements: tuple[ExplainedStatement, ...]

    @property
    def name(self) -> str:
        """The file's name without its ending: `policy`, `policy-2`, `policy.deployer-1`."""
        return f"{self.owner.name}-{self.number}" if self.number else self.owner.name


def managed_policies(owner: PrincipalPolicy) -> tuple[ManagedPolicy, ...]:
    """What to attach to the principal; together exactly its policy."""
    if len(owner.packs) <= 1:
        return (ManagedPolicy(owner=owner, number=0, statements=owner.statements),)
    return tuple(
        ManagedPolicy(
            owner=owner,
            number=number,
            statements=tuple(owner.statements[index] for index in pack),
        )
        for number, pack in enumerate(owner.packs, start=1)
    )


def iam_documents(refinement: Refinement) -> dict[str, bytes]:
    """IAM's JSON, rendered with the values of the cycle that was seen."""
    values = dict(refinement.variables)
    files: dict[str, bytes] = {}
    for owner in refinement.policies:
        files[f"{owner.name}.json"] = policy_text(owner.policy.render(values)).encode()
        parts = owner.packed() if len(owner.packs) > 1 else ()
        for number, part in enumerate(parts, start=1):
            files[f"{owner.name}-{number}.json"] = policy_text(part.render(values)).encode()
    if refinement.boundary:
        files[BOUNDARY_FILE] = policy_text(refinement.boundary.render(values)).encode()
    return files


def characters(owner: PrincipalPolicy, refinement: Refinement) -> int:
    """The whole policy's size as IAM counts it."""
    document: dict[str, Any] = owner.policy.render(dict(refinement.variables))
    return policy_size(document)


def pieces(template: Template) -> tuple[str | Variable, ...]:
    """IAM's text and the variables between, for forms that fill them in themselves."""
    joined: list[str | Variable] = []
    for part in template.parts:
        if isinstance(part, Variable):
            joined.append(part)
            continue
        text = Template.of(part).render({})
        if joined and isinstance(joined[-1], str):
            joined[-1] += text
        else:
            joined.append(text)
    return tuple(joined)


def used_variables(owners: tuple[PrincipalPolicy, ...]) -> tuple[str, ...]:
    """The variables that any template of the policies holds, sorted."""
    names: set[str] = set()
    for owner in owners:
        for one in owner.statements:
            for template in one.statement.resources:
                names |= template.variables
            for condition in one.statement.conditions:
                for value in condition.values:
                    names |= value.variables
    return tuple(sorted(names))


def defaults(refinement: Refinement) -> Mapping[str, str]:
    """The variables that the policies use, with the values of the cycle that was seen."""
    values = dict(refinement.variables)
    used = set(used_variables(refinement.policies))
    if refinement.boundary:
        used |= {BOUNDARY, *refinement.boundary.variables}
    return {name: values[name] for name in sorted(used)}
