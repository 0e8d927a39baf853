"""Services that lie in folders of the folder: one of them is taken, of several one is asked for."""

import re
import shlex
from dataclasses import replace

from lambdas.model.definition.process import Phase
from local.new_process.draft import Draft
from local.new_process.folder import Folder
from local.new_process.reading.packages import INSTALLS, node_packages
from local.new_process.tools import cdk, chalice, serverless, zappa

TOOLS = (serverless, cdk, zappa, chalice)
KNOWN = (*serverless.FILES, "cdk.json", *zappa.FILES, chalice.CONFIG)
ASIDE = re.compile(
    r"(^|/)(examples?|samples?|demos?|tests?|docs?|fixtures|templates?)(/|$)", re.IGNORECASE
)
LIKELY = re.compile(r"(^|/)(infra\w*|cdk|iac|deploy\w*|stacks?|backend|api)$", re.IGNORECASE)
TAKEN = "of several services {} was taken; the others are processes of their own: {}"


def places(folder: Folder) -> tuple[str, ...]:
    """Folders that hold a tool's own file: the likeliest, and those nearest to the top, first."""
    found = {
        name.removesuffix(f"/{known}")
        for name in folder.texts
        for known in KNOWN
        if name.endswith(f"/{known}")
        if known != "cdk.json" or folder.mapping(name).get("app")
    }
    return tuple(sorted(found, key=_unlikelihood))


def _unlikelihood(place: str) -> tuple[bool, bool, int, str]:
    return bool(ASIDE.search(place)), not LIKELY.search(place), place.count("/"), place


def draft(folder: Folder, process: str) -> Draft | None:
    """The first service, with the folder around it: services share what lies beside them."""
    for place in (found := places(folder)):
        below = folder.below(place)
        drafts = (tool.draft(below, process) for tool in TOOLS)
        if one := next(filter(None, drafts), None):
            return _from_above(one, place, folder, [at for at in found if at != place])
    return None


def _from_above(one: Draft, place: str, folder: Folder, others: list[str]) -> Draft:
    go = f"cd {shlex.quote(place)}"
    above = node_packages(folder)
    below = node_packages(folder.below(place)) if not _is_workspace(folder) else ()
    kept = [line for line in one.install if line in below or line not in INSTALLS]
    notes = [("phases", TAKEN.format(place, ", ".join(others[:8])))] if others else []
    return replace(
        one,
        read=f"{place}/{one.read}",
        install=(*above, *((go, *kept) if kept else ())),
        phases=tuple(
            Phase(name=phase.name, commands=(go, *phase.commands) if phase.commands else ())
            for phase in one.phases
        ),
        notes=(*notes, *one.notes),
    )


def _is_workspace(folder: Folder) -> bool:
    """Whether what is installed above is installed for all packages below."""
    return "workspaces" in folder.mapping("package.json") or bool(
        folder.first("pnpm-workspace.yaml", "pnpm-workspace.yml", "lerna.json")
    )
