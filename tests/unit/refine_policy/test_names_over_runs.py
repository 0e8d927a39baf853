"""What earlier runs, a proof and a repair tell of a name."""

from dataclasses import replace

import pytest

from lambdas.model.trail.earlier_names import EarlierNames, PastRun
from lambdas.model.trail.evidence import Outcome
from tests.unit.refine_policy.builders import (
    ACCOUNT,
    forwarded,
    granted,
    refined,
    seen,
)
from tests.unit.refine_policy.names import AT, AT_TEMPLATE, resource_of


def _history(*resources: str) -> EarlierNames:
    return EarlierNames((PastRun(id="before", values=(), resources=tuple(sorted(resources))),))


def test_what_differed_between_runs_varies_though_no_shape_says_so() -> None:
    table = f"arn:aws:dynamodb:{AT}:table/orders-dev-x7f3"
    before = table.replace("x7f3", "q2k9")

    line = seen("dynamodb:DescribeTable", table)

    assert resource_of("dynamodb:DescribeTable", line) == {
        f"arn:${{partition}}:dynamodb:{AT_TEMPLATE}:table/orders-${{stage}}-x7f3"
    }
    assert resource_of("dynamodb:DescribeTable", line, history=_history(before)) == {
        f"arn:${{partition}}:dynamodb:{AT_TEMPLATE}:table/orders-${{stage}}-*"
    }


def test_what_never_differed_is_fixed_though_its_shape_is_random() -> None:
    queue = f"arn:aws:sqs:{AT}:orders-dev-1A2B3C4D5E6F"

    line = seen("sqs:CreateQueue", queue)

    assert resource_of("sqs:CreateQueue", line, history=_history(queue)) == {
        f"arn:${{partition}}:sqs:{AT_TEMPLATE}:orders-${{stage}}-1A2B3C4D5E6F"
    }


def test_another_thing_of_an_earlier_run_is_no_difference() -> None:
    line = seen("lambda:GetFunction", f"arn:aws:lambda:{AT}:function:orders-dev-make")
    before = _history(f"arn:aws:lambda:{AT}:function:orders-dev-take")

    assert resource_of("lambda:GetFunction", line, history=before) == {
        f"arn:${{partition}}:lambda:{AT_TEMPLATE}:function:orders-${{stage}}-make"
    }


def test_what_a_proof_was_denied_is_granted_and_its_random_names_vary() -> None:
    queue = f"arn:aws:sqs:{AT}:orders-dev-Late-9Z8Y7X6W5V4U"
    line = forwarded("sqs:GetQueueAttributes", queue, outcome=Outcome.DENIED_IN_PROOF)

    refinement = refined([line])

    assert granted(refinement)["sqs:GetQueueAttributes"] == {
        f"arn:${{partition}}:sqs:{AT_TEMPLATE}:orders-${{stage}}-Late-*"
    }
    (statement,) = refinement.policies[0].statements
    assert statement.grants[0].grounds[0].kind == "denied-in-proof"


@pytest.mark.parametrize(("made", "spelled"), [(("*",), "*"), ((), "${*}")])
def test_a_repair_that_opens_a_name_keeps_what_is_fixed_in_it(
    made: tuple[str, ...], spelled: str
) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/orders-dev-fn-*"
    line = seen("iam:DeleteRole", role, outcome=Outcome.DENIED_IN_PROOF)

    refinement = refined([replace(line, generated_ids=made)])

    assert granted(refinement)["iam:DeleteRole"] == {
        f"arn:${{partition}}:iam::${{account}}:role/orders-${{stage}}-fn-{spelled}"
    }
