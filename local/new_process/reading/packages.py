"""What must be installed and built before a tool runs, and in which runtime."""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

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
# What the folder's lock wants is installed into the environment that is active.
PYTHON_LOCKS = (
    ("Pipfile.lock", "pipenv", "pipenv sync"),
    ("poetry.lock", "poetry", "poetry install --no-root"),
    ("uv.lock", "uv", "uv sync --active --frozen"),
)
PYTHON_PINS = ("requirements.txt", *(lock for lock, _, _ in PYTHON_LOCKS))
PLAIN = "npm install --no-audit --no-fund"
INSTALLS = (PLAIN, *(command for _, command in LOCKS))
RUNTIME = re.compile(r"(nodejs|python|java|dotnet|ruby|go)(\d[\d.]*)?(?:\.x)?")
# What CodeBuild's image calls them, https://docs.aws.amazon.com/codebuild/latest/userguide/runtime-versions.html
NAMES = {"nodejs": "nodejs", "python": "python", "java": "java", "dotnet": "dotnet", "ruby": "ruby"}
# Of the standard:7.0 image, and what stands for versions that it does not have.
CORRETTO = {"8": "corretto8", "8.al2": "corretto8", "11": "corretto11"}
NODE = "22"
TOOLS_NODE = 20  # the oldest that osls, the CDK's CLI and the framework's 3.77 run on
# By runtime: the oldest version that the image may have, and one that it has, for older ones.
# https://docs.aws.amazon.com/codebuild/latest/userguide/runtime-versions.html
# https://github.com/aws/aws-codebuild-docker-images/blob/master/ubuntu/standard/7.0/runtimes.yml
OLDEST = {
    "nodejs": ("18", NODE),
    "python": ("3.9", "3.12"),
    "ruby": ("3.1", "3.2"),
    "dotnet": ("6.0", "8.0"),
}

# What builds the code of a folder that holds such a file.
BY_FILE = (
    ("build.sh", "bash build.sh"),
    ("pom.xml", "mvn --batch-mode package"),
    ("gradlew", "sh gradlew build"),
    ("build.gradle", "gradle build"),
    ("build.gradle.kts", "gradle build"),
    ("build.sbt", "sbt assembly"),
)
COMPILED = ("go", "provided")  # runtimes whose handler is a file that a compiler makes
TARGET = re.compile(r"^build\s*:(?!=)", re.MULTILINE)


def node_packages(folder: Folder) -> tuple[str, ...]:
    """The command that installs package.json, by the lock that is there; none without packages."""
    if not dependencies(folder) and "workspaces" not in folder.mapping("package.json"):
        return ()
    return (next((command for lock, command in LOCKS if lock in folder.texts), PLAIN),)


def dependencies(folder: Folder) -> dict[str, str]:
    """What package.json wants, with the versions as it spells them."""
    package = folder.mapping("package.json")
    found = {**_texts(package.get("dependencies")), **_texts(package.get("devDependencies"))}
    return dict(sorted(found.items()))


def scripts(folder: Folder) -> dict[str, str]:
    """The scripts of package.json."""
    return _texts(folder.mapping("package.json").get("scripts"))


def python_packages(folder: Folder, command: str, *wanted: str) -> tuple[str, ...]:
    """What installs a tool of Python's, unless its command is there, and what the folder pins."""
    needs = [*wanted, *(["-r requirements.txt"] if "requirements.txt" in folder.texts else [])]
    locked = _locked(folder)
    if not needs and not locked:
        return ()
    pip = f'python3 -m venv {PYTHON_HOME} && "$HOME/cycle/bin/pip" install --quiet'
    guard = f"command -v {command} >/dev/null || " if command and needs == list(wanted) else ""
    line = f"{pip} {' '.join((*needs, *locked[:1]))}"
    install = f"{guard}{{ {line}; }}" if guard and not locked else line
    return (install, ACTIVATE, *locked[1:]) if locked else (install,)


def _locked(folder: Folder) -> tuple[str, ...]:
    """The tool that reads the folder's lock, and its command, within the environment."""
    if "requirements.txt" in folder.texts:
        return ()
    return next(((tool, line) for lock, tool, line in PYTHON_LOCKS if lock in folder.texts), ())


def activated(folder: Folder, command: str) -> tuple[str, ...]:
    """What a phase's shell begins with, so that it finds what was installed."""
    if not command and "requirements.txt" not in folder.texts and not _locked(folder):
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
    return tuple(sorted((name, _in_the_image(name, version)) for name, version in found.items()))


def newest(runtimes: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Each runtime once, with the newest version that is wanted of it."""
    return tuple(sorted(dict(sorted(runtimes, key=lambda one: _ordered(one[1]))).items()))


def not_in_the_image(*named: object) -> tuple[tuple[str, str], ...]:
    """A note for each runtime of functions that the build's image has no longer."""
    old = {
        str(one)
        for one in named
        if (match := RUNTIME.match(str(one or "")))
        and match[2]
        and _is_old(match[1], match[2].rstrip("."))
    }
    return tuple(
        ("build", f"the build's image has no {one}: a newer one stands for it")
        for one in sorted(old)
    )


def makes_images(*documents: object) -> bool:
    """Whether something in a tool's documents says that a Docker image is built of a folder."""
    return any(map(_makes_images, documents))


def _makes_images(raw: object) -> bool:
    if isinstance(raw, list):
        return makes_images(*raw)
    if not isinstance(raw, dict):
        return False
    of_sam = raw.get("PackageType") == "Image" and not raw.get("ImageUri")
    images = _at(raw, "provider", "ecr", "images")
    of_serverless = isinstance(images, dict) and any(
        isinstance(one, dict) and "path" in one for one in images.values()
    )
    return of_sam or of_serverless or makes_images(*raw.values())


def _at(raw: object, *keys: str) -> object:
    for key in keys:
        raw = raw.get(key) if isinstance(raw, dict) else None
    return raw


def _in_the_image(name: str, version: str) -> str:
    return OLDEST[name][1] if _is_old(name, version) else version


def _is_old(name: str, version: str) -> bool:
    return name in OLDEST and _ordered(version) < _ordered(OLDEST[name][0])


def with_node(runtimes: tuple[tuple[str, str], ...], folder: Folder) -> tuple[tuple[str, str], ...]:
    """The same, and the Node.js that the tool itself runs on."""
    wanted = re.match(r"v?(\d+)", folder.texts.get(".nvmrc", "").strip())
    found = {"nodejs": wanted[1] if wanted else NODE, **dict(runtimes)}
    if int(_ordered(found["nodejs"])[0]) < TOOLS_NODE:
        found["nodejs"] = NODE
    return tuple(sorted(found.items()))


def _ordered(version: str) -> tuple[int, ...]:
    return tuple(int(one) for one in re.findall(r"\d+", version))


def _texts(raw: object) -> dict[str, str]:
    return {str(key): str(value) for key, value in raw.items()} if isinstance(raw, dict) else {}


def build_command(folder: Folder) -> str:
    """What builds the folder's code; empty when nothing there says it."""
    if TARGET.search(folder.texts.get("Makefile", "")):
        return "make build"
    return next((command for file, command in BY_FILE if file in folder.texts), "")


def not_built_yet(folder: Folder, *packages: Mapping[str, Any]) -> tuple[str, ...]:
    """Files that the service or its functions name and that the folder does not have.

    Args:
        folder: of the service.
        packages: the service itself and its functions, as they stand in the tool's file.
    """
    return tuple(sorted({one for package in packages for one in _missing(folder, package)}))


def _missing(folder: Folder, package: Mapping[str, Any]) -> Iterator[str]:
    how = package.get("package")
    artifact = how.get("artifact") if isinstance(how, dict) else None
    if isinstance(artifact, str) and artifact.removeprefix("./") not in folder.texts:
        yield artifact
    handler, runtime = str(package.get("handler") or ""), str(package.get("runtime") or "")
    compiled = runtime.startswith(COMPILED) and "/" in handler
    if compiled and handler.removeprefix("./") not in folder.texts:
        yield handler
