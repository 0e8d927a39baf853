"""`fencepost new`: reads a folder, writes a definition, and says how to try it."""

import argparse
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from lambdas.errors import InvalidProcessError
from lambdas.model.definition.process import EMAIL, NAME, REGION
from lambdas.model.definition.source import URL, by_https
from lambdas.model.text import visible
from local.new_process import services
from local.new_process.definition import definition
from local.new_process.draft import Draft, Question
from local.new_process.folder import DEEPEST, MOST, Folder, read
from local.new_process.reading.accounts import accounts_named
from local.new_process.reading.other_tools import other_tool
from local.new_process.reading.own_commands import own_commands
from local.new_process.tools import (
    ansible,
    cdk,
    chalice,
    cloudformation,
    compose,
    sam,
    sceptre,
    scripts,
    serverless,
    zappa,
)
from local.output import NO, UNKNOWN, YES, complain, document
from stacks.processes.folders import DEFINITION, OWN_FOLDER, load_folder

FETCHED = (
    "a deployment packs this folder; or let each run fetch it, with source: {}; "
    "definition: source then reads the phases from fencepost.yaml there"
)
EDITORS = "# yaml-language-server: $schema=../../lambdas/model/definition/process.schema.json\n"
# Each knows a file of its own at the top of the folder.
TOP = (compose, serverless, cdk, zappa, chalice, sceptre)
ANYWHERE = (sam, ansible, cloudformation)
ACCOUNTS = "accounts are named that are not the sandbox's: {}"
CUT = f"the folder holds many files, of which the nearest {MOST:,} were looked at"
BESIDE = "{} is used beside it, for which `fencepost new` has no commands"
OWN = "the team's own commands are there: {}; use them where they do more than these"


def draft_of(folder: Folder, process: str) -> Draft:
    """The draft of the tool whose folder it is; plain scripts, when it is of none."""
    drafts = (tool.draft(folder, process) for tool in (*TOP, *ANYWHERE))
    first = next(filter(None, drafts), None)
    depth = first.read.count("/") if first else DEEPEST + 1
    if any(one.count("/") + 1 < depth for one in services.places(folder)[:1]):
        first = services.draft(folder, process) or first
    found = first or scripts.draft(folder, process)
    if first and not first.conventional and scripts.is_whole(folder):
        # A template says nothing of its stack's name; the team's own commands do.
        found = replace(scripts.draft(folder, process), notes=first.notes)
    return replace(
        found,
        # A file may hold a placeholder where a region is to stand.
        regions=tuple(one for one in found.regions if REGION.fullmatch(one)),
        notes=(*found.notes, *_further(folder, found)),
    )


def _further(folder: Folder, found: Draft) -> Iterator[tuple[str, str]]:
    """What stands in the folder besides what the tool's own module reads."""
    if not folder.whole:
        yield "source", CUT
    own = own_commands(folder, ("deploy",)) if found.read else ()
    if own:
        yield "phases", OWN.format(", ".join(own[:6]))
    if accounts := accounts_named(folder):
        yield "phases", ACCOUNTS.format(accounts)
    other = other_tool(folder) if found.read else None
    if other:
        yield "phases", BESIDE.format(other.name)


def new(arguments: argparse.Namespace) -> int:
    """Write the definition of a process, unless there is one."""
    source = Path(arguments.source).expanduser().resolve()
    into = Path(arguments.into).expanduser().resolve() if arguments.into else OWN_FOLDER
    file = into / arguments.process / DEFINITION
    refusal = _refusal(arguments.process, source, file)
    if refusal:
        complain(refusal)
        return UNKNOWN
    draft = _asked_for(draft_of(read(source), arguments.process), owner := _owner(source))
    if there := _repository(source):
        draft = replace(draft, notes=(("source", FETCHED.format(there)), *draft.notes))
    # Relative, so that it is the same in every clone that lies beside the source.
    place = os.path.relpath(source, file.parent)
    file.parent.mkdir(parents=True, exist_ok=True)
    text = definition(draft, process=arguments.process, source=place, owner=owner)
    # A place of this machine has no business in a definition that lies elsewhere.
    head = EDITORS if file.parent.parent == OWN_FOLDER else ""
    file.write_text(head + text, encoding="utf-8")
    return _report(arguments, draft, file)


def _refusal(process: str, source: Path, file: Path) -> str:
    if not NAME.fullmatch(process):
        return (
            f"a process may not be named {process!r}: use at most 32 small letters, digits and "
            f"hyphens, a letter first{_such_as(process)}"
        )
    if source.is_file():
        return f"{source} is a file; name the folder that is deployed, perhaps {source.parent}"
    if not source.is_dir():
        return f"there is no folder {source}; name the one that is deployed"
    if (source / DEFINITION).exists():
        return f"{source} is a process already; FENCEPOST_PROCESSES={source.parent} has it run"
    if file.exists():
        return f"{file} is there already; delete it, or choose another name"
    return ""


def _such_as(process: str) -> str:
    """A name that may be, made of one that may not."""
    name = re.sub(r"[^a-z0-9]+", "-", process.lower()).lstrip("-0123456789")[:32].rstrip("-")
    return f", such as {name}" if NAME.fullmatch(name) else ""


def _owner(source: Path) -> str:
    """The address that Git would commit with in the source; empty when there is none."""
    found = _git(source, "config", "user.email")
    return found if EMAIL.fullmatch(found) and found.isprintable() else ""


def _repository(source: Path) -> str:
    """`{git: URL, path: FOLDER}` of a clone whose origin a build can reach; empty otherwise."""
    origin = by_https(_git(source, "remote", "get-url", "origin"))
    if not URL.fullmatch(origin):
        return ""
    path = _git(source, "rev-parse", "--show-prefix").rstrip("/")
    return f"{{git: {origin}{f', path: {path}' if path else ''}}}"


def _git(source: Path, *words: str) -> str:
    try:
        done = subprocess.run(
            ["git", *words], cwd=source, capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return done.stdout.strip()


def _asked_for(draft: Draft, owner: str) -> Draft:
    if owner:
        return draft
    question = Question(key="owner", asks="which address gets the mail?")
    return replace(draft, questions=(question, *draft.questions))


def _report(arguments: argparse.Namespace, draft: Draft, file: Path) -> int:
    """Say what was written, what is open, and how to go on."""
    problem = ""
    try:
        load_folder(file.parent)
    except InvalidProcessError as error:
        problem = str(error)
    status = NO if draft.questions or problem else YES
    further = (
        "" if file.parent.parent == OWN_FOLDER else f"FENCEPOST_PROCESSES={file.parent.parent} "
    )
    run = f"{further}fencepost run {arguments.process}"
    if arguments.json:
        asked = [{"key": one.key, "asks": one.asks} for one in draft.questions]
        document(
            "new",
            status,
            {
                "file": str(file),
                "tool": draft.tool,
                "questions": asked,
                "problem": problem,
                "run": run,
            },
        )
        return status
    said = [f"{file}: written; the source uses {draft.tool}"]
    said += [f"question: {one.key}: {one.asks}" for one in draft.questions]
    said += [problem] if problem and not draft.questions else []
    said.append(
        "read what it runs, look at the lines LOOK"
        + (", answer the questions" * bool(draft.questions))
    )
    said.append(f"then try it on the embedded AWS: {run}")
    print("\n".join(map(visible, said)))
    return status
