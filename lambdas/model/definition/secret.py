"""Secrets of a process: names of environment variables, and where their values are kept."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Self

from lambdas.errors import InvalidProcessError
from lambdas.model.definition.definition_values import matching, owned_arn
from lambdas.model.definition.variables import ENVIRONMENT, RESERVED_ENVIRONMENT
from lambdas.model.iam.arn import Arn

# A key of a JSON document may follow, as CodeBuild spells it,
# https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.env.secrets-manager
_SECRET = owned_arn("secretsmanager", r"secret:[\w/+=.@-]+")
_MANAGED = re.compile(rf"({_SECRET})(?::([\w.-]+))?", re.ASCII)
_PARAMETER = re.compile(owned_arn("ssm", r"parameter/[\w./-]+"), re.ASCII)
MANAGED, PARAMETER = "secretsmanager", "ssm"
WRITE = (
    "the ARN of a secret of Secrets Manager (with :key for one of its values) or of a parameter: "
    "arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME or arn:aws:ssm:REGION:ACCOUNT:parameter/NAME"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret.

    Attributes:
        name: of the environment variable. service: `secretsmanager` or `ssm`.
        reference: an ARN. key: of a JSON document, or empty.
        laptop: the name of a secret of the embedded AWS, which the build reads instead where its
            project says so; empty elsewhere.
    """

    name: str
    service: str
    reference: str
    key: str = ""
    laptop: str = ""

    @property
    def read(self) -> tuple[str, str, str, str]:
        """Service, reference, key and region that a build reads; no region means its own."""
        return self.service, self.reference, self.key, Arn.from_text(self.reference).region

    def on_a_laptop(self, process: str) -> Self:
        """The same, where an embedded AWS keeps it, which has none of an account."""
        return replace(self, laptop=f"fencepost/{process}/{self.name}")

    def to_value(self) -> str:
        """What `secrets_of` reads."""
        return f"{self.reference}:{self.key}" if self.key else self.reference


def secrets_of(raw: object, taken: Collection[str]) -> tuple[Secret, ...]:
    """The secrets, sorted by name; `taken` are names that the environment gives already.

    Raises:
        InvalidProcessError: names the key, what is wrong with it, and what to write.
    """
    if not isinstance(raw, dict):
        raise InvalidProcessError("secrets", "is not a mapping of names to ARNs")
    for name in raw:
        key = f"secrets.{name}"
        matching(key, name, ENVIRONMENT, "the name of an environment variable")
        if RESERVED_ENVIRONMENT.fullmatch(str(name)):
            raise InvalidProcessError(key, "is set by the build itself")
        if name in taken:
            raise InvalidProcessError(key, "is in environment already")
    return tuple(_secret(name, raw[name]) for name in sorted(raw))


def _secret(name: str, raw: object) -> Secret:
    text = raw if isinstance(raw, str) else ""
    managed = _MANAGED.fullmatch(text)
    if managed:
        return Secret(name=name, service=MANAGED, reference=managed[1], key=managed[2] or "")
    # The value is not told: it may be the secret itself.
    if not _PARAMETER.fullmatch(text):
        raise InvalidProcessError(f"secrets.{name}", f"is not {WRITE}")
    return Secret(name=name, service=PARAMETER, reference=text)
