"""Whether there is room for the roles, builds and functions, and whether owners get their mail."""

from typing import Any

import pytest

from lambdas.model.execution.quotas import BUILDS
from local.doctor import account, mail, quotas
from local.doctor.check import State
from tests.unit.doctor.accounts import DEPLOYED, NEW, SUMMARY, ready


def test_each_process_that_is_not_deployed_yet_needs_three_roles() -> None:
    full = {**SUMMARY, "Roles": 995}

    assert quotas.roles(full, 1, deployed=True).state is State.THERE
    assert quotas.roles(full, 2, deployed=True).state is State.MISSING


def test_owners_who_have_not_confirmed_are_named() -> None:
    pending = {"Subscriptions": [{"SubscriptionArn": mail.PENDING, "Endpoint": "team@example.com"}]}
    aws = ready(sns={"list_subscriptions_by_topic": pending})

    found = mail.subscriptions(aws, DEPLOYED, ["team@example.com"])

    assert found.state is State.MISSING
    assert "team@example.com" in found.found


def test_owners_without_a_subscription_are_named() -> None:
    found = mail.subscriptions(ready(), DEPLOYED, ["new@example.com", "team@example.com"])

    assert found.state is State.MISSING
    assert found.found == "Not subscribed: new@example.com."


def test_before_the_first_deployment_nobody_can_have_confirmed() -> None:
    found = mail.subscriptions(ready(), NEW, ["team@example.com"])

    assert found.state is State.NOTE
    assert "team@example.com" in found.advice


@pytest.mark.parametrize(("used", "state"), [(500, State.THERE), (990, State.MISSING)])
def test_roles_must_be_left_for_the_first_deployment(used: int, state: State) -> None:
    summary = {**SUMMARY, "Roles": used}

    assert quotas.roles(summary, 2, deployed=False).state is state
    assert quotas.roles(summary, 2, deployed=True).state is State.THERE


def test_a_summary_without_the_numbers_is_not_known() -> None:
    assert quotas.policies({}).state is State.UNKNOWN
    assert quotas.held({}).state is State.UNKNOWN


def test_an_account_with_few_functions_at_once_is_noted() -> None:
    few = {"get_account_settings": {"AccountLimit": {"ConcurrentExecutions": 10}}}

    check = quotas.functions(ready(**{"lambda": few}))

    assert check.state is State.NOTE
    assert "Concurrent executions" in check.advice


def test_fewer_policies_per_role_than_a_proof_may_need_are_missing() -> None:
    assert quotas.held({**SUMMARY, "AttachedPoliciesPerRoleQuota": 9}).state is State.MISSING


@pytest.mark.parametrize(
    ("listed", "state"),
    [
        ([{"QuotaCode": BUILDS.code, "Value": 0.0}], State.MISSING),
        ([{"QuotaCode": BUILDS.code, "Value": 20.0}], State.THERE),
        ([], State.UNKNOWN),
    ],
)
def test_an_account_that_may_run_no_build_is_told(listed: list[Any], state: State) -> None:
    aws = ready(service_quotas={"list_service_quotas": {"Quotas": listed}})

    assert quotas.builds(aws).state is state


@pytest.mark.parametrize(
    ("region", "state"),
    [
        ("eu-west-1", State.THERE),
        ("ap-east-1", State.NOTE),
        ("cn-north-1", State.UNKNOWN),
        ("us-gov-west-1", State.UNKNOWN),
    ],
)
def test_regions_differ_in_how_often_access_analyzer_works(region: str, state: State) -> None:
    assert account.generations(region).state is state
