"""Every name of MiniStack that our modules use or replace, with its shape, in the version we know.

MiniStack promises none of them. `python -m embedded_aws.ministack.contract` says which one changed
and which module of ours must be looked at; with `--write`, after looking, it writes the table anew.
"""

import ast
import importlib
import importlib.metadata
import inspect
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parent / "contract.json"
PACKAGE = Path(__file__).parents[1]
LOOK = "look at embedded_aws/{modules}, then run python -m embedded_aws.ministack.contract --write"
ADDRESS = re.compile(r" at 0x[0-9a-f]+")
# Replaced by name, where no reader of the source can see it.
BY_NAME = {
    "ministack.services.cloudformation.provisioners._provision_resource": {
        "services/cloudformation/forwarding/hooks.py"
    },
    "ministack.services.cloudformation.provisioners._update_resource": {
        "services/cloudformation/forwarding/hooks.py"
    },
    "ministack.services.cloudformation.provisioners._delete_resource": {
        "services/cloudformation/forwarding/hooks.py"
    },
    "ministack.services.cloudformation.stacks._provision_resource": {
        "services/cloudformation/forwarding/hooks.py"
    },
    "ministack.services.cloudformation.stacks._update_resource": {
        "services/cloudformation/forwarding/hooks.py"
    },
    "ministack.services.cloudformation.stacks._delete_resource": {
        "services/cloudformation/forwarding/hooks.py"
    },
}


def used() -> dict[str, set[str]]:
    """Each name of MiniStack that our modules use, and which of them do."""
    found = {name: set(modules) for name, modules in BY_NAME.items()}
    for path in sorted(PACKAGE.rglob("*.py")):
        for name in _names_in(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(name, set()).add(path.relative_to(PACKAGE).as_posix())
    return dict(sorted(found.items()))


def _names_in(tree: ast.AST) -> Iterator[str]:
    imported = [
        (f"{node.module}.{alias.name}", alias.asname or alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ministack")
        for alias in node.names
    ]
    late = [
        (f"ministack.services.{service}", node.targets[0].id)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        if (service := _loaded_late(node.value))
    ]
    modules = {alias: name for name, alias in [*imported, *late] if _is_module(name)}
    yield from (name for name, _ in imported if not _is_module(name))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (module := _module_of(node.value, modules)):
            yield f"{module}.{node.attr}"


def _module_of(node: ast.expr, modules: Mapping[str, str]) -> str | None:
    """The module of MiniStack that an expression stands for, if it does."""
    if isinstance(node, ast.Name):
        return modules.get(node.id)
    service = _loaded_late(node)
    return f"ministack.services.{service}" if service else None


def _loaded_late(node: ast.expr) -> str | None:
    """The service in `services.service("…")`."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    if not isinstance(node.func.value, ast.Name) or node.func.value.id != "services":
        return None
    named = node.args[0] if node.args else None
    return str(named.value) if isinstance(named, ast.Constant) else None


def _is_module(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError:
        return False
    return True


def shape_of(name: str) -> str:
    """A function's signature, a class's fields, else the name of a value's type."""
    module, _, attribute = name.rpartition(".")
    if _is_module(name):
        return "module"
    try:
        value: Any = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError):
        return "gone"
    if inspect.isroutine(value) or inspect.isclass(value):
        try:
            return ADDRESS.sub("", str(inspect.signature(value)))
        except ValueError:
            return "class"
    return type(value).__name__


def broken() -> list[str]:
    """What is no longer as our modules expect it; empty when all is well."""
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    version = importlib.metadata.version("ministack")
    names = used()
    found = []
    if version != table["ministack"]:
        found.append(f"ministack is {version}, the table is of {table['ministack']}: {LOOK}")
    for name in sorted(names.keys() | table["names"].keys()):
        shape, known = shape_of(name), table["names"].get(name, "not in the table")
        if shape != known:
            modules = ", ".join(sorted(names.get(name, {"nothing, it is no longer used"})))
            found.append(f"{name} is {shape}, was {known}: {LOOK.format(modules=modules)}")
    return found


def write() -> None:
    """Write the table anew; a person has looked."""
    table = {
        "ministack": importlib.metadata.version("ministack"),
        "names": {name: shape_of(name) for name in used()},
    }
    TABLE.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    """Check the table, or write it."""
    if "--write" in sys.argv:
        write()
        return 0
    found = broken()
    print("\n".join(found) or "every name is as we know it")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
