import subprocess
import sys
from pathlib import Path

from stacks.workflow.packaging import CODE, UNZIPPED_LIMIT, package_lambdas

IMPORT_ALL = """
import sys
sys.path.insert(0, sys.argv[1])
import aws_lambda_powertools, jmespath, typing_extensions, lambdas.errors
assert all(m.__file__.startswith(sys.argv[1]) for m in (aws_lambda_powertools, jmespath))
"""

HEAVY = """
import importlib, sys
sys.path.insert(0, sys.argv[1])
for name in sys.argv[2:]:
    importlib.import_module(name)
heavy = {"boto3", "s3transfer", "aws_xray_sdk", "yaml", "jsonschema", "asyncio", "multiprocessing"}
print(*sorted(heavy & set(sys.modules)))
"""


def imported(*handlers: str) -> list[str]:
    given = [f"lambdas.{name}.handler" for name in handlers]
    found = subprocess.run(
        [sys.executable, "-c", HEAVY, str(package_lambdas().folder), *given],
        check=True,
        timeout=120,
        capture_output=True,
        text=True,
    )
    return found.stdout.split()


def code(folder: Path, text: str) -> Path:
    path = folder / "lambdas"
    (path / "step" / "__pycache__").mkdir(parents=True, exist_ok=True)
    (path / "errors.py").write_text(text)
    (path / "step" / "__pycache__" / "handler.pyc").write_bytes(b"compiled")
    return path


def test_the_package_holds_the_code_and_what_it_imports_and_is_small(tmp_path: Path) -> None:
    package = package_lambdas(build=tmp_path)

    found = [one for one in package.folder.rglob("*") if one.is_file()]
    assert {"lambdas", "aws_lambda_powertools", "jmespath"} <= {
        one.name for one in package.folder.iterdir()
    }
    assert sum(one.stat().st_size for one in found) < UNZIPPED_LIMIT
    assert not [one for one in found if one.suffix in {".so", ".pyc"}]


def test_the_package_imports_without_anything_compiled(tmp_path: Path) -> None:
    package = package_lambdas(code(tmp_path, "x = 1\n"), tmp_path / "build")

    subprocess.run([sys.executable, "-c", IMPORT_ALL, str(package.folder)], check=True, timeout=60)


def test_the_same_code_is_packaged_once_and_other_code_apart(tmp_path: Path) -> None:
    first = package_lambdas(code(tmp_path, "x = 1\n"), tmp_path / "build")
    again = package_lambdas(code(tmp_path, "x = 1\n"), tmp_path / "build")
    other = package_lambdas(code(tmp_path, "x = 2\n"), tmp_path / "build")

    assert first == again
    assert first.folder != other.folder
    assert not [one for one in (tmp_path / "build").iterdir() if "making" in one.name]


def test_no_handler_imports_what_would_only_make_its_start_slower() -> None:
    """The times themselves are benchmarks/coldstart's to measure."""
    handlers = {one.parent.name for one in CODE.glob("*/handler.py")} - {"load_definition"}

    assert len(handlers) >= 7
    assert imported(*sorted(handlers)) == []
    assert imported("load_definition") == ["yaml"]  # which is all that it does
