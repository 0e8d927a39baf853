"""The variables of a process, with their two values, and the environment that uses them."""

import re
from dataclasses import dataclass

from lambdas.errors import InvalidProcessError
from lambdas.model.definition.definition_values import matching, text
from lambdas.model.iam.role_boundary import BOUNDARY

VARIABLE = re.compile(r"[a-z][a-z0-9_]*")
ENVIRONMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
ACCOUNT_VARIABLES = frozenset({"account", "region", "partition"})
RESERVED_VARIABLES = ACCOUNT_VARIABLES | {BOUNDARY}
# Set by the build for its own work: a process that set them would change what is observed.
RESERVED_ENVIRONMENT = re.compile(
    r"(CODEBUILD_|FENCEPOST_|AWS_CONTAINER_|AWS_WEB_IDENTITY_|AWS_ENDPOINT_URL).*"
    r"|AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|PROFILE|ROLE_ARN)"
    r"|AWS_(CONFIG_FILE|SHARED_CREDENTIALS_FILE)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A variable's two values: in the first cycle (`learn`) and in the proof (`prove`)."""

    name: str
    learn: str
    prove: str


def in_title_case(value: str) -> str:
    """`my-stage` → `MyStage`."""
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^0-9A-Za-z]+", value))


def variables_of(raw: object) -> tuple[Use, ...]:
    """The variables, sorted by name, each with its two values."""
    if not isinstance(raw, dict):
        raise InvalidProcessError("variables", "is not a mapping of names to learn and prove")
    return tuple(_use(name, raw[name]) for name in sorted(raw, key=str))


def _use(name: object, raw: object) -> Use:
    key = f"variables.{name}"
    named = matching(key, name, VARIABLE, "a variable's name, [a-z][a-z0-9_]*")
    if named in RESERVED_VARIABLES:
        raise InvalidProcessError(key, "the name is taken by the account itself")
    if not isinstance(raw, dict) or set(raw) != {"learn", "prove"}:
        raise InvalidProcessError(key, "write {learn: …, prove: …}")
    use = Use(name=named, learn=text(key, raw["learn"]), prove=text(key, raw["prove"]))
    if use.learn == use.prove:
        raise InvalidProcessError(key, "learn and prove are equal, so a proof would prove nothing")
    return use


def environment_of(
    raw: object, variables: tuple[Use, ...], *, bounded: bool = False
) -> tuple[tuple[str, str], ...]:
    """The environment of every command, sorted; `{name}` stands for a variable's value.

    `bounded`: whether there is a boundary that `{boundary}` stands for.
    """
    if not isinstance(raw, dict):
        raise InvalidProcessError("environment", "is not a mapping of names to texts")
    known = {one.name for one in variables} | ({BOUNDARY} if bounded else set())
    for name, value in raw.items():
        key = f"environment.{name}"
        matching(key, name, ENVIRONMENT, "the name of an environment variable")
        if RESERVED_ENVIRONMENT.fullmatch(str(name)):
            raise InvalidProcessError(key, "is set by the build itself")
        for used in re.findall(r"\{([a-z][a-z0-9_]*)\}", text(key, value)):
            if used == BOUNDARY and not bounded:
                raise InvalidProcessError(
                    key, "uses {boundary}; write policy: {boundary: required} or offered, too"
                )
            if used not in known:
                raise InvalidProcessError(key, f"uses {{{used}}}, which variables does not name")
    return tuple(sorted(raw.items()))
