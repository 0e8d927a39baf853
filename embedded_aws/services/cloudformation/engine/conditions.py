"""Conditions of templates, with every function that CloudFormation allows in them.

MiniStack compares the arguments of `Fn::Equals` without resolving `Fn::Join`, `Fn::FindInMap` and
their like first; the CDK's bootstrap template asks `Fn::Equals: ["", {Fn::Join: …}]`.
"""

import copy
from collections.abc import Callable
from typing import Any

from ministack.core.responses import get_account_id, get_region

from embedded_aws.ministack import services

Evaluate = Callable[[dict[str, Any], dict[str, Any]], dict[str, bool]]

MODULES = ("engine", "stacks", "changesets", "handlers")
_FUNCTIONS = {"Fn::Join", "Fn::Sub", "Fn::FindInMap", "Fn::Split", "Fn::Select"}


def repair() -> None:
    """Resolve the functions before the conditions are evaluated."""
    engine = services.service("cloudformation.engine")
    evaluate = _resolving(engine._evaluate_conditions, engine)
    for name in MODULES:
        module = services.service(f"cloudformation.{name}")
        if hasattr(module, "_evaluate_conditions"):
            module._evaluate_conditions = evaluate


def _resolving(original: Evaluate, engine: Any) -> Evaluate:
    def evaluate(template: dict[str, Any], parameters: dict[str, Any]) -> dict[str, bool]:
        conditions = template.get("Conditions")
        if not conditions:
            return original(template, parameters)

        def resolved(value: Any) -> Any:
            if isinstance(value, list):
                return [resolved(item) for item in value]
            if not isinstance(value, dict):
                return value
            if _FUNCTIONS & value.keys() or str(value.get("Ref", "")).startswith("AWS::"):
                return engine._resolve_refs(
                    copy.deepcopy(value),
                    {},
                    parameters,
                    {},
                    template.get("Mappings", {}),
                    "stack",
                    f"arn:aws:cloudformation:{get_region()}:{get_account_id()}:stack/stack/id",
                )
            return {name: resolved(inner) for name, inner in value.items()}

        return original({**template, "Conditions": resolved(conditions)}, parameters)

    return evaluate
