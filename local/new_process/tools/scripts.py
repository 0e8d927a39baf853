"""Plain scripts: files, targets of a Makefile or scripts of package.json that say what they do."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from lambdas.model.definition.process import Phase
from local.new_process.draft import IN_ENVIRONMENT, STAGE, Draft, Question
from local.new_process.tools.packages import node_packages, python_packages

if TYPE_CHECKING:
    from local.new_process.folder import Folder

DEPLOYS = ("deploy", "up", "install", "create", "provision", "setup")
UPDATES = ("update", "upgrade", "change")
REMOVES = (
    "remove",
    "destroy",
    "teardown",
    "tear-down",
    "undeploy",
    "delete",
    "down",
    "uninstall",
    "cleanup",
)
FOLDERS = ("", "scripts/", "bin/", "ci/", "script/")
ENDINGS = (("", ""), (".sh", "bash "), (".py", "python3 "))


def draft(folder: Folder, process: str) -> Draft:
    """What runs the scripts that are there; what is not there is asked."""
    del process  # the scripts name what they make
    deploy, remove = _command(folder, DEPLOYS), _command(folder, REMOVES)
    update = _command(folder, UPDATES)
    return Draft(
        tool="scripts" if deploy else "commands of your own",
        variables=(STAGE,),
        environment=(IN_ENVIRONMENT,),
        install=(*node_packages(folder), *python_packages(folder, "")),
        phases=(
            Phase(name="deploy", commands=(deploy,) if deploy else ()),
            Phase(name="update", commands=(update,) if update else ()),
            Phase(name="remove", commands=(remove,) if remove else ()),
        ),
        notes=(
            (
                "environment",
                "do the scripts take the stage from $STAGE? Name the variable that they read",
            ),
        ),
        questions=(
            *([] if deploy else [Question(key="phases.deploy", asks="which commands deploy it?")]),
            *(
                []
                if update
                else [
                    Question(
                        key="phases.update",
                        asks=f"which change, and then the deployment again? {deploy}".strip(),
                    )
                ]
            ),
            *(
                []
                if remove
                else [
                    Question(
                        key="phases.remove", asks="which commands take away all that was made?"
                    )
                ]
            ),
        ),
    )


def _command(folder: Folder, words: tuple[str, ...]) -> str:
    for word in words:
        for place in FOLDERS:
            for ending, runner in ENDINGS:
                name = f"{place}{word}{ending}"
                if name in folder.texts:
                    return f"{runner or './'}{shlex.quote(name)}"
    made = folder.first("Makefile", "makefile", "GNUmakefile")
    targets = set(re.findall(r"^([\w-]+)\s*:(?!=)", folder.texts.get(made, ""), re.MULTILINE))
    scripts = folder.mapping("package.json").get("scripts")
    for word in words:
        if word in targets:
            return f"make {word}"
        if isinstance(scripts, dict) and word in scripts:
            return f"npm run {word}"
    return ""
