"""What others have beside a thing that the run saw: of another stage, stack and process.

A neighbour has the same form. Where a service made the id up, it is another id; where a person
chose the name, it is another name: names are unique within their account, region and type.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import quote, unquote

from lambdas.model.dossier.containment import Whose
from lambdas.model.iam.template import Template, Wildcard
from lambdas.reference.arn_parts import ArnParser, both_name_one, parsed
from lambdas.reference.stacks.containment import row_of
from lambdas.refine_policy.resource_names.naming import Naming

_TURNED = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
    "bcdefghijklmnopqrstuvwxyzaBCDEFGHIJKLMNOPQRSTUVWXYZA1234567890",
)
_ENCODED = "arn%3A"
_LAST_PIECE = re.compile(r"[0-9A-Za-z]+$")
_ANY = "neighbour0"  # for `*`: it matches whatever stands there


class Neighbour(NamedTuple):
    """Something that is others'.

    Attributes:
        resource: its ARN.
        stack: the name of the stack that made it.
    """

    whose: Whose
    resource: str
    stack: str


class Neighbourhood:
    """The neighbours of what one process made."""

    def __init__(
        self,
        naming: Naming,
        layout: ArnParser,
        values: Mapping[str, str],
        others: Mapping[str, str],
    ) -> None:
        """`values` are those of the run, `others` those of another stage; alike without stages."""
        self._naming, self._layout = naming, layout
        self._values, self._others = values, others
        self._kept = sorted({values[name] for name in ("account", "region")}, key=len, reverse=True)
        self._staged = {name for name, value in values.items() if others.get(name) != value}
        self._has_stages = bool(self._staged)

    def of(
        self, resource: str, template: Template, stack: str, *, nameless: bool
    ) -> Iterator[Neighbour]:
        """The neighbours of a resource that the run saw, and of its stack.

        A name that is the same in every stage is one thing that the stages share.

        Args:
            resource: its ARN.
            template: how the policy spells it.
            stack: its stack's name, where that is known.
            nameless: whether nothing that a person chose tells it from others.
        """
        name = stack or "own"
        known = self._naming.stacks.get(stack)
        elsewhere = self.in_another_stage(known) if known else name
        other = self.of_another(resource)
        if self._has_stages and (nameless or template.variables & self._staged):
            text = self.in_another_stage(template)
            if text != resource:
                yield Neighbour(Whose.STAGE, text, elsewhere)
        if other != resource:
            yield Neighbour(Whose.STACK, other, self._turned(name))
            yield Neighbour(Whose.PROCESS, other, self._turned(elsewhere))

    def is_nameless(self, resource: str) -> bool:
        """Whether a service made up what tells the resource from others."""
        arn = parsed(resource)
        if arn is None or _ENCODED in arn.resource:
            return arn is not None
        if row_of(arn.service, arn.resource) is not None:
            return True
        _, slots = self._layout.read(arn.service, arn.resource)
        first = next((one for one in slots if one.placeholder), None)
        return first is not None and first.is_id and not both_name_one(slots)

    def seen_as(self, template: Template) -> str:
        """A text that a template stands for, where no event shows one."""
        return _text(template, self._values, "own0")

    def in_another_stage(self, template: Template) -> str:
        """The text of a template under the other values, whatever its wildcards stand for."""
        return _text(template, self._others, _ANY)

    def function_of(self, neighbour: Neighbour, own: Template) -> str:
        """What a mapping of others' invokes, where one's own invokes such a function."""
        if neighbour.whose is Whose.STAGE:
            return self.in_another_stage(own)
        return self.of_another(self.seen_as(own))

    def of_another(self, resource: str) -> str:
        """The same form with the id or the name that others have in it."""
        arn = parsed(resource)
        if arn is None:
            return resource
        row = row_of(arn.service, arn.resource)
        if row is not None and _ENCODED not in arn.resource:
            other = self._another_id(row.id_in(arn.resource))
            return str(arn.with_resource(row.with_id(arn.resource, other)))
        _, slots = self._layout.read(arn.service, arn.resource)
        texts = [one.text for one in slots]
        placeholders = [at for at, slot in enumerate(slots) if slot.placeholder]
        for at in placeholders if both_name_one(slots) else placeholders[:1]:
            texts[at] = self._another(texts[at], is_id=slots[at].is_id)
        return str(arn.with_resource("".join(texts)))

    def _another(self, text: str, *, is_id: bool) -> str:
        if text.startswith(_ENCODED):  # the ARN of what is tagged
            return quote(self.of_another(unquote(text)), safe="*")
        return self._another_id(text) if is_id else self._turned(text)

    @staticmethod
    def _another_id(text: str) -> str:
        """`vpc-0a1b` and `eu-west-1_Ab3` keep what tells their kind and place."""
        turned = _LAST_PIECE.sub(lambda match: match[0].translate(_TURNED), text)
        return turned.replace("*", _ANY)

    def _turned(self, text: str) -> str:
        """Every letter another, but for the account's and the region's."""
        if not text:
            return text
        kept = re.compile("|".join(map(re.escape, self._kept)))
        position, parts = 0, []
        for match in kept.finditer(text):
            parts += [text[position : match.start()].translate(_TURNED), match[0]]
            position = match.end()
        return "".join([*parts, text[position:].translate(_TURNED)]).replace("*", _ANY)


def _text(template: Template, values: Mapping[str, str], anything: str) -> str:
    return "".join(
        part
        if isinstance(part, str)
        else {"*": anything}.get(part.symbol, "x")
        if isinstance(part, Wildcard)
        else part.of(values[part.name])
        for part in template.parts
    )
