"""What keeps a process from being taken away."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambdas.gateways import clients
from local.archive.removal import removable
from local.command_line.parser import parser

RUNS = "arn:aws:states:eu-west-1:123456789012:stateMachine:fencepost-build-policy"
CANDIDATE = "fencepost-run-orders-candidate"


class NotThereError(Exception):
    """What IAM raises for what there is not."""


class Account:
    """Step Functions, CloudFormation and IAM, as far as the command asks them."""

    exceptions = type(
        "Exceptions",
        (),
        {"NoSuchEntityException": NotThereError},
    )

    def __init__(self, *running: str, roles: dict[str, list[str]] | None = None) -> None:
        self.running = dict(enumerate(running))
        self.roles = {CANDIDATE: []} if roles is None else roles
        self.refuses = False

    def get_paginator(self, operation: str) -> Any:
        if self.refuses:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, operation)
        pages = {
            "list_state_machines": [
                {"stateMachines": [{"name": "other-build-policy", "stateMachineArn": "none"}]},
                {"stateMachines": [{"name": "fencepost-build-policy", "stateMachineArn": RUNS}]},
            ],
            "describe_stacks": [
                {"Stacks": [{"StackName": "fencepost-workflow", "StackStatus": "CREATE_COMPLETE"}]},
                {
                    "Stacks": [
                        {"StackName": f"fencepost-{name}", "StackStatus": status}
                        for name, status in (
                            ("process-orders", "CREATE_COMPLETE"),
                            ("process-gone", "DELETE_COMPLETE"),
                            ("process-halfway", "ROLLBACK_COMPLETE"),
                            ("roles-elsewhere", "CREATE_COMPLETE"),
                            ("roles-orders", "CREATE_COMPLETE"),
                        )
                    ]
                },
            ],
            "list_executions": [{"executions": [{"executionArn": one}]} for one in self.running],
        }[operation]
        return type("Pages", (), {"paginate": lambda _self, **_: pages})()

    def describe_execution(self, *, executionArn: int) -> dict[str, Any]:
        return {"input": self.running[executionArn]}

    def list_attached_role_policies(self, *, RoleName: str) -> dict[str, Any]:
        if RoleName not in self.roles:
            raise NotThereError
        return {"AttachedPolicies": [{"PolicyArn": one} for one in self.roles[RoleName]]}


@pytest.mark.parametrize(
    ("account", "process", "status", "told"),
    [
        (Account(), "orders", 0, "nothing keeps orders here; its runs stay in the archive"),
        (Account(json.dumps({"process": "billing"}), "[]", "{"), "orders", 0, "nothing keeps"),
        (Account(roles={}), "orders", 0, "nothing keeps"),  # its sandbox is another account
        (Account(json.dumps({"process": "orders"})), "orders", 1, "a run of orders is under way"),
        (Account(roles={CANDIDATE: ["arn:x"]}), "orders", 1, f"{CANDIDATE} still holds arn:x"),
        (
            Account(),
            "ordres",
            1,
            "no process ordres is deployed here; deployed are elsewhere, halfway and orders",
        ),
        (Account(), "elsewhere", 0, "nothing keeps elsewhere here"),  # its sandbox's own account
        (Account(), "gone", 1, "no process gone is deployed here"),
        (Account(), "halfway", 0, "nothing keeps halfway here"),
    ],
)
def test_what_keeps_a_process_is_told(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    account: Account,
    process: str,
    status: int,
    told: str,
) -> None:
    monkeypatch.setattr(clients, "client", lambda _service, **_: account)

    assert removable(parser().parse_args(["removable", process])) == status
    said = capsys.readouterr()
    assert told in (said.err if status else said.out)


def test_an_account_that_cannot_be_asked_keeps_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    account = Account()
    account.refuses = True
    monkeypatch.setattr(clients, "client", lambda _service, **_: account)

    assert removable(parser().parse_args(["removable", "orders"])) == 2
    assert "it could not be asked" in capsys.readouterr().err


def test_a_script_reads_the_problems(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    account = Account(json.dumps({"process": "orders"}), roles={CANDIDATE: ["arn:x"]})
    monkeypatch.setattr(clients, "client", lambda _service, **_: account)

    assert removable(parser().parse_args(["removable", "orders", "--json"])) == 1
    assert len(json.loads(capsys.readouterr().out)["problems"]) == 2
