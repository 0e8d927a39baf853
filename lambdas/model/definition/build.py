"""The build that a process's commands run in, by CodeBuild's own names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from lambdas.errors import InvalidProcessError
from lambdas.model.definition.definition_values import mapping_of, matching, yes_or_no

# https://docs.aws.amazon.com/codebuild/latest/userguide/available-runtimes.html
VERSION = re.compile(r"[a-z]*\d+(\.\d+)*|latest")
OWN_IMAGES = "aws/codebuild/"  # CodeBuild's, which alone have runtimes to choose from
IMAGE = re.compile(r"[a-z0-9][\w.:/@-]{0,254}", re.ASCII)
TIMEOUT = (20, 240)  # minutes; `remove` has a quarter of it
STANDARD_TIMEOUT = 240
# Properties of a project that a process chooses by other keys, or not at all.
ELSEWHERE = (
    ("Environment", "Image", "write build.image"),
    ("Environment", "PrivilegedMode", "write build.privileged"),
    ("Environment", "EnvironmentVariables", "write environment, or secrets for what is secret"),
    ("", "TimeoutInMinutes", "write build.timeout"),
    ("", "Source", "write source"),
    ("", "ServiceRole", "the build's role may do nothing but assume the roles of the cycle"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What a process says of its build; nothing means CodeBuild's standard image as it is.

    Attributes:
        runtimes: versions by CodeBuild's names of runtimes, sorted.
        image: a Docker image, or empty for the standard one.
        timeout: minutes for all of a cycle.
        privileged: whether Docker may run in it.
        secrets_for_revisions: whether a run of another revision gets the process's secrets.
        codebuild: properties of AWS::CodeBuild::Project, as CloudFormation spells them.
    """

    runtimes: tuple[tuple[str, str], ...] = ()
    image: str = ""
    timeout: int = STANDARD_TIMEOUT
    privileged: bool = False
    secrets_for_revisions: bool = False
    codebuild: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @classmethod
    def from_mapping(cls, raw: object) -> Self:
        """Read `build`.

        Raises:
            InvalidProcessError: names the key, what is wrong with it, and what to write.
        """
        build = mapping_of("build", raw)
        revisions = build.get("secretsForRevisions", False)
        found = cls(
            runtimes=_runtimes(build.get("runtimes", {})),
            image=_image(build.get("image", "")),
            timeout=_timeout(build.get("timeout", STANDARD_TIMEOUT)),
            privileged=yes_or_no("build.privileged", build.get("privileged", False)),
            secrets_for_revisions=yes_or_no("build.secretsForRevisions", revisions),
            codebuild=_codebuild(build.get("codebuild", {})),
        )
        if found.runtimes and found.image and not found.image.startswith(OWN_IMAGES):
            raise InvalidProcessError(
                "build.runtimes", f"are of CodeBuild's own images; {found.image} has its own"
            )
        return found

    def to_mapping(self) -> dict[str, Any]:
        """What `from_mapping` reads at `build`."""
        every = {
            "runtimes": dict(self.runtimes),
            "image": self.image,
            "timeout": self.timeout,
            "privileged": self.privileged,
            "secretsForRevisions": self.secrets_for_revisions,
            "codebuild": dict(self.codebuild),
        }
        # Left out while they are the standard.
        return {
            key: value
            for key, value in every.items()
            if value and (key, value) != ("timeout", STANDARD_TIMEOUT)
        }


def _runtimes(raw: object) -> tuple[tuple[str, str], ...]:
    versions = mapping_of("build.runtimes", raw)
    for name, version in versions.items():
        _version(f"build.runtimes.{name}", version)
    return tuple(sorted(versions.items()))


def _version(key: str, raw: object) -> str:
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        raise InvalidProcessError(key, f'is a number; write it in quotes: "{raw}"')
    return matching(key, raw, VERSION, 'a version in quotes, such as "22"')


def _image(raw: object) -> str:
    if raw == "":
        return ""
    return matching("build.image", raw, IMAGE, "an image, such as aws/codebuild/standard:8.0")


def _timeout(raw: object) -> int:
    least, most = TIMEOUT
    if not isinstance(raw, int) or isinstance(raw, bool) or not least <= raw <= most:
        raise InvalidProcessError("build.timeout", f"is {raw!r}; write {least} to {most} minutes")
    return raw


def _codebuild(raw: object) -> Mapping[str, Any]:
    """What of AWS::CodeBuild::Project a process may choose; all else is Fencepost's own.

    The values are checked by the registry's schema (stacks/processes/build_schema.py),
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codebuild-project.html.
    """
    for place, key, instead in ELSEWHERE:
        chosen = raw.get(place, {}) if isinstance(raw, dict) and place else raw
        if isinstance(chosen, dict) and key in chosen:
            path = ".".join(filter(None, ("build.codebuild", place, key)))
            raise InvalidProcessError(path, f"is not chosen here; {instead}")
    found = mapping_of("build.codebuild", raw)
    mapping_of("build.codebuild.Environment", found.get("Environment", {}))
    return found
