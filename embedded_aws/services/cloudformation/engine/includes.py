"""`AWS::Include` whose location is a parameter, as AWS's own example has it.

MiniStack includes before it has resolved any parameter.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-transform.html
That a parameter of Parameter Store's types may stand there is documented nowhere; it may not here.
"""

from collections.abc import Callable, Mapping
from typing import Any

from embedded_aws.ministack import services

MODULES = ("engine", "changesets", "handlers")
INCLUDE = "AWS::Include"


def repair() -> None:
    """Fill the parameters in before the transforms are applied."""
    engine = services.service("cloudformation.engine")
    apply = _filling(engine._apply_transforms, engine._transform_parameters)
    for name in MODULES:
        services.service(f"cloudformation.{name}")._apply_transforms = apply


def _filling(apply: Callable[..., Any], values_of: Callable[..., Any]) -> Callable[..., Any]:
    def applied(template: Any, provided: Any = None, previous: Any = None, **more: Any) -> Any:
        if isinstance(template, dict) and INCLUDE in str(template):
            texts = {
                name
                for name, one in (template.get("Parameters") or {}).items()
                if one.get("Type") == "String"
            }
            values = values_of(template, provided, previous)
            template = filled(template, {name: values[name] for name in texts & values.keys()})
        return apply(template, provided, previous, **more)

    return applied


def filled(node: Any, values: Mapping[str, str]) -> Any:
    """A template whose includes say where they lie."""
    if isinstance(node, list):
        return [filled(one, values) for one in node]
    if not isinstance(node, dict):
        return node
    found = {name: filled(one, values) for name, one in node.items()}
    spec = found.get("Fn::Transform")
    if isinstance(spec, dict) and spec.get("Name") == INCLUDE:
        given = spec.get("Parameters") or {}
        place = given.get("Location")
        if isinstance(place, dict) and place.get("Ref") in values:
            return {
                **found,
                "Fn::Transform": {
                    **spec,
                    "Parameters": {**given, "Location": values[place["Ref"]]},
                },
            }
    return found
