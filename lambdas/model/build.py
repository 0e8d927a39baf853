"""The build that a process's commands run in, by CodeBuild's own names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from lambdas.errors import InvalidProcessError
from lambdas.model.variables import matching

if TYPE_CHECKING:
    from collections.abc import Mapping

# https://docs.aws.amazon.com/codebuild/latest/userguide/available-runtimes.html
RUNTIMES = ("dotnet", "golang", "java", "nodejs", "php", "python", "ruby")
VERSION = re.compile(r"[a-z]*\d+(\.\d+)*|latest")
OWN_IMAGES = "aws/codebuild/"  # CodeBuild's, which alone have runtimes to choose from
IMAGE = re.compile(r"[a-z0-9][\w.:/@-]{0,254}", re.ASCII)
KEYS = ("runtimes", "image", "timeout", "privileged", "codebuild")
WRITE = '{runtimes: {nodejs: "22"}, image: …, timeout: 60, privileged: true, codebuild: {…}}'
TIMEOUT = (20, 240)  # minutes; `remove` has a quarter of it
STANDARD_TIMEOUT = 240
# What of AWS::CodeBuild::Project a process may choose; all else is Fencepost's own.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-codebuild-project.html
CHOSEN = ("Cache", "Environment", "FileSystemLocations", "VpcConfig")
OF_ENVIRONMENT = (
    "Certificate",
    "ComputeType",
    "DockerServer",
    "Fleet",
    "HostKernel",
    "ImagePullCredentialsType",
    "RegistryCredential",
    "Type",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What a process says of its build; nothing means CodeBuild's standard image as it is.

    Attributes:
        runtimes: versions by CodeBuild's names of runtimes, sorted.
        image: a Docker image, or empty for the standard one.
        timeout: minutes for all of a cycle.
        privileged: whether Docker may run in it.
        codebuild: properties of AWS::CodeBuild::Project, as CloudFormation spells them.
    """

    runtimes: tuple[tuple[str, str], ...] = ()
    image: str = ""
    timeout: int = STANDARD_TIMEOUT
    privileged: bool = False
    codebuild: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @classmethod
    def from_mapping(cls, definition: Mapping[str, Any]) -> Self:
        """Read `build`, and `node` as 0.1 spelled it.

        Raises:
            InvalidProcessError: names the key, what is wrong with it, and what to write.
        """
        raw = definition.get("build", {})
        if not isinstance(raw, dict):
            raise InvalidProcessError("build", f"is {raw!r}; write {WRITE}")
        for key in raw:
            if key not in KEYS:
                raise InvalidProcessError(f"build.{key}", f"unknown key; write {WRITE}")
        found = cls(
            runtimes=_runtimes(raw.get("runtimes", {}), definition.get("node", "")),
            image=_image(raw.get("image", "")),
            timeout=_timeout(raw.get("timeout", STANDARD_TIMEOUT)),
            privileged=_privileged(raw.get("privileged", False)),
            codebuild=_codebuild(raw.get("codebuild", {})),
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
            "codebuild": dict(self.codebuild),
        }
        return {key: value for key, value in every.items() if value != getattr(Build(), key)}


def _runtimes(raw: object, node: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(raw, dict):
        raise InvalidProcessError("build.runtimes", 'is no mapping; write {nodejs: "22"}')
    versions = dict(raw)
    if node != "":
        if "nodejs" in versions:
            raise InvalidProcessError("node", "says what build.runtimes.nodejs says; delete it")
        versions["nodejs"] = _version("node", node)
    for name, version in versions.items():
        if name not in RUNTIMES:
            raise InvalidProcessError(
                f"build.runtimes.{name}", f"unknown runtime; known are {', '.join(RUNTIMES)}"
            )
        _version(f"build.runtimes.{name}", version)
    return tuple(sorted(versions.items()))


def _version(key: str, raw: object) -> str:
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


def _privileged(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise InvalidProcessError("build.privileged", f"is {raw!r}; write true or false")
    return raw


def _codebuild(raw: object) -> Mapping[str, Any]:
    """The keys that are a process's; their values are the schema's (stacks/processes.py)."""
    if not isinstance(raw, dict):
        raise InvalidProcessError("build.codebuild", "is no mapping of a project's properties")
    for key in raw:
        if key not in CHOSEN:
            raise InvalidProcessError(
                f"build.codebuild.{key}", f"is not the process's; {', '.join(CHOSEN)} are"
            )
    environment = raw.get("Environment", {})
    for key in environment if isinstance(environment, dict) else ():
        if key not in OF_ENVIRONMENT:
            raise InvalidProcessError(
                f"build.codebuild.Environment.{key}",
                f"is not written here; {', '.join(OF_ENVIRONMENT)} are, and build.image and "
                "build.privileged",
            )
    return raw
