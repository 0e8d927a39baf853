"""Checks of CloudFormation's that only warn."""

from lambdas.model.iam.action import Action
from lambdas.reference.compile.sources import read_curated, read_sources
from lambdas.reference.stacks.deployment_checks import only_warns


def test_no_handler_lists_what_is_taken_for_a_check() -> None:
    listed = {
        permission
        for schema in read_sources().schemas.values()
        for handler in schema.get("handlers", {}).values()
        for permission in handler.get("permissions", ())
    }

    assert not set(read_curated("deployment_checks")["warns"]) & listed


def test_a_check_is_what_cloudformation_asks_for_the_caller() -> None:
    action = Action.from_text("lambda:GetAccountSettings")

    assert only_warns(action, ("cloudformation.amazonaws.com",))
    assert not only_warns(action, ())
    assert not only_warns(action, ("cloudformation.amazonaws.com", "lambda.amazonaws.com"))
    assert not only_warns(Action.from_text("lambda:GetFunction"), ("cloudformation.amazonaws.com",))
