"""Service-linked roles that a call makes the first time it is used in an account."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from ministack.services import iam

from embedded_aws.iam.calls import Call, Check
from embedded_aws.iam.requirements import authorized_actions

_made: set[tuple[str, str]] = set()  # account and service


def needed_by(call: Call) -> Iterator[Check]:
    """The roles that a call would have to make, unless the account has them."""
    request = authorized_actions.recorded(call)
    for row in _rows().get(call.key, ()):
        service, name = row["owner"], row["name"]
        if (call.account, service) in _made or iam._roles.get(name):
            continue
        if not authorized_actions.is_meant(row.get("when", ()), row.get("unless", ()), request):
            continue
        arn = f"arn:{call.partition}:iam::{call.account}:role/aws-service-role/{service}/{name}"
        yield Check(
            action="iam:CreateServiceLinkedRole",
            resource=arn,
            context={"iam:AWSServiceName": service},
        )


@lru_cache(maxsize=1)
def _rows() -> Mapping[str, list[Mapping[str, Any]]]:
    path = Path(__file__).with_suffix(".yaml")
    rows: dict[str, list[Mapping[str, Any]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return rows


def remember(account: str, check: Check) -> None:
    """A service-linked role is made once."""
    _made.add((account, str(check.context["iam:AWSServiceName"])))
