"""Every call of the gateways against AWS's models.

mypy holds parameters and responses against types-boto3 as well; this asks the models themselves,
and about the names of errors, which are only texts.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

from lambdas import gateways
from lambdas.gateways.archive import s3_objects
from lambdas.gateways.iam import managed_policies
from tests.unit.contracts.models import errors, model, operation

GATEWAYS = Path(gateways.__file__).parent
# Codes that S3 answers to HEAD, where there is no body that could name the error.
GIVEN = {
    "cloudformation",
    "iam",
    "s3",
}  # clients that a function is given, by the name of its parameter
HTTP_CODES = {"404", "NotFound"}


def services(tree: ast.Module) -> set[str]:
    """The services that a module makes clients of, or is given: `clients.client("s3")`, `s3`."""
    given = {
        one.arg for node in ast.walk(tree) if isinstance(node, ast.arguments) for one in node.args
    }
    return given & GIVEN | {
        call.args[0].value
        for call in _calls(tree)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr == "client"
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def requests(tree: ast.Module) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Operations and the parameters that are given, pages included."""
    pages = dict(_named_pages(tree))
    for call in _calls(tree):
        if not isinstance(call.func, ast.Attribute):
            continue
        given = tuple(one.arg for one in call.keywords if one.arg)
        if call.func.attr == "paginate":
            yield _paginated(call.func.value) or pages[_last(call.func.value)], given
        elif _is_client(call.func.value):
            yield call.func.attr, given


def _named_pages(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Paginators that have a name: a variable's, or that of the property that returns it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            names = [one.id for one in node.targets if isinstance(one, ast.Name)]
            yield from ((name, _paginated(node.value)) for name in names)
        elif isinstance(node, ast.FunctionDef):
            last = node.body[-1]
            if isinstance(last, ast.Return) and last.value:
                yield node.name, _paginated(last.value)


def _is_client(node: ast.expr) -> bool:
    return _last(node) in {"_s3", "_iam", "_client", *GIVEN}


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _paginated(node: ast.expr) -> str:
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "get_paginator"
        and isinstance(node.args[0], ast.Constant)
    ):
        return str(node.args[0].value)
    return ""


def modules() -> dict[str, ast.Module]:
    found = {path.stem: ast.parse(path.read_text()) for path in GATEWAYS.rglob("*.py")}
    return {name: tree for name, tree in found.items() if any(requests(tree))}


@pytest.mark.parametrize("name", sorted(modules()))
def test_a_gateway_calls_operations_with_parameters_that_they_have(name: str) -> None:
    tree = modules()[name]
    (service,) = services(tree)
    operations = {xform_name(one): one for one in model(service).operation_names}
    made = [one for one in requests(tree) if one[0] != "get_paginator"]

    for method, given in made:
        shape = model(service).operation_model(operations[method]).input_shape
        assert set(given) <= set(shape.members), method
        assert set(shape.required_members) <= set(given), method


@pytest.mark.parametrize("name", sorted(modules()))
def test_a_gateway_pages_what_can_be_paged(name: str) -> None:
    tree = modules()[name]
    (service,) = services(tree)
    known = botocore.session.get_session().get_paginator_model(service)

    for call in _calls(tree):
        if method := _paginated(call):
            operations = {xform_name(one): one for one in model(service).operation_names}
            assert known.get_paginator(operations[method])


def test_what_a_gateway_wants_of_an_answer_is_what_such_answers_have() -> None:
    trees = [ast.parse(path.read_text()) for path in GATEWAYS.rglob("*.py")]
    calls = [one for tree in trees for one in _calls(tree) if _last(one.func) == "wanted"]
    assert calls

    for call in calls:
        member, asked = (ast.literal_eval(one) for one in call.args[1:])
        service, _, name = asked.partition(":")
        output = operation(service.replace("-", ""), name).output_shape
        assert member in output.members, asked


def test_every_error_that_a_gateway_looks_for_is_one_of_the_service() -> None:
    assert errors("s3") >= s3_objects.ABSENT - HTTP_CODES
    assert managed_policies.ABSENT in errors("iam")


def test_exceptions_that_are_caught_by_class_are_of_the_services_model() -> None:
    caught = {
        (name, node.attr)
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "exceptions"
    }
    assert caught

    for name, exception in caught:
        (service,) = services(modules()[name])
        assert exception in errors(service), name
