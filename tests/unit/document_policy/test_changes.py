from dataclasses import replace
from typing import Any

import pytest

from lambdas.document_policy.analysis.changes import Changes
from lambdas.model.archive.archived_runs import Baseline, BaselineKind, PreviousRun
from lambdas.model.archive.manifest import Link
from lambdas.model.dossier.refinement import ExplainedStatement, Refinement
from lambdas.reference.stacks.stack_types import prefix_of
from tests.unit.document_policy.explained import VARIABLES, derived, seen, statement
from tests.unit.document_policy.samples import a_process, of_statements, run_facts

QUEUE = "arn:aws:sqs:eu-west-1:111122223333:orders-*"


def sends(resource: str = QUEUE, *actions: str, **more: Any) -> ExplainedStatement:
    return statement("Send", "Send.", actions or ["sqs:SendMessage"], [resource], **more)


def compared(
    now: Refinement, before: Refinement, lines: tuple[str, ...] = (), **baseline: Any
) -> Changes:
    pinned = Link(run="before", sha256="0" * 64)
    known: dict[str, Any] = {
        "standing": BaselineKind.PROVED,
        "versions": {"boto3": "1"},
        "definition": a_process().to_mapping(),
    }
    past = Baseline(manifest=pinned, refinement=before, **{**known, **baseline})
    previous = PreviousRun(manifest=pinned, baseline=past)
    return run_facts(now, previous=previous, lines=lines, versions={"boto3": "1"}).changes


def test_the_first_run_has_nothing_to_compare_with() -> None:
    changes = run_facts().changes

    assert changes.alone
    assert changes.summary == "first run: nothing to compare with"


def test_the_same_policy_is_no_change() -> None:
    policy = of_statements(sends())

    changes = compared(policy, policy)

    assert (changes.new, changes.gone, changes.reworded, changes.same_text) == ((), (), (), True)
    assert "the same to the letter" in changes.summary


def test_another_grouping_is_the_same_access() -> None:
    together = of_statements(sends(QUEUE, "sqs:SendMessage", "sqs:PurgeQueue"))
    apart = of_statements(sends(), sends(QUEUE, "sqs:PurgeQueue"))

    changes = compared(together, apart)

    assert (changes.new, changes.gone) == ((), ())
    assert not changes.same_text
    assert "in other words" in changes.summary


def test_a_narrower_resource_is_no_new_access_but_some_is_gone() -> None:
    wide, narrow = of_statements(sends()), of_statements(sends(f"{QUEUE[:-1]}dev"))

    changes = compared(narrow, wide)

    assert changes.new == ()
    assert [str(one.access.resource) for one in changes.gone] == [QUEUE]
    assert [str(one.resource) for one in changes.reworded] == [f"{QUEUE[:-1]}dev"]


def test_a_wider_resource_is_new_access() -> None:
    wide, narrow = of_statements(sends()), of_statements(sends(f"{QUEUE[:-1]}dev"))

    changes = compared(wide, narrow)

    assert [str(one.access.resource) for one in changes.new] == [QUEUE]
    assert changes.gone == ()


def test_a_condition_that_went_is_new_access() -> None:
    bound = sends(conditions=[("StringEquals", "aws:CalledVia", "x")])

    assert len(compared(of_statements(sends()), of_statements(bound)).new) == 1
    assert compared(of_statements(bound), of_statements(sends())).new == ()


def test_other_values_of_the_variables_are_no_change() -> None:
    policy = of_statements(sends("arn:aws:sqs:${region}:${account}:orders-${stage}"))
    other = replace(policy, variables=tuple((n, f"{v}x") for n, v in VARIABLES))

    assert compared(policy, other).new == ()


def test_a_variable_that_came_is_compared_by_its_value() -> None:
    before = replace(of_statements(sends(QUEUE.replace("*", "dev"))), variables=VARIABLES[:3])
    now = of_statements(sends(QUEUE.replace("*", "${stage}")))

    assert compared(now, before).new == ()


def test_only_access_beyond_an_approved_policy_widens_it() -> None:
    now, before = of_statements(sends("*")), of_statements(sends())

    assert compared(now, before, standing=BaselineKind.APPROVED).widens_approved
    assert not compared(now, before, standing=BaselineKind.PROVED).widens_approved
    assert not compared(before, now, standing=BaselineKind.APPROVED).widens_approved


def line(action: str, resource_type: str) -> str:
    return (
        f'{{"action":"{action}","resource":"*","outcome":"succeeded","phase":"deploy","event_id":'
        f'"1","time":"2026-11-23T12:00:00Z","via":[],"types":["{resource_type}"]}}'
    )


@pytest.mark.parametrize(
    ("grounds", "lines", "cause"),
    [
        ((seen(),), (line("sqs:SendMessage", "AWS::SQS::Queue"),), "The template brought AWS::SQS"),
        ((seen(),), (line("iam:PassRole", "AWS::SQS::Queue"),), "The template brought AWS::SQS"),
        ((seen(),), (), "Only CloudFormation made the call"),
        ((seen(via=()),), (), "Not known: the process called it directly"),
        ((derived("hint", "asked"),), (), "A hint of the process definition asks for it."),
        ((derived("rollback", "undo"),), (), "It is derived (rollback), not observed."),
    ],
)
def test_the_cause_is_told_where_it_can_be_known(
    grounds: tuple[Any, ...], lines: tuple[str, ...], cause: str
) -> None:
    now = of_statements(sends(grounds=grounds))

    (change,) = compared(now, of_statements(), lines).new

    assert change.cause.startswith(cause)


def test_another_resource_of_a_known_type_is_told_with_all_that_it_brought() -> None:
    made, undo = seen(), derived("rollback", "undo")
    first = statement("Make", "Make.", ["sqs:CreateQueue"], [QUEUE], grounds=(made,))
    second = statement("Make2", "Make.", ["sqs:CreateQueue"], ["arn:b"], grounds=(made,))
    beside = statement("Undo", "Undo.", ["sqs:UntagQueue"], ["arn:b"], grounds=(undo,))
    lines = (line("sqs:CreateQueue", "AWS::SQS::Queue"),)
    one, two = of_statements(first), of_statements(first, second, beside)

    came = compared(two, one, lines, types=("AWS::SQS::Queue",)).new
    went = compared(one, two, lines, types=("AWS::SQS::Queue",)).gone

    assert {change.cause for change in came} == {"The template brought another AWS::SQS::Queue."}
    assert {change.cause for change in went} == {"The template holds one less of AWS::SQS::Queue."}


def test_what_the_process_made_itself_came_from_no_template() -> None:
    first = statement("Make", "Make.", ["sqs:CreateQueue"], [QUEUE])
    second = statement(
        "Make2", "Make.", ["sqs:CreateQueue"], ["arn:b"], grounds=(seen(), seen(via=()))
    )
    lines = (line("sqs:CreateQueue", "AWS::SQS::Queue"),)

    came = compared(
        of_statements(first, second), of_statements(first), lines, types=("AWS::SQS::Queue",)
    ).new

    assert [change.cause[:9] for change in came] == ["Not known"]


def test_what_the_template_no_longer_holds_took_the_access_with_it() -> None:
    changes = compared(of_statements(), of_statements(sends()), types=("AWS::SQS::Queue",))

    assert changes.gone[0].cause == "The template no longer holds AWS::SQS::Queue."
    assert changes.causes == ("The template no longer holds AWS::SQS::Queue.",)


def test_other_differences_of_the_runs_are_told() -> None:
    policy = of_statements(sends())
    definition = {**a_process().to_mapping(), "description": "Another"}

    changes = compared(policy, policy, versions={"boto3": "0"}, definition=definition)

    assert changes.causes == (
        "The process definition changed: description.",
        "boto3 went from 0 to 1.",
    )


@pytest.mark.parametrize(
    ("resource_type", "prefix"),
    [
        ("AWS::S3::Bucket", "s3"),
        ("AWS::StepFunctions::StateMachine", "states"),
        ("AWS::ApiGatewayV2::Api", "apigateway"),
        ("Custom::Thing", "thing"),
        ("nothing", ""),
    ],
)
def test_a_resource_type_tells_its_service(resource_type: str, prefix: str) -> None:
    assert prefix_of(resource_type) == prefix
