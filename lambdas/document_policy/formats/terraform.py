"""The policy for Terraform: data sources with the reason above each statement, and variables."""

import re
from collections.abc import Iterator, Mapping, Sequence

from lambdas.document_policy.analysis.iam_documents import (
    ManagedPolicy,
    defaults,
    managed_policies,
    pieces,
)
from lambdas.document_policy.analysis.run_facts import RunFacts
from lambdas.document_policy.analysis.statement_reasons import reasons, wildcards
from lambdas.document_policy.formats.literals import comment, hcl, snake, unique
from lambdas.model.dossier.refinement import ExplainedStatement
from lambdas.model.iam.policy import Condition, PatternStatement, Statement
from lambdas.model.iam.role_boundary import BOUNDARY, RoleBoundary
from lambdas.model.iam.template import Template, Variable

# A variable's value may begin with `{`, so an `&` at the end of a text counts too.
_REFERENCE = re.compile(r"&(?=\{|\Z)")
# Arguments of module blocks, which no variable of a module may be named after,
# https://developer.hashicorp.com/terraform/language/block/variable
RESERVED = frozenset(
    [
        "source",
        "version",
        "providers",
        "count",
        "for_each",
        "lifecycle",
        "depends_on",
        "locals",
        "name",
    ]
)


def terraform(facts: RunFacts) -> str:
    """`policy.tf`: variables, and per policy a document, a managed policy and its attachment."""
    return "\n".join(_lines(facts)) + "\n"


def _lines(facts: RunFacts) -> Iterator[str]:
    values = defaults(facts.refinement)
    names = unique(values, snake, RESERVED)
    policies = [one for owner in facts.refinement.policies for one in managed_policies(owner)]
    labels = unique([one.name for one in policies], snake, frozenset())
    roles = unique(
        [one.name for one in facts.refinement.policies], _role, frozenset(names.values())
    )
    yield from comment(f"{facts.title}. Run {facts.run.id}.")
    yield from comment(facts.verdict.grounds)
    yield from comment(
        "The reason of each permission stands above it; report.html has the events. "
        "Values of variables hold no *, ? or $, so that none can widen the policy."
    )
    yield from _variable("name", "The beginning of the policies' names.", facts.process.name)
    for name, default in values.items():
        yield from _variable(names[name], _meaning(name), default)
    for owner in facts.refinement.policies:
        text = "Name of a role to attach the policy to; empty attaches it to none."
        yield from _variable(roles[owner.name], text, "", checked=False)
    for policy in policies:
        yield from _policy(policy, labels[policy.name], names, roles[policy.owner.name])
    if facts.refinement.boundary:
        yield from _boundary(facts.refinement.boundary, names)


def _meaning(name: str) -> str:
    known = {
        "account": "The account that the policy reaches into.",
        "region": "The region that the policy reaches into.",
        "partition": "The partition: aws, aws-cn or aws-us-gov.",
        BOUNDARY: "The name of the boundary of the roles that the process creates.",
    }
    return known.get(name, f"The process's variable {name}.")


def _role(name: str) -> str:
    return "role" if name == "policy" else f"role_{snake(name.removeprefix('policy.'))}"


def _variable(name: str, text: str, default: str, *, checked: bool = True) -> Iterator[str]:
    yield ""
    yield f'variable "{name}" {{'
    yield "  type        = string"
    yield f"  description = {hcl([text], {})}"
    yield f"  default     = {hcl([default], {})}"
    if checked:
        yield ""
        yield "  validation {"
        yield f'    condition     = !can(regex("[*?$]|&([{{]|$)", var.{name}))'
        yield '    error_message = "The value may not hold a wildcard or a policy variable."'
        yield "  }"
    yield "}"


def _policy(
    policy: ManagedPolicy, label: str, names: Mapping[str, str], role: str
) -> Iterator[str]:
    suffix = policy.name.removeprefix("policy").lstrip(".-")
    name = hcl(["-" + suffix if suffix else ""], {})[1:-1]
    stand_in = _stand_in(policy)
    yield ""
    yield from comment(f"For {policy.owner.principal}")
    yield f'data "aws_iam_policy_document" "{label}" {{'
    for number, one in enumerate(policy.statements):
        if number:
            yield ""
        yield from _statement(one, names, stand_in)
    yield "}"
    yield ""
    yield f'resource "aws_iam_policy" "{label}" {{'
    yield f'  name   = "${{var.name}}{name}"'
    document = f"data.aws_iam_policy_document.{label}.json"
    if stand_in:
        yield f"  # Where the policy says &, followed by {{, the document above says {stand_in}."
        document = f'replace({document}, "{stand_in}", "&")'
    yield f"  policy = {document}"
    yield "}"
    yield ""
    yield f'resource "aws_iam_role_policy_attachment" "{label}" {{'
    yield f'  count      = var.{role} == "" ? 0 : 1'
    yield f"  role       = var.{role}"
    yield f"  policy_arn = aws_iam_policy.{label}.arn"
    yield "}"


def _boundary(boundary: RoleBoundary, names: Mapping[str, str]) -> Iterator[str]:
    stand_in = _unused([one for each in boundary.statements for one in _templates(each)], boundary)
    yield ""
    yield from comment("The boundary of the roles that the process creates")
    yield 'data "aws_iam_policy_document" "boundary" {'
    for number, one in enumerate(boundary.statements):
        if number:
            yield ""
        yield from _of_boundary(one, names, stand_in)
    yield "}"
    yield ""
    yield 'resource "aws_iam_policy" "boundary" {'
    yield f"  name   = var.{names[BOUNDARY]}"
    document = "data.aws_iam_policy_document.boundary.json"
    if stand_in:
        document = f'replace({document}, "{stand_in}", "&")'
    yield f"  policy = {document}"
    yield "}"


def _of_boundary(one: PatternStatement, names: Mapping[str, str], stand_in: str) -> Iterator[str]:
    actions, resources = (
        "not_actions" if one.but_actions else "actions",
        "not_resources" if one.but_resources else "resources",
    )
    yield "  statement {"
    yield f"    sid    = {hcl([one.sid], {})}"
    yield f'    effect = "{one.effect}"'
    yield ""
    yield from _list(actions, [hcl([action], {}) for action in one.actions], "    ")
    yield ""
    yield from _list(resources, _texts(one.resources, names, stand_in), "    ")
    for condition in one.conditions:
        yield ""
        yield from _condition(condition, names, stand_in)
    yield "  }"


def _templates(one: PatternStatement | Statement) -> Iterator[Template]:
    yield from one.resources
    yield from (value for condition in one.conditions for value in condition.values)


def _stand_in(policy: ManagedPolicy) -> str:
    """A word that the policy does not hold, to stand for `&` before `{`; empty if not needed.

    The data source turns `&{` into `${`, which begins a policy variable, and has no escape for it,
    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
    """
    templates = [one for each in policy.statements for one in _templates(each.statement)]
    return _unused(templates, policy.statements)


def _unused(templates: Sequence[Template], beside: object) -> str:
    texts = [piece for one in templates for piece in pieces(one) if isinstance(piece, str)]
    if not any(_REFERENCE.search(text) for text in texts):
        return ""
    whole = repr(beside)
    words = (f"AMPERSAND{'_' * number}" for number in range(len(whole)))
    return next(word for word in words if word not in whole)


def _statement(one: ExplainedStatement, names: Mapping[str, str], stand_in: str) -> Iterator[str]:
    statement = one.statement
    yield from comment(f"{one.purpose} {reasons(one).sentence}", "  ")
    for wildcard in wildcards(one):
        yield from comment(wildcard.words, "  ")
    yield "  statement {"
    yield f"    sid    = {hcl([statement.sid], {})}"
    yield '    effect = "Allow"'
    yield ""
    yield from _list("actions", [hcl([str(action)], {}) for action in statement.actions], "    ")
    yield ""
    yield from _list("resources", _texts(statement.resources, names, stand_in), "    ")
    for condition in statement.conditions:
        yield ""
        yield from _condition(condition, names, stand_in)
    yield "  }"


def _condition(one: Condition, names: Mapping[str, str], stand_in: str) -> Iterator[str]:
    yield "    condition {"
    yield f"      test     = {hcl([one.operator], {})}"
    yield f"      variable = {hcl([one.key], {})}"
    yield ""
    yield from _list("values", _texts(one.values, names, stand_in), "      ")
    yield "    }"


def _texts(templates: Sequence[Template], names: Mapping[str, str], stand_in: str) -> list[str]:
    def kept(piece: str | Variable) -> str | Variable:
        return piece if isinstance(piece, Variable) else _REFERENCE.sub(stand_in, piece)

    return [hcl(map(kept, pieces(one)), names) for one in templates]


def _list(name: str, texts: Sequence[str], indent: str) -> Iterator[str]:
    if len(texts) == 1:
        yield f"{indent}{name} = [{texts[0]}]"
        return
    yield f"{indent}{name} = ["
    yield from (f"{indent}  {text}," for text in texts)
    yield f"{indent}]"
