"""A process: what a policy is built for, as its folder's process.yaml says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from lambdas.errors import InvalidProcessError
from lambdas.model.archive.approval import BY_HAND
from lambdas.model.archive.fleet import FLEETS
from lambdas.model.definition.boundary_use import BoundaryUse
from lambdas.model.definition.build import Build
from lambdas.model.definition.definition_values import mapping_of, matching, text, yes_or_no
from lambdas.model.definition.hints import NO_HINTS, Hints
from lambdas.model.definition.moved_keys import as_written, with_moved_keys
from lambdas.model.definition.process_schema import choices, schema
from lambdas.model.definition.secret import Secret, secrets_of
from lambdas.model.definition.source import Source, SourceKind
from lambdas.model.definition.variables import Use, environment_of, in_title_case, variables_of

NAME = re.compile(rf"(?!{FLEETS}\Z)[a-z][a-z0-9-]{{0,31}}")  # reports of fleets have that folder
PHASE = re.compile(r"[a-z][a-z0-9-]{0,30}")  # <run>.<phase> must fit a role session name, 64
REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d")  # eusc-de-east-1 is one, too
# As HTML forms know it, https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address, in
# the 254 characters of RFC 5321. SNS's filters need quotes and backslashes escaped twice:
# https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
EMAIL = re.compile(
    r"(?=.{1,254}\Z)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
)
EMAIL_WORDS = "an e-mail address of letters a to z, digits and .!#$%&'*+/=?^_`{|}~-"
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
SCHEDULE = re.compile(
    r"rate\([1-9]\d* (minute|hour|day)s?\)|cron\(([^\s()]+ ){5}[^\s()]+\)"
    r"|at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)"
)
SCHEDULES = "rate(7 days), cron(0 5 ? * MON *) with its six fields, or at(2027-01-31T05:00:00)"
RESERVED_PHASES = frozenset({"install", "closing", "source"})
STANDARD_BUILD = Build()
OWN_FOLDER = Source()
BY_SOURCE = "source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A phase of the cycle and its shell commands, in order."""

    name: str
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A valid process definition.

    Attributes:
        source: a folder relative to its own, by default that itself, or where to fetch it.
        defined_by_source: whether a file of the source adds to what is said here.
        sandbox: the name of one of the deployment's, or empty for its default one.
        regions: where it may act; empty means the sandbox's region.
        environment: for every command; `{name}` stands for a variable's value, `{boundary}` for
            the ARN of the boundary.
        secrets: further environment, whose values the build reads.
        build: what its commands run in.
        schedule: an EventBridge Scheduler expression, or empty.
        prove: whether the cycle may run a second time. drop_unused: what the hints add and no
            cycle used is dropped, and the rest proved again.
        approve: `by-hand`, or the rule by which its policies are approved.
        boundary: of the roles that the process creates.
        hints: what the owner says about the policy.
    """

    name: str
    description: str
    owner: str
    source: Source = OWN_FOLDER
    defined_by_source: bool = False
    sandbox: str = ""
    regions: tuple[str, ...] = ()
    variables: tuple[Use, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    secrets: tuple[Secret, ...] = ()
    build: Build = STANDARD_BUILD
    install: tuple[str, ...] = ()
    phases: tuple[Phase, ...] = ()
    schedule: str = ""
    prove: bool = True
    drop_unused: bool = False
    approve: str = BY_HAND
    boundary: BoundaryUse = BoundaryUse.NONE
    hints: Hints = NO_HINTS

    @classmethod
    def from_mapping(cls, name: str, raw: object) -> Self:
        """Read a definition, from YAML or from `to_mapping`; keys of 0.1 are read where they stood.

        Raises:
            InvalidProcessError: names the key, what is wrong with it, and what to write.
        """
        if not NAME.fullmatch(name):
            raise InvalidProcessError(
                "", f"a process's folder may not be named {name!r}; use [a-z][a-z0-9-]{{0,31}}"
            )
        try:
            return cls._of(name, _definition(raw))
        except InvalidProcessError as error:
            raise InvalidProcessError(as_written(error.key, raw), error.problem) from error

    @classmethod
    def _of(cls, name: str, definition: Mapping[str, Any]) -> Self:
        variables = variables_of(definition.get("variables", {}))
        proof = mapping_of("proof", definition.get("proof", {}))
        policy = mapping_of("policy", definition.get("policy", {}))
        boundary = BoundaryUse(_chosen("policy.boundary", policy.get("boundary", "none")))
        source = Source.from_value(definition.get("source", "."))
        defined = bool(_chosen("definition", definition.get("definition", "")))
        if defined and source.kind is SourceKind.FOLDER:
            problem = "names a source that each run fetches; a folder has its phases here"
            raise InvalidProcessError("definition", problem)
        return cls(
            name=name,
            description=text("description", definition["description"]),
            owner=matching("owner", definition["owner"], EMAIL, EMAIL_WORDS),
            source=source,
            defined_by_source=defined,
            sandbox=_optional("sandbox", definition.get("sandbox", ""), NAME, "a sandbox's name"),
            regions=_regions(definition.get("regions", [])),
            variables=variables,
            environment=environment_of(
                definition.get("environment", {}),
                variables,
                bounded=boundary is not BoundaryUse.NONE,
            ),
            secrets=secrets_of(definition.get("secrets", {}), definition.get("environment", {})),
            build=Build.from_mapping(definition.get("build", {})),
            install=_commands("install", definition.get("install", []), may_be_empty=True),
            phases=_phases(definition["phases"]) if "phases" in definition or not defined else (),
            schedule=_optional("schedule", definition.get("schedule", ""), SCHEDULE, SCHEDULES),
            prove=yes_or_no("proof.attempt", proof.get("attempt", True)),
            drop_unused=yes_or_no("proof.dropUnused", proof.get("dropUnused", False)),
            approve=_chosen("policy.approve", policy.get("approve", BY_HAND)),
            boundary=boundary,
            hints=Hints.from_mapping(policy, frozenset(one.name for one in variables)),
        )

    def to_mapping(self) -> dict[str, Any]:
        """What `from_mapping` reads: plain values."""
        phases = {phase.name: list(phase.commands) for phase in self.phases}
        # Left out while it is the default: earlier definitions do not have it.
        policy = {
            **({"approve": self.approve} if self.approve != BY_HAND else {}),
            **({} if self.boundary is BoundaryUse.NONE else {"boundary": self.boundary.value}),
            **self.hints.to_mapping(),
        }
        return {
            "description": self.description,
            "owner": self.owner,
            "source": self.source.to_value(),
            **({"definition": BY_SOURCE} if self.defined_by_source else {}),
            **({"sandbox": self.sandbox} if self.sandbox else {}),
            "regions": list(self.regions),
            "variables": {v.name: {"learn": v.learn, "prove": v.prove} for v in self.variables},
            "environment": dict(self.environment),
            **({"secrets": {s.name: s.to_value() for s in self.secrets}} if self.secrets else {}),
            "install": list(self.install),
            **({"phases": phases} if phases or not self.defined_by_source else {}),
            "schedule": self.schedule,
            "build": self.build.to_mapping(),
            "proof": {
                "attempt": self.prove,
                **({"dropUnused": True} if self.drop_unused else {}),
            },
            **({"policy": policy} if policy else {}),
        }

    def values(self, use: str) -> dict[str, str]:
        """The variables' values for `learn` or `prove`."""
        return {one.name: one.learn if use == "learn" else one.prove for one in self.variables}

    def spellings(self, use: str) -> dict[str, str]:
        """The same, and as names in capitals-first case spell them: `Dev` for `dev`."""
        plain = self.values(use)
        titles = {f"{name}_title": in_title_case(value) for name, value in plain.items()}
        return {**titles, **plain}


def _definition(raw: object) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        raise InvalidProcessError("", "a process definition is a mapping of keys to values")
    definition = with_moved_keys(raw)
    mapping_of("", definition)
    phases = () if definition.get("definition") == BY_SOURCE else ("phases",)
    for key in (*schema()["required"], *phases):
        if key not in definition:
            raise InvalidProcessError(key, "missing; every process needs it")
    return definition


def _chosen(key: str, raw: object) -> str:
    known = choices(key)
    if raw not in known:
        raise InvalidProcessError(key, f"is {raw!r}; write {' or '.join(known)}")
    return str(raw)


def _optional(key: str, raw: object, pattern: re.Pattern[str], words: str) -> str:
    return "" if raw == "" else matching(key, raw, pattern, words)


def _regions(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list):
        raise InvalidProcessError("regions", f"is {raw!r}; write a list of region names")
    return tuple(matching("regions", one, REGION, "a region's name") for one in raw)


def _commands(key: str, raw: object, *, may_be_empty: bool = False) -> tuple[str, ...]:
    if not isinstance(raw, list) or not (raw or may_be_empty):
        raise InvalidProcessError(key, "has no command; write a list of shell commands")
    return tuple(text(key, one) for one in raw)


def _phases(raw: object) -> tuple[Phase, ...]:
    if not isinstance(raw, dict):
        raise InvalidProcessError("phases", "is not a mapping of phase names to commands")
    if "remove" not in raw:
        raise InvalidProcessError("phases.remove", "missing; the sandbox must be left clean")
    names = list(raw)
    for name in names:
        matching(f"phases.{name}", name, PHASE, "a phase's name, [a-z][a-z0-9-]{0,30}")
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
