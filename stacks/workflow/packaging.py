"""The one asset of all Lambda functions: our `lambdas` package and what it imports.

The packages are copied from the environment that synthesises, Python files alone: no Docker, no
network, no layer, and the same bytes on every machine. botocore comes from the Lambda runtime.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ROOT / "lambdas"
BUILD = ROOT / ".build" / "lambdas"
DISTRIBUTIONS = ("aws-lambda-powertools", "jmespath", "PyYAML", "typing-extensions")
LEFT_OUT = (".so", ".pyd", ".pyc", ".pyi")
UNZIPPED_LIMIT = 20 * 1024 * 1024  # bytes, ours: small functions start fast


@dataclass(frozen=True, slots=True)
class Package:
    """A folder to be zipped, and the hash of what is in it."""

    folder: Path
    digest: str


def package_lambdas(code: Path = CODE, build: Path = BUILD) -> Package:
    """Copy code and packages to `<build>/<hash>/`, unless they are there already."""
    files = sorted([*_own(code), *_installed()])
    digest = _digest(files)
    folder = build / digest
    if not folder.exists():
        _copy(files, folder)
    return Package(folder, digest)


def _own(code: Path) -> Iterator[tuple[str, Path]]:
    for path in code.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts and path.suffix not in LEFT_OUT:
            yield f"{code.name}/{path.relative_to(code).as_posix()}", path


def _installed() -> Iterator[tuple[str, Path]]:
    for name in DISTRIBUTIONS:
        for file in distribution(name).files or ():
            inside = not file.as_posix().startswith("..") and ".dist-info/" not in file.as_posix()
            if inside and file.suffix not in LEFT_OUT:
                yield file.as_posix(), Path(str(file.locate()))


def _digest(files: list[tuple[str, Path]]) -> str:
    whole = hashlib.sha256()
    for name, path in files:
        content = path.read_bytes()
        whole.update(f"{name}\0{len(content)}\0".encode() + content)
    return whole.hexdigest()[:32]


def _copy(files: list[tuple[str, Path]], folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(dir=folder.parent, prefix="making-"))
    making.chmod(0o755)
    for name, path in files:
        target = making / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    try:
        making.rename(folder)
    except OSError:
        shutil.rmtree(making)
        if not folder.is_dir():
            raise  # else another synthesis was faster, and what it made is the same
