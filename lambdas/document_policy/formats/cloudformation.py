"""The policy for CloudFormation: managed policies with parameters, the reasons as comments."""

from collections.abc import Iterator, Mapping, Sequence

from lambdas.document_policy.analysis.iam_documents import (
    ManagedPolicy,
    defaults,
    managed_policies,
    pieces,
)
from lambdas.document_policy.analysis.run_facts import RunFacts
from lambdas.document_policy.analysis.statement_reasons import reasons, wildcards
from lambdas.document_policy.formats.literals import comment, pascal, quoted, sub, unique
from lambdas.model.dossier.refinement import ExplainedStatement
from lambdas.model.iam.policy import Condition
from lambdas.model.iam.role_boundary import BOUNDARY, RoleBoundary

# What CloudFormation knows itself: a template that is deployed elsewhere reaches into that account.
PSEUDO = {"account": "AWS::AccountId", "partition": "AWS::Partition"}
PLAIN = "^[^*?$]*$"  # a value can then not widen the policy


def cloudformation(facts: RunFacts) -> str:
    """`policy.yaml`: parameters, and a managed policy per document."""
    return "\n".join(_lines(facts)) + "\n"


def _lines(facts: RunFacts) -> Iterator[str]:
    values = {name: text for name, text in defaults(facts.refinement).items() if name not in PSEUDO}
    names = unique(values, pascal, frozenset())
    owners = facts.refinement.policies
    roles = unique([one.name for one in owners], _roles, frozenset(names.values()))
    policies = [one for owner in owners for one in managed_policies(owner)]
    labels = unique([one.name for one in policies], pascal, frozenset(names.values()))
    yield from comment(f"{facts.title}. Run {facts.run.id}.")
    yield from comment(facts.verdict.grounds)
    yield 'AWSTemplateFormatVersion: "2010-09-09"'
    needed = f"as run {facts.run.id} needed it{facts.run.platform.aside}"
    yield f"Description: {quoted(f'{facts.process.name}, {needed}')}"
    yield from _parameters(values, names, list(roles.values()))
    yield from _conditions(list(roles.values()))
    yield "Resources:"
    for policy in policies:
        filled = {**PSEUDO, **names}
        yield from _policy(policy, labels[policy.name], filled, roles[policy.owner.name])
    if facts.refinement.boundary:
        yield from _boundary(facts.refinement.boundary, {**PSEUDO, **names})
    if not policies:
        yield "  NothingToGrant:"
        yield "    Type: AWS::CloudFormation::WaitConditionHandle"


def _roles(name: str) -> str:
    return "Roles" if name == "policy" else f"{pascal(name.removeprefix('policy.'))}Roles"


def _parameters(
    values: Mapping[str, str], names: Mapping[str, str], roles: Sequence[str]
) -> Iterator[str]:
    if values or roles:
        yield "Parameters:"
    for name, default in values.items():
        yield f"  {names[name]}:"
        yield "    Type: String"
        yield f"    Description: {quoted(f'What the policy holds for {name}')}"
        yield f"    Default: {quoted(default)}"
        yield f"    AllowedPattern: {quoted(PLAIN)}"
        yield '    ConstraintDescription: "no wildcard and no policy variable"'
    for role in roles:
        yield f"  {role}:"
        yield "    Type: CommaDelimitedList"
        yield '    Description: "Names of the roles to attach it to; empty attaches it to none"'
        yield '    Default: ""'


def _conditions(roles: Sequence[str]) -> Iterator[str]:
    if roles:
        yield "Conditions:"
    for role in roles:
        yield f'  Has{role}: !Not [!Equals [!Join ["", !Ref {role}], ""]]'


def _policy(
    policy: ManagedPolicy, label: str, names: Mapping[str, str], role: str
) -> Iterator[str]:
    yield from comment(f"For {policy.owner.principal}", "  ")
    yield f"  {label}:"
    yield "    Type: AWS::IAM::ManagedPolicy"
    yield "    Properties:"
    yield f"      Roles: !If [Has{role}, !Ref {role}, !Ref AWS::NoValue]"
    yield "      PolicyDocument:"
    yield '        Version: "2012-10-17"'
    yield "        Statement:"
    for one in policy.statements:
        yield from _statement(one, names)


def _boundary(boundary: RoleBoundary, names: Mapping[str, str]) -> Iterator[str]:
    indent = " " * 10
    yield from comment("The boundary of the roles that the process creates", "  ")
    yield "  BoundaryOfCreatedRoles:"
    yield "    Type: AWS::IAM::ManagedPolicy"
    yield "    Properties:"
    yield f"      ManagedPolicyName: !Ref {names[BOUNDARY]}"
    yield "      PolicyDocument:"
    yield '        Version: "2012-10-17"'
    yield "        Statement:"
    for one in boundary.statements:
        yield f"{indent}- Sid: {quoted(one.sid)}"
        yield f"{indent}  Effect: {one.effect}"
        yield f"{indent}  {'NotAction' if one.but_actions else 'Action'}:"
        yield from (f"{indent}    - {quoted(action)}" for action in one.actions)
        yield f"{indent}  {'NotResource' if one.but_resources else 'Resource'}:"
        yield from (f"{indent}    - {sub(pieces(r), names)}" for r in one.resources)
        if one.conditions:
            yield f"{indent}  Condition:"
            yield from _tests(one.conditions, names, f"{indent}    ")


def _statement(one: ExplainedStatement, names: Mapping[str, str]) -> Iterator[str]:
    indent = " " * 10
    yield from comment(f"{one.purpose} {reasons(one).sentence}", indent)
    for wildcard in wildcards(one):
        yield from comment(wildcard.words, indent)
    yield f"{indent}- Sid: {quoted(one.statement.sid)}"
    yield f"{indent}  Effect: Allow"
    yield f"{indent}  Action:"
    yield from (f"{indent}    - {quoted(str(action))}" for action in one.statement.actions)
    yield f"{indent}  Resource:"
    yield from (f"{indent}    - {sub(pieces(r), names)}" for r in one.statement.resources)
    if one.statement.conditions:
        yield f"{indent}  Condition:"
        yield from _tests(one.statement.conditions, names, f"{indent}    ")


def _tests(conditions: Sequence[Condition], names: Mapping[str, str], indent: str) -> Iterator[str]:
    for operator in sorted({one.operator for one in conditions}):
        yield f"{indent}{quoted(operator)}:"
        for one in sorted(conditions, key=lambda condition: condition.order):
            if one.operator == operator:
                yield f"{indent}  {quoted(one.key)}:"
                yield from (f"{indent}    - {sub(pieces(v), names)}" for v in one.values)
