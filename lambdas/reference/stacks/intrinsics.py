"""What every reader of templates knows of CloudFormation's functions, conditions and names.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/pseudo-parameter-reference.html
"""

from collections.abc import Sequence
from typing import Any

_PLAIN = frozenset({"Ref", "Condition"})  # their long form has no `Fn::` before it


def long_form(tag: str, value: Any) -> dict[str, Any]:  # noqa: ANN401  # what YAML holds
    """A short tag as JSON writes it: `!GetAtt A.B` is `{"Fn::GetAtt": ["A", "B"]}`."""
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in _PLAIN else f"Fn::{tag}": value}


def pseudo_parameters(partition: str, region: str, account: str) -> dict[str, str]:
    """Those that are the same for every stack of a region."""
    return {
        "AWS::AccountId": account,
        "AWS::Partition": partition,
        "AWS::Region": region,
        "AWS::URLSuffix": {"aws-cn": "amazonaws.com.cn"}.get(partition, "amazonaws.com"),
    }


def joined(function: str, held: Sequence[bool | None]) -> bool | None:
    """What conditions say together.

    Args:
        function: `Fn::And`, `Fn::Or` or `Fn::Not`; of another nothing is known.
        held: whether each holds; None where that is not known.
    """
    decides = {"Fn::And": False, "Fn::Or": True}.get(function)
    if decides is not None and decides in held:
        return decides
    if function not in {"Fn::And", "Fn::Or", "Fn::Not"} or not held or None in held:
        return None
    return not held[0] if function == "Fn::Not" else not decides
