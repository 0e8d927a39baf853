"""The dossier's CDK construct, imported from its file and synthesised, against the JSON."""

import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import aws_cdk as cdk
import pytest
from hypothesis import HealthCheck, given, settings

from lambdas.document_policy.analysis.iam_documents import iam_documents
from lambdas.document_policy.formats.cdk import construct
from lambdas.model.dossier.refinement import Refinement
from tests.unit.document_policy.forms import filled, grants, refinements
from tests.unit.document_policy.samples import a_refinement, run_facts

pytestmark = pytest.mark.stacks
PSEUDO = {"AWS::AccountId": "111122223333", "AWS::Partition": "aws"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("construct")


def module_of(refinement: Refinement, folder: Path) -> ModuleType:
    path = folder / "policy.py"
    path.write_text(construct(run_facts(refinement, lines=())), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("policy", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    # Two modules written within a second would otherwise share one compiled file.
    exec(compile(path.read_bytes(), path, "exec"), module.__dict__)  # noqa: S102
    return module


def synthesised(module: ModuleType, **given: str) -> list[Mapping[str, Any]]:
    stack = cdk.Stack(cdk.App(), "Stack")
    for name, made in vars(module).items():
        if name.endswith("Policy") and isinstance(made, type):
            made(stack, name, **given)
    template = cdk.assertions.Template.from_stack(stack).to_json()
    return [
        filled(one["Properties"]["PolicyDocument"], PSEUDO)
        for one in template.get("Resources", {}).values()
    ]


def of_json(refinement: Refinement) -> list[Mapping[str, Any]]:
    files = iam_documents(refinement)
    return [json.loads(files[f"{policy.name}.json"]) for policy in refinement.policies]


def test_the_examples_construct_grants_what_its_json_grants(folder: Path) -> None:
    refinement = a_refinement()

    made = synthesised(module_of(refinement, folder))

    assert len(made) == 2
    assert grants(made) == grants(of_json(refinement))


def test_the_construct_takes_other_values(folder: Path) -> None:
    made = synthesised(module_of(a_refinement(), folder), stage="prod", account="444455556666")

    text = json.dumps(made)
    assert "orders-prod" in text
    assert "orders-dev" not in text
    assert "444455556666" in text


def test_no_value_of_the_construct_can_widen_it(folder: Path) -> None:
    module = module_of(a_refinement(), folder)

    with pytest.raises(ValueError, match="wildcard"):
        synthesised(module, stage="*")


@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(refinement=refinements())
def test_any_construct_grants_what_its_json_grants(refinement: Refinement, folder: Path) -> None:
    assert grants(synthesised(module_of(refinement, folder))) == grants(of_json(refinement))
