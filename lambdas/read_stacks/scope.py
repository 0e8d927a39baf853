"""The text that a template's value has in one stack, as far as that is known.

What nobody knows before the stack is made is a `*`. Functions are resolved for what CloudFormation
reads, names of parameters and secrets: not for whole resources.
"""

from collections.abc import Mapping
from typing import Any, Final

from lambdas.model.iam.arn import Arn
from lambdas.reference.stacks import unknown
from lambdas.reference.stacks.conditions import Conditions, parameter_values
from lambdas.reference.stacks.functions import Resolver
from lambdas.reference.stacks.intrinsics import pseudo_parameters

UNKNOWN: Final = "*"


class Scope:
    """What names mean in one stack; `functions.Names` for its template's values."""

    def __init__(
        self,
        template: Mapping[str, Any],
        stack: Arn,
        parameters: Mapping[str, str],
        resources: Mapping[str, str],
    ) -> None:
        """Know a stack.

        Args:
            template: as it was sent.
            stack: its ARN.
            parameters: their values as they were sent.
            resources: physical ids by logical ids.
        """
        self._declared, self._parameters = section(template, "Parameters"), parameters
        self._values = {
            **pseudo_parameters(stack.partition, stack.region, stack.account),
            "AWS::StackId": str(stack),
            "AWS::StackName": stack.resource.split("/")[1],
            **parameters,
            **parameter_values(self._declared, parameters),
        }
        self._resources = resources
        self._mappings = section(template, "Mappings")
        self._resolver = Resolver(self)
        self._conditions = Conditions(section(template, "Conditions"), self._resolver.resolve)

    def text(self, value: Any) -> str:  # noqa: ANN401  # any value of a template
        """The text of a value; of a list or an object, nothing is known."""
        if isinstance(value, list):
            return UNKNOWN
        return self._resolver.text(self._resolver.resolve(value)).replace(unknown.UNKNOWN, UNKNOWN)

    def sent(self, parameter: str) -> str:
        """What was sent for a parameter, else its default: a name where the type asks for one."""
        row = self._declared.get(parameter)
        default = row.get("Default", UNKNOWN) if isinstance(row, dict) else UNKNOWN
        return self._parameters.get(parameter, str(default))

    def made(self, resource: Any) -> bool:  # noqa: ANN401  # a resource of a template
        """Whether a resource's condition lets it be; what is not known may be."""
        name = resource.get("Condition") if isinstance(resource, dict) else None
        return name is None or self.condition(str(name)) is not False

    def ref(self, name: str) -> Any:  # noqa: ANN401  # texts and lists
        """See `functions.Names`."""
        if name in self._values:
            return self._values[name]
        return self._resources.get(name) or unknown.UNKNOWN

    def attribute(self, name: str, attribute: str) -> Any:  # noqa: ANN401, ARG002  # as above
        """See `functions.Names`."""
        return unknown.UNKNOWN

    def condition(self, name: str) -> bool | None:
        """See `functions.Names`."""
        return self._conditions.holds(name)

    def mapped(self, name: str, first: str, second: str) -> Any:  # noqa: ANN401  # as above
        """See `functions.Names`."""
        return section(section(self._mappings, name), first).get(second)

    def undecided(self, yes: Any, no: Any) -> Any:  # noqa: ANN401, ARG002  # as above
        """See `functions.Names`."""
        return unknown.UNKNOWN

    def plain(self, text: str) -> str:
        """See `functions.Names`: dynamic references stay, for they are what is read."""
        return text


def section(template: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A section of a template; without one, or where it is none, nothing."""
    found = template.get(name)
    return found if isinstance(found, dict) else {}
