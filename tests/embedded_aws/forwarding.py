"""Grants of callers who deploy stacks."""

from typing import Any

from tests.embedded_aws.principals import allow

VIA: dict[str, Any] = {
    "ForAnyValue__StringEquals": {"aws:CalledVia": "cloudformation.amazonaws.com"}
}
STACKS = allow("cloudformation:*")
