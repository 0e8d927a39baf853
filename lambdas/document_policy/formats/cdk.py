"""The policy for the CDK: a construct in Python per principal, the reasons as comments."""

import builtins
import keyword
from collections.abc import Iterable, Iterator, Mapping, Sequence

from lambdas.document_policy.analysis.iam_documents import (
    ManagedPolicy,
    defaults,
    managed_policies,
    pieces,
    used_variables,
)
from lambdas.document_policy.analysis.run_facts import RunFacts
from lambdas.document_policy.analysis.statement_reasons import reasons, wildcards
from lambdas.document_policy.formats.literals import (
    comment,
    f_string,
    pascal,
    quoted,
    snake,
    unique,
)
from lambdas.model.dossier.refinement import ExplainedStatement, PrincipalPolicy
from lambdas.model.iam.policy import Condition
from lambdas.model.iam.role_boundary import BOUNDARY, RoleBoundary

STACK = ("account", "partition")  # the stack knows them; a caller may still say otherwise
RESERVED = frozenset({*keyword.kwlist, *keyword.softkwlist, *dir(builtins)}) | frozenset(
    {"self", "scope", "construct_id", "roles", "iam", "stack", "value", "Construct", "Stack"}
)


def construct(facts: RunFacts) -> str:
    """`policy.py`: a module that needs nothing but aws-cdk-lib."""
    return "\n".join(_lines(facts)) + "\n"


def _lines(facts: RunFacts) -> Iterator[str]:
    owners = facts.refinement.policies
    classes = unique([one.name for one in owners], lambda name: _class(facts, name), frozenset())
    # Two lines of ours first: in them, a comment could declare the source's encoding (PEP 263).
    yield "# Written by Fencepost; the reason of each permission stands above it."
    yield "#"
    yield from comment(f"{facts.title}. Run {facts.run.id}.")
    yield from comment(facts.verdict.grounds)
    yield "from __future__ import annotations"
    yield ""
    yield "from collections.abc import Sequence"
    yield ""
    yield "from aws_cdk import Stack"
    yield "from aws_cdk import aws_iam as iam"
    yield "from constructs import Construct"
    yield ""
    yield ""
    yield from _PLAIN
    for owner in owners:
        values = defaults(facts.refinement)
        mine = {name: values[name] for name in used_variables((owner,))}
        yield from _construct(owner, classes[owner.name], mine)
    if facts.refinement.boundary:
        yield from _boundary(facts, facts.refinement.boundary)


_PLAIN = [
    "def _plain(value: str) -> str:",
    '    """A value that cannot widen the policy."""',
    '    if any(one in value for one in "*?$"):',
    '        raise ValueError(f"{value!r} holds a wildcard or a policy variable")',
    "    return value",
]


def _class(facts: RunFacts, name: str) -> str:
    return pascal(facts.process.name) + pascal(name.removeprefix("policy")) + "Policy"


def _construct(owner: PrincipalPolicy, name: str, values: Mapping[str, str]) -> Iterator[str]:
    names = unique(values, _parameter, RESERVED)
    yield ""
    yield ""
    yield from comment(f"For {owner.principal}")
    yield from _class_head(name, values, names, ["roles: Sequence[iam.IRole] = ()"])
    policies = managed_policies(owner)
    yield "        self.policies = ["
    for policy in policies:
        yield from _policy(policy, names)
    yield "        ]"


def _class_head(
    name: str, values: Mapping[str, str], names: Mapping[str, str], further: Sequence[str]
) -> Iterator[str]:
    yield f"class {name}(Construct):"
    yield "    def __init__("
    yield "        self,"
    yield "        scope: Construct,"
    yield "        construct_id: str,"
    yield "        *,"
    for variable, default in values.items():
        if variable in STACK:
            yield f"        {names[variable]}: str | None = None,"
        else:
            yield f"        {names[variable]}: str = {quoted(default)},"
    yield from (f"        {one}," for one in further)
    yield "    ) -> None:"
    yield "        super().__init__(scope, construct_id)"
    for variable in values:
        yield f"        {_taken(variable, names[variable])}"


def _boundary(facts: RunFacts, boundary: RoleBoundary) -> Iterator[str]:
    every = defaults(facts.refinement)
    values = {name: every[name] for name in sorted({BOUNDARY, *boundary.variables})}
    names = unique(values, _parameter, RESERVED)
    yield ""
    yield ""
    yield from comment("The boundary of the roles that the process creates")
    yield from _class_head(f"{pascal(facts.process.name)}Boundary", values, names, ())
    yield "        self.policy = iam.ManagedPolicy("
    yield "            self,"
    yield '            "Boundary",'
    yield f"            managed_policy_name={names[BOUNDARY]},"
    yield "            document=iam.PolicyDocument("
    yield "                minimize=False,"
    yield "                statements=["
    indent = " " * 20
    for one in boundary.statements:
        yield f"{indent}iam.PolicyStatement("
        yield f"{indent}    sid={quoted(one.sid)},"
        yield f"{indent}    effect=iam.Effect.{one.effect.upper()},"
        actions, resources = (
            "not_actions" if one.but_actions else "actions",
            "not_resources" if one.but_resources else "resources",
        )
        yield from _list(actions, list(map(quoted, one.actions)), indent)
        yield from _list(resources, [f_string(pieces(r), names) for r in one.resources], indent)
        if one.conditions:
            yield f"{indent}    conditions={{"
            yield from _tests(one.conditions, names, f"{indent}        ")
            yield f"{indent}    }},"
        yield f"{indent}),"
    yield "                ],"
    yield "            ),"
    yield "        )"


def _parameter(name: str) -> str:
    return snake(name) or "value"


def _taken(variable: str, name: str) -> str:
    if variable in STACK:
        return f"{name} = Stack.of(self).{variable} if {name} is None else _plain({name})"
    return f"{name} = _plain({name})"


def _policy(policy: ManagedPolicy, names: Mapping[str, str]) -> Iterator[str]:
    yield "            iam.ManagedPolicy("
    yield "                self,"
    yield f"                {quoted(pascal(policy.name))},"
    yield "                roles=list(roles),"
    # CDK may otherwise merge statements, and their Sids and reasons would go.
    yield "                document=iam.PolicyDocument("
    yield "                    minimize=False,"
    yield "                    statements=["
    for one in policy.statements:
        yield from _statement(one, names)
    yield "                    ],"
    yield "                ),"
    yield "            ),"


def _statement(one: ExplainedStatement, names: Mapping[str, str]) -> Iterator[str]:
    indent = " " * 24
    statement = one.statement
    yield from comment(f"{one.purpose} {reasons(one).sentence}", indent)
    for wildcard in wildcards(one):
        yield from comment(wildcard.words, indent)
    yield f"{indent}iam.PolicyStatement("
    yield f"{indent}    sid={quoted(statement.sid)},"
    yield from _list("actions", [quoted(str(action)) for action in statement.actions], indent)
    yield from _list("resources", [f_string(pieces(r), names) for r in statement.resources], indent)
    if statement.conditions:
        yield f"{indent}    conditions={{"
        yield from _tests(statement.conditions, names, f"{indent}        ")
        yield f"{indent}    }},"
    yield f"{indent}),"


def _list(name: str, texts: Sequence[str], indent: str) -> Iterator[str]:
    yield f"{indent}    {name}=["
    yield from (f"{indent}        {text}," for text in texts)
    yield f"{indent}    ],"


def _tests(conditions: Iterable[Condition], names: Mapping[str, str], indent: str) -> Iterator[str]:
    ordered = sorted(conditions, key=lambda condition: condition.order)
    for operator in sorted({one.operator for one in ordered}):
        yield f"{indent}{quoted(operator)}: {{"
        for one in ordered:
            if one.operator == operator:
                values = ", ".join(f_string(pieces(value), names) for value in one.values)
                yield f"{indent}    {quoted(one.key)}: [{values}],"
        yield f"{indent}}},"
