"""From the resource that an event names to the resources that the next run will have.

Variables for what the process and the account decide, the narrowest wildcards for what a machine
makes up anew; whatever else is fixed.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial

from lambdas.model.definition.variables import ACCOUNT_VARIABLES
from lambdas.model.findings.reason import Reason
from lambdas.model.iam.arn import Arn, is_resource
from lambdas.model.iam.template import Part, Template, Variable
from lambdas.reference.arn_parts import ArnParser, ArnPart, both_name_one, parsed
from lambdas.refine_policy.generated_names.made_up_names import MadeUpNames
from lambdas.refine_policy.observations import ANYTHING
from lambdas.refine_policy.resource_names import name_hashes
from lambdas.refine_policy.resource_names.arn_variants import (
    ResourceTemplate,
    anything,
    as_secret,
    opened,
    secret_of,
    spellings,
)
from lambdas.refine_policy.resource_names.name_tokens import CERTAIN, Piece, Shape, is_id, pieces
from lambdas.refine_policy.resource_names.template_builder import (
    Writing,
    because,
    placeholder_words,
)
from lambdas.refine_policy.resource_names.variables import Words
from lambdas.refine_policy.resource_names.volatility import VolatileNames

_ESCAPED = re.compile(r"(%[0-9A-Fa-f]{2})")
_VERSION = re.compile(r"(.+):(\d{1,9})")
_STACK_KINDS = frozenset({"stack", "changeset", "changeSet", "stackset"})


class Naming:
    """How the resources of one run are spelled in its policy."""

    def __init__(
        self,
        values: Mapping[str, str],
        fresh: VolatileNames,
        layout: ArnParser,
        others: Sequence[Mapping[str, str]] = (),
    ) -> None:
        """`others`: further values of the variables, such as the proof's."""
        self._values, self._fresh, self._layout = values, fresh, layout
        self._templates: dict[tuple[object, ...], Template] = {}
        self._variable = lru_cache(maxsize=None)(Variable)  # the same object for the same name
        self._known: dict[tuple[str, int], ResourceTemplate] = {}
        self._forms: dict[str, tuple[ResourceTemplate, ...]] = {}
        self._words = Words(values)
        self._own = [one for name, one in values.items() if name not in ACCOUNT_VARIABLES]
        self._hashes = name_hashes.digests(filter(self._words.vary, fresh.stacks))
        self.stacks = {name: Template.of(*self._parts(name)) for name in fresh.stacks}
        self._made_up = MadeUpNames(self.stacks, values, others, fresh.tokens, fresh.chosen)

    def of(self, resource: str, longer: int = 0) -> ResourceTemplate:
        """The template of a resource as an event names it, and the reasons for its wildcards.

        `longer`: which of the spellings for longer values is meant; 0 is the one that was seen.
        """
        known = self._known.get((resource, longer))
        if known is None:
            secret = secret_of(resource)
            template = self._plain(secret or resource, longer)
            template = as_secret(template) if secret else template
            known = opened(template, resource, self._fresh.opened.get(resource, ""))
            self._known[resource, longer] = known
        return known

    def forms(self, service: str, resource: str) -> tuple[ResourceTemplate, ...]:
        """All spellings under which IAM may ask for the resource, under values of any length."""
        if resource not in self._forms:
            found: dict[Template, ResourceTemplate] = {}
            for longer in self._made_up.spellings(resource):
                for one in spellings(service, resource, partial(self.of, longer=longer)):
                    found.setdefault(one.template, one)
            self._forms[resource] = tuple(found.values())
        return self._forms[resource]

    def value(self, text: str) -> Template:
        """A condition's value, such as `dynamodb.eu-west-1.amazonaws.com`."""
        cut = self._words.plain.cut(text)
        return Template.of(*(self._variable(one) if one else stretch for one, stretch in cut))

    def _plain(self, resource: str, longer: int) -> ResourceTemplate:
        arn = parsed(resource) if is_resource(resource) else None
        if arn is None:
            return anything(resource)
        writing = Writing(self._words.within(arn.resource), ["arn:"], longer=longer)
        for field_, variable in (
            (arn.partition, "partition"),
            (arn.service, ""),
            (arn.region, "region"),
            (arn.account, "account"),
        ):
            known = field_ and self._values.get(variable) == field_
            if field_ == ANYTHING:
                writing.wild(f"the call reaches every {variable}")
            else:
                writing.parts.append(self._variable(variable) if known else field_)
            writing.parts.append(":")
        if not writing.of_unknown_type(arn.resource):
            self._resource(arn, writing)
        return ResourceTemplate(self._template(writing.parts), tuple(writing.reasons))

    def _template(self, parts: Sequence[Part]) -> Template:
        """Most names that a machine made end in a template that is there already."""
        key = tuple(part if isinstance(part, str) else id(part) for part in parts)
        known = self._templates.get(key)
        if known is None:
            known = self._templates[key] = Template.of(*parts)
        return known

    def _resource(self, arn: Arn, writing: Writing) -> None:
        text = arn.resource
        kind, slots = self._layout.read(arn.service, text)
        if arn.service == "cloudformation" and text.split("/")[0].lower() in _STACK_KINDS:
            self._stack(text, writing)
            return
        owned = arn.account in ("", self._values.get("account"))
        before = f"arn:{arn.partition}:{arn.service}:{arn.region}:{arn.account}:"
        inherited = False
        for slot in slots:
            if not slot.placeholder:
                writing.parts.append(slot.text)
            elif slot.text.isdigit() and before[:-1] in self._fresh.versioned:
                writing.wild("versions are numbered by the service and grow with every deployment")
            elif slot.is_id and owned:
                writing.named |= both_name_one(slots)
                inherited = self._id(arn, kind, slot, before, writing, inherited=inherited)
            else:
                inherited |= self._name(slot, arn, kind, writing, inherited=inherited)
                writing.named = True
            before += slot.text

    def _stack(self, text: str, writing: Writing) -> None:
        """`stack/<name>/<id>`: the id is new for every stack, whatever the run shows of it."""
        separator = ":" if text.startswith("stackset/") else "/"
        head, _, name = text.partition("/")
        name = name.partition(separator)[0]
        writing.parts.append(f"{head}/")
        if name and name != ANYTHING:
            self._pieces(name, writing, inherited=False, content=True)
            writing.parts.append(separator)
        writing.wild("CloudFormation appends a new id to the name of every stack and change set")

    def _id(  # an id is judged by its place
        self, arn: Arn, kind: str, slot: ArnPart, before: str, writing: Writing, *, inherited: bool
    ) -> bool:
        if slot.text == ANYTHING:
            writing.wild(
                f"the event does not tell the id of the {placeholder_words(slot.placeholder, 'id')}"
            )
            return inherited
        if self._fresh.id_varies(arn, kind, slot, before, inherited=inherited):
            title = self._layout.reference.service_title(arn.service)
            reason = Reason(f"{title} makes up a new id for whatever is made")
            writing.wild(reason if writing.named else reason.of_others_too())
            return True
        self._pieces(slot.text, writing, inherited=False)
        return False

    def _name(
        self, slot: ArnPart, arn: Arn, kind: str, writing: Writing, *, inherited: bool
    ) -> bool:
        text = slot.text
        if text == ANYTHING:
            writing.wild(f"the event does not tell the {placeholder_words(slot.placeholder)}")
            return inherited
        if writing.named and text in self._fresh.tokens and is_id(text):
            writing.wild("this is the id of something that each run creates again")
            return True
        versioned = _VERSION.fullmatch(text)
        if versioned and arn.service != "s3" and self._fresh.is_versioned(arn):
            inherited = self._pieces(versioned.group(1), writing, inherited=inherited)
            writing.parts.append(":")
            writing.wild("versions are numbered by the service and grow with every deployment")
            return inherited
        content = arn.service == "s3" and kind.endswith("object") and writing.named
        start = len(writing.parts)
        parts, reasons = (
            ((), ())
            if content
            else self._made_up.of(text, arn.service, kind, writing.longer, self._parts)
        )
        if parts:
            writing.parts += parts
            writing.reasons |= dict.fromkeys(reasons)
            return True
        varies = self._pieces(text, writing, inherited=inherited, content=content)
        if varies and not writing.named:
            writing.shape(text, start)
        return varies

    def _parts(self, name: str) -> Sequence[Part]:
        writing = Writing(self._words.within(name))
        self._pieces(name, writing, inherited=False, content=True)
        return writing.parts

    def _pieces(
        self, text: str, writing: Writing, *, inherited: bool, content: bool = False
    ) -> bool:
        """Write a name piece by piece; tells whether something of it varies."""
        varies = False
        for segment in _ESCAPED.split(text) if "%" in text else (text,):
            if _ESCAPED.fullmatch(segment):
                writing.parts.append(segment)
                continue
            for variable, stretch in writing.words.cut(segment):
                if variable:
                    writing.parts.append(self._variable(variable))
                    continue
                for piece in pieces(stretch):
                    if name_hashes.is_hash(piece.text, self._hashes):
                        writing.wild(name_hashes.REASON)
                    elif piece.shape and self._varies(piece, inherited=inherited, content=content):
                        writing.varying(piece, because(piece, self._fresh), self._own)
                        varies = True
                    else:
                        writing.parts.append(piece.text)
        return varies

    def _varies(self, piece: Piece, *, inherited: bool, content: bool) -> bool:
        if piece.text in self._fresh.tokens:
            return True
        if content and piece.shape in (Shape.HASH, Shape.TIME):
            return True  # an object's key changes with its content and its hour
        if piece.text in self._fresh.stable:
            return False
        return inherited and piece.shape in CERTAIN
