"""What has to be there before one process can be deployed."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambdas.gateways import clients
from local.command_line.parser import parser
from local.deploy.deployable import deployable


class Account:
    """STS and CloudFormation of an account, whose stacks are in these states."""

    meta = SimpleNamespace(region_name="eu-west-1")

    def __init__(self, code: str = "ValidationError", **stacks: str) -> None:
        self.stacks = {f"{name}-workflow": state for name, state in stacks.items()}
        self.code = code

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": "123456789012"}

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:
        if StackName not in self.stacks:
            raise ClientError({"Error": {"Code": self.code, "Message": "no"}}, "DescribeStacks")
        return {"Stacks": [{"StackStatus": self.stacks[StackName]}]}


@pytest.mark.parametrize(
    ("account", "arguments", "status", "told"),
    [
        (Account(fencepost="CREATE_COMPLETE"), [], 0, "orders can be deployed"),
        (Account(fencepost="UPDATE_ROLLBACK_COMPLETE"), [], 0, "orders can be deployed"),
        (Account(), [], 1, "no stack fencepost-workflow in 123456789012, eu-west-1, which every"),
        (Account(), [], 1, "make deploy (without PROCESS) deploys it"),
        (Account(fencepost="CREATE_COMPLETE"), ["--name", "mine"], 1, "no stack mine-workflow"),
        (Account(), ["--account", "210987654321"], 0, "orders can be deployed"),
        (Account(), ["--account", "123456789012"], 1, "no stack fencepost-workflow"),
        (Account(fencepost="ROLLBACK_COMPLETE"), [], 1, "delete it if it is ROLLBACK_COMPLETE"),
        (Account(fencepost="UPDATE_IN_PROGRESS"), [], 1, "wait until it is done"),
        (Account(code="AccessDenied"), [], 2, "it could not be asked: "),
    ],
)
def test_a_process_needs_what_is_there_once(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    account: Account,
    arguments: list[str],
    status: int,
    told: str,
) -> None:
    monkeypatch.setattr(clients, "client", lambda _service, **_: account)

    assert deployable(parser().parse_args(["deployable", "orders", *arguments])) == status
    said = capsys.readouterr()
    assert told in (said.err if status else said.out)


def test_a_script_reads_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(clients, "client", lambda _service, **_: Account())

    assert deployable(parser().parse_args(["deployable", "orders", "--json"])) == 1
    assert "fencepost-workflow" in json.loads(capsys.readouterr().out)["problem"]
