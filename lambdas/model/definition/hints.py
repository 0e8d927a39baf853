"""What a process's owner says about its policy: what to add, to forbid, to bound, to leave out."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from lambdas.errors import InvalidProcessError, InvalidTemplateError
from lambdas.model.definition.definition_values import mapping_of, yes_or_no
from lambdas.model.definition.process_schema import choices
from lambdas.model.definition.variables import ACCOUNT_VARIABLES
from lambdas.model.iam.action import Action
from lambdas.model.iam.template import Template

OF_THE_PROCESS = frozenset({"approve", "boundary"})  # of `policy`; all else is a hint
_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z0-9]+")
_TYPE = re.compile(r"[A-Za-z0-9]+(::[A-Za-z0-9]+){2,3}")
_PATTERN = re.compile(r"[a-z0-9-]+:[A-Za-z0-9*?]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedGrant:
    """A grant that the owner vouches for: no event has to show it."""

    action: Action
    resource: Template
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForbiddenGrant:
    """An action (`iam:CreateUser`, `iam:*`) that stops the run when its policy would hold it."""

    action: str
    resource: Template
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One part of the ceiling: actions and resources that the policy may hold."""

    action: str
    resource: Template


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """All hints of a process; the default is none, with every sound condition and derivation.

    Attributes:
        conditions: kinds of conditions that are switched off.
        derivations: kinds of derivations that are switched off.
        wildcards: kinds of wildcards that are switched off.
        bounds: the ceiling; empty means none.
        split: `cloudformation` for a deployer and an execution policy instead of one.
        headroom: types of CloudFormation's that the process will use, and has not yet; sorted.
    """

    conditions_off: frozenset[str] = frozenset()
    derivations_off: frozenset[str] = frozenset()
    wildcards_off: frozenset[str] = frozenset()
    add: tuple[AddedGrant, ...] = ()
    forbid: tuple[ForbiddenGrant, ...] = ()
    bounds: tuple[Bound, ...] = ()
    split: str = ""
    headroom: tuple[str, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_mapping(cls, raw: Mapping[str, Any], variables: frozenset[str]) -> Self:
        """Read the hints of a definition.

        Args:
            raw: its `policy`; what is not a hint is not looked at.
            variables: the names that resources may use, beside the account's own.

        Raises:
            InvalidProcessError: names the key, what is wrong with it, and what to write.
        """
        grants = mapping_of("policy.grants", raw.get("grants", {}))
        known = variables | ACCOUNT_VARIABLES
        split = raw.get("split", "")
        if split not in choices("policy.split"):
            problem = f"is {split!r}; write cloudformation, or nothing"
            raise InvalidProcessError("policy.split", problem)
        return cls(
            conditions_off=_switched_off("policy.conditions", raw.get("conditions", {})),
            derivations_off=_switched_off("policy.derivations", raw.get("derivations", {})),
            wildcards_off=_switched_off("policy.wildcards", raw.get("wildcards", {})),
            add=tuple(
                _added(*one, known)
                for one in _items("policy.grants.add", grants.get("add", []), "$addedGrant")
            ),
            forbid=tuple(
                _forbidden(*one, known)
                for one in _items(
                    "policy.grants.forbid", grants.get("forbid", []), "$forbiddenGrant"
                )
            ),
            bounds=tuple(
                _bound(*one, known)
                for one in _items("policy.bounds", raw.get("bounds", []), "$bound")
            ),
            split=split,
            headroom=_types(raw.get("headroom", [])),
            raw={key: raw[key] for key in raw if key not in OF_THE_PROCESS and raw[key]},
        )

    def to_mapping(self) -> dict[str, Any]:
        """The hints of `policy`, as `from_mapping` reads them; only those that say something."""
        return dict(self.raw)

    def dropping(self, grants: Collection[tuple[Action, str]]) -> Self:
        """The same hints without these grants, each an action in any case and a template's text."""
        gone = {(str(action).lower(), resource) for action, resource in grants}
        kept = [
            (one, raw)
            for one, raw in zip(self.add, self.raw["grants"]["add"], strict=True)
            if (str(one.action).lower(), str(one.resource)) not in gone
        ]
        asked = {**self.raw["grants"], "add": [raw for _, raw in kept]}
        return replace(self, add=tuple(one for one, _ in kept), raw={**self.raw, "grants": asked})


NO_HINTS = Hints()


def _switched_off(key: str, raw: object) -> frozenset[str]:
    switches = mapping_of(key, raw)
    return frozenset(
        name for name, value in switches.items() if not yes_or_no(f"{key}.{name}", value)
    )


def _types(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list):
        raise InvalidProcessError(
            "policy.headroom", f"is {raw!r}; write a list such as [AWS::SQS::Queue]"
        )
    for index, one in enumerate(raw):
        if not isinstance(one, str) or not _TYPE.fullmatch(one):
            raise InvalidProcessError(
                f"policy.headroom[{index}]", f"is {one!r}; write a type such as AWS::SQS::Queue"
            )
    return tuple(sorted(set(raw)))


def _items(key: str, raw: object, path: str) -> list[tuple[str, dict[str, Any]]]:
    if not isinstance(raw, list):
        raise InvalidProcessError(key, f"is {raw!r}; write a list")
    named = [(f"{key}[{index}]", one) for index, one in enumerate(raw)]
    return [(name, mapping_of(name, one, path)) for name, one in named]


def _added(key: str, raw: dict[str, Any], known: frozenset[str]) -> AddedGrant:
    if "resource" not in raw:
        raise InvalidProcessError(f"{key}.resource", "missing; write an ARN, or * and why")
    return AddedGrant(
        action=Action.from_text(_action(key, raw, _ACTION, "one action such as s3:GetObject")),
        resource=_resource(key, raw, known),
        reason=_reason(key, raw),
    )


def _forbidden(key: str, raw: dict[str, Any], known: frozenset[str]) -> ForbiddenGrant:
    return ForbiddenGrant(
        action=_action(key, raw, _PATTERN, "an action or a pattern such as iam:Create*"),
        resource=_resource(key, raw, known),
        reason=_reason(key, raw),
    )


def _bound(key: str, raw: dict[str, Any], known: frozenset[str]) -> Bound:
    return Bound(
        action=_action(key, raw, _PATTERN, "an action or a pattern such as s3:*"),
        resource=_resource(key, raw, known),
    )


def _action(key: str, raw: dict[str, Any], pattern: re.Pattern[str], what: str) -> str:
    action = raw.get("action")
    if not isinstance(action, str) or not pattern.fullmatch(action):
        raise InvalidProcessError(f"{key}.action", f"is {action!r}; write {what}")
    return action


def _reason(key: str, raw: dict[str, Any]) -> str:
    reason = raw.get("reason")
    if not isinstance(reason, str) or not reason.strip():
        raise InvalidProcessError(f"{key}.reason", "missing; say why in a sentence")
    return reason.strip()


def _resource(key: str, raw: dict[str, Any], known: frozenset[str]) -> Template:
    text = raw.get("resource", "*")
    if not isinstance(text, str) or not (text == "*" or text.startswith("arn:")):
        raise InvalidProcessError(f"{key}.resource", f"is {text!r}; write an ARN or *")
    try:
        template = Template.from_text(text)
    except InvalidTemplateError as error:
        raise InvalidProcessError(f"{key}.resource", str(error)) from error
    unknown = sorted(template.variables - known)
    if unknown:
        raise InvalidProcessError(
            f"{key}.resource", f"uses ${{{unknown[0]}}}, which variables does not name"
        )
    return template
