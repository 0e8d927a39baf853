"""One policy in four forms: each is read back by another's parser and must grant the same."""

import ast
import json
import py_compile
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import lint
from hypothesis import HealthCheck, given, settings

from lambdas.document_policy.analysis.iam_documents import BOUNDARY_FILE, iam_documents
from lambdas.document_policy.formats import forms
from lambdas.document_policy.formats.cdk import construct
from lambdas.document_policy.formats.cloudformation import cloudformation
from lambdas.document_policy.formats.literals import f_string, hcl, sub
from lambdas.document_policy.formats.terraform import terraform
from lambdas.model.dossier.refinement import Refinement
from lambdas.model.iam.policy import Condition, PatternStatement
from lambdas.model.iam.role_boundary import RoleBoundary
from lambdas.model.iam.template import Template, Variable
from tests.unit.document_policy.explained import statement
from tests.unit.document_policy.forms import (
    HOSTILE,
    Grants,
    cloudformation_documents,
    cloudformation_template,
    grants,
    refinements,
    terraform_documents,
)
from tests.unit.document_policy.samples import a_refinement, of_statements, run_facts

SLOW = settings(
    max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def of_json(refinement: Refinement) -> Grants:
    """The whole documents, one per principal."""
    files = iam_documents(refinement)
    names = [f"{policy.name}.json" for policy in refinement.policies]
    return grants([json.loads(files[name]) for name in names])


def parts_of_json(refinement: Refinement) -> Grants:
    files = iam_documents(refinement)
    whole = {f"{p.name}.json" for p in refinement.policies if len(p.packs) > 1}
    return grants([json.loads(body) for name, body in files.items() if name not in whole])


def of_terraform(refinement: Refinement) -> Grants:
    return grants(
        terraform_documents(terraform(run_facts(refinement, lines=())), values_of(refinement))
    )


def of_cloudformation(refinement: Refinement) -> Grants:
    values = {
        **{_pascal(name): value for name, value in refinement.variables},
        "AWS::AccountId": "111122223333",
        "AWS::Partition": "aws",
    }
    return grants(cloudformation_documents(cloudformation(run_facts(refinement, lines=())), values))


def values_of(refinement: Refinement) -> Mapping[str, str]:
    return dict(refinement.variables)


def _pascal(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def test_the_example_is_the_same_in_json_terraform_and_cloudformation() -> None:
    refinement = a_refinement()

    assert of_json(refinement) == parts_of_json(refinement)
    assert of_json(refinement) == of_terraform(refinement)
    assert of_json(refinement) == of_cloudformation(refinement)


def test_the_examples_template_is_clean_for_cfn_lint() -> None:
    assert lint(cloudformation(run_facts())) == []


@SLOW
@given(refinements())
def test_the_parts_grant_what_the_whole_grants(refinement: Refinement) -> None:
    assert of_json(refinement) == parts_of_json(refinement)


@SLOW
@given(refinements())
def test_terraform_grants_what_the_json_grants(refinement: Refinement) -> None:
    assert of_terraform(refinement) == of_json(refinement)


@SLOW
@given(refinements())
def test_cloudformation_grants_what_the_json_grants(refinement: Refinement) -> None:
    assert of_cloudformation(refinement) == of_json(refinement)


@SLOW
@given(refinements())
def test_the_construct_is_python_that_does_nothing_but_define(refinement: Refinement) -> None:
    source = construct(run_facts(refinement, lines=()))

    tree = ast.parse(source)

    kinds = {type(node) for node in tree.body}
    assert kinds <= {ast.ImportFrom, ast.FunctionDef, ast.ClassDef}
    calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert calls <= {
        "any", "ValueError", "super", "super().__init__", "Stack.of", "_plain", "list",
        "iam.ManagedPolicy", "iam.PolicyDocument", "iam.PolicyStatement",
    }  # fmt: skip


def with_boundary() -> Refinement:
    condition = Condition(
        operator="StringLike", key="s3:prefix", values=(Template.from_text("${stage}/*"),)
    )
    allow = PatternStatement(
        sid="RolesS31",
        effect="Allow",
        actions=("s3:Get*", "s3:ListBucket"),
        resources=(Template.from_text("arn:${partition}:s3:::orders-${stage}-*"),),
        conditions=(condition,),
    )
    deny = PatternStatement(
        sid="NoOtherRole",
        effect="Deny",
        actions=("iam:PassRole",),
        resources=(Template.from_text("arn:${partition}:iam::${account}:role/orders-${stage}"),),
        but_resources=True,
    )
    boundary = RoleBoundary(
        name="fencepost-boundary-orders", required=True, statements=(allow, deny)
    )
    whole = a_refinement()
    variables = {**dict(whole.variables), "boundary": boundary.name}
    return replace(whole, boundary=boundary, variables=tuple(sorted(variables.items())))


def test_the_boundary_is_the_same_in_json_terraform_and_cloudformation() -> None:
    facts = run_facts(with_boundary(), lines=())
    wanted = json.loads(iam_documents(with_boundary())[BOUNDARY_FILE])
    assert [one["Effect"] for one in wanted["Statement"]] == ["Allow", "Deny"]

    values = dict(with_boundary().variables)
    in_terraform = terraform_documents(terraform(facts), values)
    assert any(wanted["Statement"] == one["Statement"] for one in map(_as_json, in_terraform))
    template = cloudformation(facts)
    known = {
        **{_pascal(name): value for name, value in values.items()},
        "AWS::AccountId": values["account"],
        "AWS::Partition": "aws",
    }
    in_cloudformation = cloudformation_documents(template, known)
    assert any(wanted["Statement"] == one["Statement"] for one in map(_as_json, in_cloudformation))
    assert lint(template) == []
    assert "class OrdersBoundary(Construct):" in construct(facts)
    ast.parse(construct(facts))


def _as_json(document: Any) -> Any:
    """With one value instead of a list of one and without what is empty, as the model spells it."""
    if isinstance(document, dict):
        return {key: _as_json(value) for key, value in document.items() if value != {}}
    if isinstance(document, list) and len(document) == 1 and not isinstance(document[0], dict):
        return document[0]
    return [_as_json(one) for one in document] if isinstance(document, list) else document


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text_in_every_form(text: str) -> None:
    resource = f"arn:aws:s3:::{Template.of(text)}"
    refinement = of_statements(
        statement(
            "Hostile",
            text,
            ["s3:GetObject"],
            [resource, "arn:aws:s3:::${stage}-*"],
            conditions=[("StringLike", "aws:ResourceTag/x", str(Template.of(text)))],
            wildcards=[("*", text)],
        )
    )

    facts = run_facts(refinement, lines=())

    assert of_terraform(refinement) == of_json(refinement)
    assert of_cloudformation(refinement) == of_json(refinement)
    assert set(cloudformation_template(cloudformation(facts))) == {
        "AWSTemplateFormatVersion", "Description", "Parameters", "Conditions", "Resources",
    }  # fmt: skip
    for source in (terraform(facts), cloudformation(facts), construct(facts)):
        assert source.isprintable() or set(source) - {"\n"} <= set(filter(str.isprintable, source))


def test_the_construct_compiles_from_a_file_whatever_its_comments_say() -> None:
    facts = run_facts(of_statements(statement("A", "coding: utf-7 +AAo-", ["s3:GetObject"], ["*"])))

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "policy.py"
        path.write_text(construct(facts), encoding="utf-8")
        py_compile.compile(str(path), cfile=str(path.with_suffix(".pyc")), doraise=True)


def test_a_policy_that_grants_nothing_still_gives_valid_documents() -> None:
    nothing = a_refinement()
    empty: Any = type(nothing)(policies=(), findings=(), left_out=(), variables=())
    facts = run_facts(empty, lines=())

    assert lint(cloudformation(facts)) == []
    assert terraform_documents(terraform(facts), {}) == []
    ast.parse(construct(facts))


@pytest.mark.parametrize("value", ["dev", "production-of-europe"])
def test_a_variable_that_is_cut_is_cut_in_every_language_that_can(value: str) -> None:
    cut, joined = Variable("stage", 5), Variable("stage", 8, "-api")
    names = {"stage": "stage"}

    expression = f_string(("a-", cut, "-", joined), names)

    rendered = Template.of("a-", cut, "-", joined).render({"stage": value})
    assert eval(expression, {"stage": value}) == rendered  # noqa: S307  # our own
    assert hcl((cut,), names) == '"${substr(var.stage, 0, 5)}"'
    assert hcl((joined,), names) == '"${substr("${var.stage}-api", 0, 8)}"'
    plain = Variable("stage", joined=True)
    assert eval(f_string((plain,), names), {"stage": "a-b"}) == "ab"  # noqa: S307  # our own
    assert hcl((plain,), names) == '"${replace(var.stage, "-", "")}"'
    assert sub(("a-", plain), names) == '"a-*"'
    # CloudFormation has no function for it: so many characters, whatever they are.
    assert sub(("a-", cut, Variable("stage")), names) == '!Sub "a-?????${stage}"'


def test_every_language_is_a_form_of_the_dossier() -> None:
    modules = {one.stem for one in Path(forms.__file__).parent.glob("[a-z]*.py")}
    beside = {"forms", "literals", "plain_text"}

    assert {one.write.__module__.rpartition(".")[2] for one in forms.FORMS} == modules - beside
