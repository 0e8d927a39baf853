"""Which version of the Serverless Framework a service wants, and which plugins."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from local.new_process.folder import Folder
from local.new_process.reading.packages import dependencies, global_node_tool, node_packages

OSLS = "osls@4.3.1"  # as package.json pins it; a test compares
# What a service's own frameworkVersion wants, which every other version refuses.
PINNED = {1: "serverless@1.83.3", 2: "serverless@2.72.4", 3: "osls@3.77.1"}
PLUGINS = "plugins that call provider.request(), which osls 4 no longer has, run with npx osls@3"


def tool_of(folder: Folder, service: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """The command, and what installs it: the version that the folder pins, where it pins one."""
    packages = node_packages(folder)
    wanted = dependencies(folder)
    major = _major(service.get("frameworkVersion"))
    for name in ("osls", "serverless"):
        # A package of another version would refuse the service.
        if name in wanted and _major(wanted[name]) in (0, major or _major(wanted[name])):
            return f"npx {name}", packages
    pinned = PINNED.get(major)
    if pinned:
        return f"npx --yes {pinned}", packages
    return "osls", (global_node_tool("osls", OSLS), *packages)


def _major(wanted: object) -> int:
    """The major version that a range allows at most: 3 of `^3.2`, and of `>=2.0.0 <4.0.0`.

    0 where it has no end, or there is none.
    """
    text = str(wanted or "")
    below = re.search(r"<\s*(\d+)(?:\.0)*(?![.\d])", text)
    if below:
        return int(below[1]) - 1
    first = re.search(r"\d+", text)
    return 0 if not first or ">" in text else int(first[0])


def of_plugins(folder: Folder, service: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Notes on plugins that the tool lacks, or that nothing installs."""
    raw = service.get("plugins")
    named = [str(one) for one in (raw if isinstance(raw, list) else [])]
    if named and tool_of(folder, service)[0] == "osls":
        yield "install", PLUGINS
    wanted = dependencies(folder)
    if missing := [one for one in named if one not in wanted and not one.startswith("./")]:
        yield "install", f"plugins that package.json does not install: {', '.join(missing)}"
