"""A change that makes the update real: one that reaches what is deployed."""

import posixpath
import shlex

from local.new_process.folder import Folder
from local.new_process.reading.packages import dependencies

HASH = (".py", ".rb", ".sh", ".yml", ".yaml")
SLASHES = (".js", ".mjs", ".cjs")
BUNDLED = (".ts", ".mts", ".cts", ".tsx", ".jsx")  # their comments are compiled away
BUNDLERS = (
    "esbuild",
    "serverless-esbuild",
    "webpack",
    "serverless-webpack",
    "rollup",
    "serverless-bundle",
)
SUFFIXES = (*SLASHES, *BUNDLED, ".py", ".rb")


def change_of(folder: Folder, file: str) -> str:
    """The command that changes a file so that what is made of it differs; empty when none can."""
    suffix = file[file.rfind(".") :]
    bundled = suffix in BUNDLED or any(one in BUNDLERS for one in dependencies(folder))
    if suffix in (*SLASHES, *BUNDLED):
        words = (
            'console.debug("a change");' if bundled else "// a change, as a person would make it"
        )
    elif suffix in HASH:
        words = "# a change, as a person would make it"
    else:
        return ""
    return f"echo {shlex.quote(words)} >> {shlex.quote(file)}"


def handler_file(folder: Folder, place: str, handler: object) -> str:
    """The file that a function's handler names (`src/take.handler`), below a place; or empty."""
    if not isinstance(handler, str) or "." not in handler:
        return ""
    path = handler.rsplit(".", 1)[0].strip("/")
    below = posixpath.normpath(f"{place.strip('/')}/{path}".lstrip("/"))
    return folder.first(*(f"{below}{suffix}" for suffix in SUFFIXES))
