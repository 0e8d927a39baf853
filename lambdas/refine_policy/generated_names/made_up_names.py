"""How the names that CloudFormation makes up are spelled in a policy, by the stacks of the run."""

from collections.abc import Callable, Mapping, Sequence

from lambdas.model.findings.reason import Reason
from lambdas.model.iam.template import ANY, Part, Template, Variable
from lambdas.refine_policy.generated_names import joined_names, longer_values
from lambdas.refine_policy.generated_names.cut_names import (
    CUT_AWAY,
    REASON,
    GeneratedName,
    made_of,
    read,
    stack_of,
)
from lambdas.refine_policy.generated_names.name_limits import (
    Limit,
    is_joined,
    limit_of,
    without_ending,
)

Spelled = tuple[tuple["Part", ...], tuple[Reason, ...]]  # the parts, and why they hold wildcards
NOT_MADE_UP: Spelled = ((), ())
_CUT, _CUT_AWAY = Reason(REASON), Reason(CUT_AWAY).of_others_too()
_JOINED = (Reason(joined_names.REASON),)


class MadeUpNames:
    """The names of one run's stacks, and what is made of them."""

    def __init__(
        self,
        stacks: Mapping[str, Template],
        values: Mapping[str, str],
        others: Sequence[Mapping[str, str]],
        suffixes: frozenset[str],
        chosen: frozenset[str] = frozenset(),
    ) -> None:
        """Know the stacks.

        Args:
            stacks: each name, and how it is spelled.
            values: of the variables.
            others: further values of them, such as the proof's.
            suffixes: what of the run's names varies.
            chosen: what ends names that a template gives, and is no suffix.
        """
        self._stacks, self._values, self._suffixes = stacks, values, suffixes
        self._chosen = chosen
        self._lengths = tuple(stack_of(name, one, others) for name, one in stacks.items())
        self._longest = longer_values.longest_values(values, others)
        self._vary = tuple(name.lower() for name, one in stacks.items() if one.variables)

    def spellings(self, resource: str) -> range:
        """Under which numbers `of` may spell a name in a resource; 0 is the one that was seen."""
        lowered = resource.lower()
        may_be_cut = any(name in lowered for name in self._vary)
        return range(1 + (longer_values.SPELLINGS if may_be_cut else 0))

    def of(
        self,
        text: str,
        service: str,
        kind: str,
        longer: int,
        spelled: Callable[[str], Sequence[Part]],
    ) -> Spelled:
        """The parts of a name that CloudFormation cut, would cut, or joined; else nothing.

        Args:
            text: the name, with folders before it where its type has some.
            service: IAM's prefix.
            kind: IAM's type of resource.
            longer: which of the spellings for longer values is meant.
            spelled: how a stretch of a name is spelled that nobody cut.
        """
        folder, slash, name = text.rpartition("/")
        name, ending = without_ending(name)
        if name.rpartition("-")[2] in self._chosen:
            return NOT_MADE_UP
        limit = limit_of(service, kind).beside(ending)
        made: Spelled
        if is_joined(service, kind):
            made = joined_names.joined(name, self._stacks, limit, self._longest), _JOINED
        else:
            made = self._shortened(name, limit, longer, spelled) or self._cut(name, limit, spelled)
        parts, reasons = made
        return ((*spelled(f"{folder}{slash}"), *parts, ending), reasons) if parts else NOT_MADE_UP

    def _shortened(
        self, name: str, limit: Limit, longer: int, spelled: Callable[[str], Sequence[Part]]
    ) -> Spelled | None:
        """What longer values leave of a name that holds its stack's whole name."""
        whole = made_of(name, self._stacks, limit)
        if whole is None or whole.suffix not in self._suffixes:
            return None
        beginning = spelled(name[: len(whole.stack)])
        others = tuple(longer_values.shortened(whole, beginning, self._longest))
        if 0 < longer <= len(others):
            return others[longer - 1], (Reason(longer_values.REASON),)
        made = read(name, self._lengths, limit) if others else None
        if made is None:
            return None
        return (*beginning, *limit.ending(made.logical_id)), (_CUT,)

    def _cut(self, name: str, limit: Limit, spelled: Callable[[str], Sequence[Part]]) -> Spelled:
        made = read(name, self._lengths, limit)
        if made is None:
            return NOT_MADE_UP
        ending = made.limit.ending(made.logical_id)
        if made.whole:
            return (*spelled(made.kept), *ending), (_CUT,)
        telling = self._telling(made)
        away = not telling and made.left < len(made.stack.name)
        reasons = (_CUT_AWAY, _CUT) if away else (_CUT,)
        return (*(telling or made.beginning()), *ending), reasons

    def _telling(self, made: GeneratedName) -> tuple[Part, ...]:
        """What is left of a stack's name, if the values that tell it from others are among it."""
        stack = self._stacks[made.stack.name].parts
        left, _ = made.limit.of_stack(len(made.logical_id))
        longest = sum(longer_values.longest_of(part, self._longest) for part in stack)
        if not made.stack.name.startswith(made.kept) or longest <= left:
            return ()
        parts = tuple(longer_values.first_of(stack, self._longest, left))
        named = [part for part in parts if isinstance(part, Variable)]
        if not named or any(0 < one.length < len(self._values[one.name]) for one in named):
            return ()
        return parts if parts[-1] == ANY else (*parts, ANY)
