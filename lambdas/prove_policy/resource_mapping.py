"""Which resources of the first cycle a denied resource of the proof stands for."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lambdas.model.definition.variables import Use
from lambdas.model.dossier.refinement import PrincipalPolicy
from lambdas.model.iam.action import Action
from lambdas.model.iam.arn import WITH_PATHS, Arn, arn_pattern, is_arn
from lambdas.model.iam.template import Template
from lambdas.model.iam.template_coverage import matches
from lambdas.model.trail.evidence import Evidence, Outcome
from lambdas.reference.refused.refused_resources import suits

_IAM_PATH = re.compile(f"({arn_pattern('iam', '')}(?:{WITH_PATHS})/).+/")


@dataclass(frozen=True, slots=True)
class ResourceMapping:
    """The first cycle's resources, to be asked what a name of the proof was there.

    Attributes:
        templates: the policy's resources, the longest text first: the most telling.
        handled: what the first cycle did with each resource, by its ARN.
    """

    templates: tuple[Template, ...]
    learn: Mapping[str, str]
    prove: Mapping[str, str]
    uses: tuple[Use, ...]
    handled: Mapping[str, frozenset[str]]

    @classmethod
    def of(
        cls,
        policy: PrincipalPolicy,
        first: Iterable[Evidence],
        uses: tuple[Use, ...],
        *,
        learn: Mapping[str, str],
        prove: Mapping[str, str],
    ) -> "ResourceMapping":
        """Gather what is asked for again and again."""
        found = {one for part in policy.statements for one in part.statement.resources}
        templates = [one for one in found if any(isinstance(part, str) for part in one.parts)]
        handled: dict[str, set[str]] = defaultdict(set)
        for line in first:
            if line.outcome in {Outcome.SUCCEEDED, Outcome.FAILED} and line.resource != "*":
                handled[line.resource].add(str(line.action))
        return cls(
            templates=tuple(sorted(templates, key=lambda one: (-len(str(one)), str(one)))),
            learn=learn,
            prove=prove,
            uses=uses,
            handled={resource: frozenset(actions) for resource, actions in handled.items()},
        )

    def counterparts(self, resource: str, action: Action) -> tuple[str, ...]:
        """What to grant: the same resource in the first cycle, and its kin there, sorted.

        Kin were handled by the very same actions: what one of five log groups was denied the
        others will be denied as well, each in a round of its own. Never one of a type that the
        action does not have.
        """
        if resource == "*":
            return ("*",)
        stood_for = self._by_template(resource, action) or self._by_words(resource)
        kin = {
            other
            for one in stood_for
            for other, actions in self.handled.items()
            if actions == self.handled.get(one)
            and _kind(other) == _kind(one)
            and suits(action, other)
        }
        return tuple(sorted(stood_for | kin))

    def knows(self, resource: str, action: Action) -> bool:
        """Whether the first cycle handled what this name of the proof stands for."""
        stood_for = self._by_template(resource, action) or self._by_words(resource)
        return bool(stood_for & self.handled.keys())

    def held_by_heart(self, resource: str, action: Action) -> str:
        """What the policy holds of it in place of a name that it also holds to the letter.

        A grant that was opened matches the resource; others of the policy still hold the first
        cycle's own name, which never comes again. Empty where there are none.
        """
        literal = {one.render(self.learn) for one in self.templates if not one.wild}
        if self.in_first_names(resource) in literal:
            return ""
        opened = (
            template.render(self.learn)
            for template in self.templates
            if template.wild and matches(template.render(self.prove), resource)
        )
        return next(
            (
                pattern
                for pattern in opened
                if any(matches(pattern, one) and suits(action, one) for one in literal)
            ),
            "",
        )

    def _by_words(self, resource: str) -> set[str]:
        """The same name; IAM's refusals leave out the path, which the first cycle may know."""
        own = self.in_first_names(resource)
        with_path = {one for one in self.handled if _without_path(one) == own}
        return {own} if own in self.handled or not with_path else with_path

    def _by_template(self, resource: str, action: Action) -> set[str]:
        """By the policy itself: what is random in a name differs from cycle to cycle."""
        for template in self.templates:
            rendered = template.render(self.prove)
            if matches(rendered, resource) or matches(_without_path(rendered), resource):
                pattern = template.render(self.learn)
                found = {
                    one for one in self.handled if matches(pattern, one) and suits(action, one)
                }
                if found:
                    return found
        return set()

    def in_first_names(self, text: str) -> str:
        """The second values of the variables, wherever they stand as a word, become the first."""
        first = {one.prove: one.learn for one in self.uses}
        if not first:
            return text
        longest_first = sorted(first, key=lambda value: (-len(value), value))
        words = "|".join(map(re.escape, longest_first))
        pattern = rf"(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])"
        return re.sub(pattern, lambda match: first[match.group()], text)


def _without_path(resource: str) -> str:
    """`role/NAME` of `role/a/path/NAME`, as IAM's refusals name roles, users and profiles."""
    return _IAM_PATH.sub(r"\1", resource)


def _kind(resource: str) -> tuple[str, ...]:
    """Service and the word before the name: `sqs`, `lambda:function`, `logs:log-group`."""
    if not is_arn(resource):
        return ()
    arn = Arn.from_text(resource)
    kind, divided, _ = re.sub(r"[/:]", "\n", arn.resource, count=1).partition("\n")
    return (arn.service, kind if divided else "")
