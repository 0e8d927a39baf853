"""A process: what a policy is built for, as its folder's process.yaml says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from lambdas.errors import InvalidProcessError
from lambdas.model.hints import HINT_KEYS, NO_HINTS, Hints

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
PHASE = re.compile(r"[a-z][a-z0-9-]{0,30}")  # <run>.<phase> must fit a role session name, 64
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
VARIABLE = re.compile(r"[a-z][a-z0-9_]*")
ENVIRONMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
SCHEDULE = re.compile(r"(rate|cron|at)\(.+\)")
RESERVED_PHASES = frozenset({"install", "closing"})
RESERVED_VARIABLES = frozenset({"account", "region", "partition"})
# Set by the build for its own work: a process that set them would change what is observed.
RESERVED_ENVIRONMENT = re.compile(
    r"(CODEBUILD_|FENCEPOST_|AWS_CONTAINER_|AWS_WEB_IDENTITY_|AWS_ENDPOINT_URL).*"
    r"|AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|PROFILE|ROLE_ARN)"
    r"|AWS_(CONFIG_FILE|SHARED_CREDENTIALS_FILE)"
)
KEYS = (
    "description",
    "owner",
    "source",
    "regions",
    "variables",
    "environment",
    "node",
    "install",
    "phases",
    "schedule",
    "prove",
    *HINT_KEYS,
)
REQUIRED = ("description", "owner", "phases")


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A variable's two values: in the first cycle (`learn`) and in the proof (`prove`)."""

    name: str
    learn: str
    prove: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A phase of the cycle and its shell commands, in order."""

    name: str
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A valid process definition.

    Attributes:
        source: the folder with the process's source, relative to its own; `.` by default.
        regions: where it may act; empty means the deployment's region.
        environment: for every command; `{name}` stands for a variable's value.
        node: Node.js version of the build image, or empty.
        schedule: an EventBridge Scheduler expression, or empty.
        prove: whether the cycle may run a second time.
        hints: what the owner says about the policy.
    """

    name: str
    description: str
    owner: str
    source: str = "."
    regions: tuple[str, ...] = ()
    variables: tuple[Use, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    node: str = ""
    install: tuple[str, ...] = ()
    phases: tuple[Phase, ...] = ()
    schedule: str = ""
    prove: bool = True
    hints: Hints = NO_HINTS

    @classmethod
    def from_mapping(cls, name: str, raw: object) -> Self:
        """Read a definition, from YAML or from `to_mapping`.

        Raises:
            InvalidProcessError: names the key, what is wrong with it, and what to write.
        """
        if not NAME.fullmatch(name):
            raise InvalidProcessError(
                "", f"a process's folder may not be named {name!r}; use [a-z][a-z0-9-]{{0,31}}"
            )
        definition = _definition(raw)
        variables = _variables(definition.get("variables", {}))
        return cls(
            name=name,
            description=_text("description", definition["description"]),
            owner=_matching("owner", definition["owner"], EMAIL, "an e-mail address"),
            source=_text("source", definition.get("source", ".")),
            regions=_regions(definition.get("regions", [])),
            variables=variables,
            environment=_environment(definition.get("environment", {}), variables),
            node=_node(definition.get("node", "")),
            install=_commands("install", definition.get("install", []), may_be_empty=True),
            phases=_phases(definition["phases"]),
            schedule=_schedule(definition.get("schedule", "")),
            prove=_yes_or_no("prove", definition.get("prove", True)),
            hints=Hints.from_mapping(definition, frozenset(one.name for one in variables)),
        )

    def to_mapping(self) -> dict[str, Any]:
        """What `from_mapping` reads: plain values."""
        return {
            "description": self.description,
            "owner": self.owner,
            "source": self.source,
            "regions": list(self.regions),
            "variables": {v.name: {"learn": v.learn, "prove": v.prove} for v in self.variables},
            "environment": dict(self.environment),
            "node": self.node,
            "install": list(self.install),
            "phases": {phase.name: list(phase.commands) for phase in self.phases},
            "schedule": self.schedule,
            "prove": self.prove,
            **self.hints.to_mapping(),
        }

    def values(self, use: str) -> dict[str, str]:
        """The variables' values for `learn` or `prove`."""
        return {one.name: one.learn if use == "learn" else one.prove for one in self.variables}

    def spellings(self, use: str) -> dict[str, str]:
        """The same, and as names in capitals-first case spell them: `Dev` for `dev`."""
        plain = self.values(use)
        titles = {f"{name}_title": in_title_case(value) for name, value in plain.items()}
        return {**titles, **plain}


def in_title_case(value: str) -> str:
    """`my-stage` → `MyStage`."""
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^0-9A-Za-z]+", value))


def _definition(raw: object) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        raise InvalidProcessError("", "a process definition is a mapping of keys to values")
    for key in raw:
        if key not in KEYS:
            raise InvalidProcessError(str(key), f"unknown key; known are {', '.join(KEYS)}")
    for key in REQUIRED:
        if key not in raw:
            raise InvalidProcessError(key, "missing; every process needs it")
    return raw


def _text(key: str, raw: object) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise InvalidProcessError(key, f"is {raw!r}; write a text that is not empty")
    return raw


def _matching(key: str, raw: object, pattern: re.Pattern[str], what: str) -> str:
    text = _text(key, raw)
    if not pattern.fullmatch(text):
        raise InvalidProcessError(key, f"{text!r} is not {what}")
    return text


def _yes_or_no(key: str, raw: object) -> bool:
    if not isinstance(raw, bool):
        raise InvalidProcessError(key, f"is {raw!r}; write true or false")
    return raw


def _node(raw: object) -> str:
    if raw == "":
        return ""
    return _matching("node", raw, re.compile(r"\d+(\.\d+)*"), 'a version in quotes, such as "22"')


def _schedule(raw: object) -> str:
    if raw == "":
        return ""
    return _matching("schedule", raw, SCHEDULE, "rate(…), cron(…) or at(…)")


def _regions(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list):
        raise InvalidProcessError("regions", f"is {raw!r}; write a list of region names")
    return tuple(_matching("regions", one, REGION, "a region's name") for one in raw)


def _commands(key: str, raw: object, *, may_be_empty: bool = False) -> tuple[str, ...]:
    if not isinstance(raw, list) or not (raw or may_be_empty):
        raise InvalidProcessError(key, "has no command; write a list of shell commands")
    return tuple(_text(key, one) for one in raw)


def _phases(raw: object) -> tuple[Phase, ...]:
    if not isinstance(raw, dict):
        raise InvalidProcessError("phases", "is not a mapping of phase names to commands")
    if "remove" not in raw:
        raise InvalidProcessError("phases.remove", "missing; the sandbox must be left clean")
    names = list(raw)
    for name in names:
        _matching(f"phases.{name}", name, PHASE, "a phase's name, [a-z][a-z0-9-]{0,30}")
        if name in RESERVED_PHASES:
            raise InvalidProcessError(f"phases.{name}", "the name is taken by the build itself")
    if "update" in raw and "deploy" not in names[: names.index("update")]:
        raise InvalidProcessError("phases.update", "comes without a deploy before it")
    if names[-1] != "remove":
        raise InvalidProcessError("phases.remove", "is not the last phase")
    if names == ["remove"]:
        raise InvalidProcessError("phases", "there is nothing but remove; name what comes before")
    return tuple(
        Phase(name=name, commands=_commands(f"phases.{name}", raw[name])) for name in names
    )


def _variables(raw: object) -> tuple[Use, ...]:
    if not isinstance(raw, dict):
        raise InvalidProcessError("variables", "is not a mapping of names to learn and prove")
    return tuple(_use(name, raw[name]) for name in sorted(raw, key=str))


def _use(name: object, raw: object) -> Use:
    key = f"variables.{name}"
    text = _matching(key, name, VARIABLE, "a variable's name, [a-z][a-z0-9_]*")
    if text in RESERVED_VARIABLES:
        raise InvalidProcessError(key, "the name is taken by the account itself")
    if not isinstance(raw, dict) or set(raw) != {"learn", "prove"}:
        raise InvalidProcessError(key, "write {learn: …, prove: …}")
    use = Use(name=text, learn=_text(key, raw["learn"]), prove=_text(key, raw["prove"]))
    if use.learn == use.prove:
        raise InvalidProcessError(key, "learn and prove are equal, so a proof would prove nothing")
    return use


def _environment(raw: object, variables: tuple[Use, ...]) -> tuple[tuple[str, str], ...]:
    if not isinstance(raw, dict):
        raise InvalidProcessError("environment", "is not a mapping of names to texts")
    known = {one.name for one in variables}
    for name, value in raw.items():
        key = f"environment.{name}"
        _matching(key, name, ENVIRONMENT, "the name of an environment variable")
        if RESERVED_ENVIRONMENT.fullmatch(str(name)):
            raise InvalidProcessError(key, "is set by the build itself")
        for used in re.findall(r"\{([a-z][a-z0-9_]*)\}", _text(key, value)):
            if used not in known:
                raise InvalidProcessError(key, f"uses {{{used}}}, which variables does not name")
    return tuple(sorted(raw.items()))
