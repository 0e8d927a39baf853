"""Which processes there are, as Parameter Store tells it page by page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from lambdas.errors import InvalidEventError, ServiceRefusedError, ServiceUnavailableError
from lambdas.gateways.archive.known_processes import RegisteredProcesses
from lambdas.model.definition.process_parameter import Place, RegisteredProcess
from tests.stacks.samples import definition

if TYPE_CHECKING:
    from types_boto3_ssm import SSMClient


class Ssm:
    """Parameter Store with some processes, ten a page; may refuse."""

    def __init__(self, *prove: bool, refuses: bool = False, empty: bool = False) -> None:
        self._values = [
            {
                "Name": f"/fencepost/processes/{name}",
                "Value": json.dumps(
                    {
                        "definition": {**definition(proof={"attempt": attempt}), "name": name},
                        "owner": "team@example.com",
                        "sandbox": {"name": "default", "account": "1" * 12, "region": "eu-west-1"},
                    }
                ),
            }
            for number, attempt in enumerate(prove)
            for name in [f"process-{number:02}"]
        ]
        self._refuses, self._empty = refuses, empty

    def get_paginator(self, operation: str) -> Ssm:
        assert operation == "get_parameters_by_path"
        return self

    def paginate(self, *, Path: str) -> Any:
        assert Path == "/fencepost/processes"
        if self._refuses:
            error = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
            raise ClientError(cast("Any", error), "GetParametersByPath")
        if self._empty:
            yield {}
        for at in range(0, len(self._values), 10):
            yield {"Parameters": self._values[at : at + 10]}


def known(ssm: Ssm) -> RegisteredProcesses:
    return RegisteredProcesses("/fencepost/processes/", cast("SSMClient", ssm))


def test_those_that_are_to_be_proved_are_told_from_every_page() -> None:
    proved = known(Ssm(*[number != 3 for number in range(25)])).proved()

    assert len(proved) == 24
    assert "process-03" not in proved
    assert proved == tuple(sorted(proved))


def test_without_any_process_there_is_nothing_to_watch() -> None:
    assert known(Ssm()).proved() == ()


def test_a_refusal_is_told_as_one() -> None:
    with pytest.raises(ServiceRefusedError, match="GetParametersByPath"):
        known(Ssm(refuses=True)).proved()


def test_every_process_tells_its_owner_and_its_sandbox() -> None:
    (one,) = known(Ssm(*[False])).all()

    assert (one.name, one.owner, one.proves) == ("process-00", "team@example.com", False)
    assert one.place == Place(name="default", account="1" * 12, region="eu-west-1")


def test_a_parameter_of_an_earlier_version_is_named() -> None:
    with pytest.raises(InvalidEventError, match=r"process orders .* deploy the process again"):
        RegisteredProcess.from_parameter("orders", '{"definition": {"prove": true}}')


def test_a_page_that_says_nothing_is_not_a_deployment_without_processes() -> None:
    with pytest.raises(ServiceUnavailableError, match="GetParametersByPath has no Parameters"):
        known(Ssm(empty=True)).all()
