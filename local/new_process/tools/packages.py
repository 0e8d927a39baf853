"""What must be installed before a tool runs, and in which runtime."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.new_process.folder import Folder

PYTHON_HOME = '"$HOME/cycle"'  # beside the source, so that nobody packs it
# The tools that are on the path already, as on the laptop, win over it.
ACTIVATE = '. "$HOME/cycle/bin/activate"'
LOCKS = (
    ("package-lock.json", "npm ci --no-audit --no-fund"),
    ("npm-shrinkwrap.json", "npm ci --no-audit --no-fund"),
    ("yarn.lock", "npx --yes yarn install --frozen-lockfile"),
    ("pnpm-lock.yaml", "npx --yes pnpm install --frozen-lockfile"),
)
RUNTIME = re.compile(r"(nodejs|python|java|dotnet|ruby|go)(\d[\d.]*)?(?:\.x)?")
# What CodeBuild's image calls them, https://docs.aws.amazon.com/codebuild/latest/userguide/runtime-versions.html
NAMES = {"nodejs": "nodejs", "python": "python", "java": "java", "dotnet": "dotnet", "ruby": "ruby"}
# Of the standard:7.0 image, and what stands for versions that it does not have.
CORRETTO = {"8": "corretto8", "8.al2": "corretto8", "11": "corretto11"}
NODE = "22"


def node_packages(folder: Folder) -> tuple[str, ...]:
    """The command that installs package.json, by the lock that is there; none without packages."""
    if not dependencies(folder):
        return ()
    install = next((command for lock, command in LOCKS if lock in folder.texts), "")
    return (install or "npm install --no-audit --no-fund",)


def dependencies(folder: Folder) -> dict[str, str]:
    """What package.json wants, with the versions as it spells them."""
    package = folder.mapping("package.json")
    found = {**_texts(package.get("dependencies")), **_texts(package.get("devDependencies"))}
    return dict(sorted(found.items()))


def python_packages(folder: Folder, command: str, *wanted: str) -> tuple[str, ...]:
    """What installs a tool of Python's, unless its command is there, and requirements.txt."""
    needs = [*wanted, *(["-r requirements.txt"] if "requirements.txt" in folder.texts else [])]
    if not needs:
        return ()
    install = f'python3 -m venv {PYTHON_HOME} && "$HOME/cycle/bin/pip" install --quiet'
    guard = f"command -v {command} >/dev/null || " if command and needs == list(wanted) else ""
    line = f"{install} {' '.join(needs)}"
    return (f"{guard}{{ {line}; }}" if guard else line,)


def activated(folder: Folder, command: str) -> tuple[str, ...]:
    """What a phase's shell begins with, so that it finds what was installed."""
    if not command and "requirements.txt" not in folder.texts:
        return ()
    return (f'[ ! -e "$HOME/cycle/bin/activate" ] || {ACTIVATE}',)


def global_node_tool(command: str, package: str) -> str:
    """What installs a tool of npm's for the build, unless it is there."""
    return (
        f"command -v {command} >/dev/null || npm install --global --no-audit --no-fund "
        f"{shlex.quote(package)}"
    )


def runtimes_of(*named: object) -> tuple[tuple[str, str], ...]:
    """Runtimes of functions (`nodejs22.x`, `python3.13`) as the build image's."""
    found: dict[str, str] = {}
    for one in named:
        match = RUNTIME.match(str(one or ""))
        if match and match[1] in NAMES and match[2]:
            version = match[2].rstrip(".")
            version = CORRETTO.get(version, f"corretto{version}") if match[1] == "java" else version
            found[NAMES[match[1]]] = max(found.get(NAMES[match[1]], ""), version, key=_ordered)
    return tuple(sorted(found.items()))


def with_node(runtimes: tuple[tuple[str, str], ...], folder: Folder) -> tuple[tuple[str, str], ...]:
    """The same, and the Node.js that the tool itself runs on."""
    if any(name == "nodejs" for name, _ in runtimes):
        return runtimes
    wanted = re.match(r"v?(\d+)", folder.texts.get(".nvmrc", "").strip())
    return tuple(sorted([*runtimes, ("nodejs", wanted[1] if wanted else NODE)]))


def _ordered(version: str) -> tuple[int, ...]:
    return tuple(int(one) for one in re.findall(r"\d+", version))


def _texts(raw: object) -> dict[str, str]:
    return {str(key): str(value) for key, value in raw.items()} if isinstance(raw, dict) else {}
