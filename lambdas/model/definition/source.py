"""Where a process's source comes from, by CodeBuild's own kinds, and what of it may run."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any, Self
from urllib.parse import urlsplit

from lambdas.errors import InvalidProcessError
from lambdas.model.definition.definition_values import mapping_of, matching, owned_arn, text

URL = re.compile(r"https://[\w.-]+(:\d+)?(/[\w.~%+-]+)+/?", re.ASCII)
LOCAL = re.compile(r"(/|\./|\.\./|file:///)[^\x00-\x1f]*")
REPOSITORY = re.compile(r"[\w.-]{1,100}", re.ASCII)
OBJECT = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[\w!.'()/=+@,-]{1,1024}", re.ASCII)
CONNECTION = re.compile(
    owned_arn("(codeconnections|codestar-connections)", r"connection/[\w-]+"), re.ASCII
)
# A branch, a tag, a commit or a version id. References that a stranger can write are none: whoever
# opens a pull request would run commands as the sandbox's administrator.
REVISION = re.compile(
    r"(?!(?i:pr|pull|pulls|pull-requests|merge-requests|refs)/)[\w.][\w./+-]{0,199}", re.ASCII
)
REVISION_WORDS = "a branch, a tag or a commit; pull requests and refs/… are refused"


class SourceKind(StrEnum):
    """What the source is, by the key that names it."""

    FOLDER = "folder"
    GIT = "git"
    CODECOMMIT = "codecommit"
    S3 = "s3"


FETCHED = (SourceKind.GIT, SourceKind.CODECOMMIT, SourceKind.S3)
# https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectSource.html
TYPES = {"github.com": "GITHUB", "bitbucket.org": "BITBUCKET", "gitlab.com": "GITLAB"}
PUBLIC = ("GITHUB", "BITBUCKET")  # that CodeBuild clones without credentials
WRITE = "write a folder, {git: URL, ref: main}, {codecommit: NAME} or {s3: BUCKET/KEY}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A process's source.

    Attributes:
        location: a folder beside the definition, a URL or a path of a Git repository, the name of a
            CodeCommit repository, or `bucket/key` of a ZIP archive.
        ref: branch, tag or commit; empty for the repository's default branch.
        path: the folder within it that the commands run in.
        connection: ARN of a connection of CodeConnections, or empty.
    """

    kind: SourceKind = SourceKind.FOLDER
    location: str = "."
    ref: str = ""
    path: str = "."
    connection: str = ""

    @classmethod
    def from_value(cls, raw: object) -> Self:
        """Read `source`.

        Raises:
            InvalidProcessError: names the key, what is wrong with it, and what to write.
        """
        if isinstance(raw, str):
            return cls(location=text("source", raw))
        kinds = [one for one in FETCHED if isinstance(raw, dict) and one in raw]
        if not isinstance(raw, dict) or len(kinds) != 1:
            raise InvalidProcessError("source", f"is {raw!r}; {WRITE}")
        kind = kinds[0]
        mapping_of("source", raw, f"${kind}")
        found = cls(
            kind=kind,
            location=_location(kind, raw[kind.value]),
            ref=revision("source.ref", raw["ref"]) if "ref" in raw else "",
            path=_path(raw.get("path", ".")),
            connection=_connection(raw.get("connection", "")),
        )
        if found.connection and not found.codebuild_type:
            raise InvalidProcessError(
                "source.connection", f"a connection serves {', '.join(sorted(TYPES))} alone"
            )
        return found

    @property
    def local(self) -> bool:
        """Whether it is a Git repository of this machine, which no account can reach."""
        return self.kind is SourceKind.GIT and bool(LOCAL.fullmatch(self.location))

    @property
    def codebuild_type(self) -> str:
        """CodeBuild's own type of what it clones; empty for what the build itself fetches."""
        if self.kind is SourceKind.CODECOMMIT:
            return "CODECOMMIT"
        kind = TYPES.get(urlsplit(self.location).hostname or "", "")
        cloned = self.connection or kind in PUBLIC
        return kind if self.kind is SourceKind.GIT and cloned else ""

    def to_value(self) -> str | dict[str, Any]:
        """What `from_value` reads."""
        if self.kind is SourceKind.FOLDER:
            return self.location
        further = {"ref": self.ref, "path": self.path, "connection": self.connection}
        return {self.kind.value: self.location} | {
            key: value for key, value in further.items() if value not in ("", ".")
        }


def by_https(address: str) -> str:
    """The address that a build can clone, of one that Git reaches by SSH."""
    return re.sub(r"^(?:ssh://)?git@([\w.-]+)[:/]", r"https://\1/", address)


def revision(key: str, raw: object) -> str:
    """A name of a revision that may run.

    Raises:
        InvalidProcessError: it is none, or one that a stranger can write.
    """
    found = matching(key, raw, REVISION, REVISION_WORDS)
    if ".." in found or found.endswith(("/", ".lock")) or "//" in found:
        raise InvalidProcessError(key, f"{found!r} is not {REVISION_WORDS}")
    return found


def _connection(raw: object) -> str:
    if raw == "":
        return ""
    return matching("source.connection", raw, CONNECTION, "a connection's ARN")


def _location(kind: SourceKind, raw: object) -> str:
    key = f"source.{kind}"
    if kind is SourceKind.S3:
        return matching(key, raw, OBJECT, "a bucket and a key, such as artifacts/orders.zip")
    if kind is SourceKind.CODECOMMIT:
        return matching(key, raw, REPOSITORY, "a repository's name")
    found = text(key, raw)
    if not URL.fullmatch(found) and not LOCAL.fullmatch(found):
        raise InvalidProcessError(
            key,
            f"{found!r} is not the https address of a repository without user and password, nor a "
            "path of this machine that begins with /, ./ or ../",
        )
    return found


def _path(raw: object) -> str:
    found = PurePosixPath(text("source.path", raw))
    if found.is_absolute() or ".." in found.parts or not str(found).isprintable():
        raise InvalidProcessError("source.path", f"{raw!r} is not a folder within the source")
    return str(found)
