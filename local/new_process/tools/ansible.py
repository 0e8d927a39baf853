"""Ansible: playbooks whose modules call AWS."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from lambdas.model.definition.process import Phase
from local.new_process.draft import IN_ENVIRONMENT, STAGE, Draft, Question
from local.new_process.tools.packages import activated, python_packages

if TYPE_CHECKING:
    from local.new_process.folder import Folder

MODULES = re.compile(r"\b(?:amazon\.aws|community\.aws)\.\w+")
REMOVING = re.compile(r"(^|[/_-])(remove|destroy|teardown|delete|undeploy|cleanup|absent)[^/]*$")
STATE = re.compile(r"state:\s*[\"']?\{\{\s*(\w+)")
STAGE_NAME = re.compile(r"\{\{\s*(stage|env|environment)\b")
COLLECTIONS = ("requirements.yml", "requirements.yaml", "collections/requirements.yml")


def draft(folder: Folder, process: str) -> Draft | None:
    """What plays the first playbook, and what takes away what it made."""
    del process  # the playbook names its own resources
    plays = [one for one in folder.matching("*.yml", "*.yaml") if _is_playbook(folder, one)]
    if not plays:
        return None
    removing = [one for one in plays if REMOVING.search(one.rsplit(".", 1)[0])]
    making = [one for one in plays if one not in removing] or plays
    text = folder.texts[making[0]]
    stage = STAGE_NAME.search("".join(folder.texts[one] for one in plays))
    words = f' -e "{stage[1]}=$STAGE"' if stage else ""
    play = f"ansible-playbook -i localhost, -c local {shlex.quote(making[0])}{words}"
    remove = _remove(play, text, removing, words)
    collections = folder.first(*COLLECTIONS)
    prepare = activated(folder, "ansible-playbook")
    return Draft(
        tool="Ansible",
        runtimes=(("python", "3.13"),),
        variables=(STAGE,),
        environment=(IN_ENVIRONMENT,),
        install=(
            *python_packages(folder, "ansible-playbook", "ansible", "boto3"),
            *(
                [f"ansible-galaxy collection install -r {shlex.quote(collections)}"]
                if collections
                else []
            ),
        ),
        phases=(
            Phase(name="deploy", commands=(*prepare, play)),
            Phase(name="update", commands=()),
            Phase(name="remove", commands=(*prepare, remove) if remove else ()),
        ),
        notes=()
        if stage
        else (
            (
                "variables",
                "the playbook takes no stage, so both cycles make resources of the same names",
            ),
        ),
        questions=(
            Question(
                key="phases.update",
                asks=f"which change is a real one, such as another -e value? {play} -e …",
            ),
            *(
                []
                if remove
                else [
                    Question(
                        key="phases.remove", asks="which playbook removes what this one makes?"
                    )
                ]
            ),
        ),
    )


def _is_playbook(folder: Folder, name: str) -> bool:
    """A list of plays, one of which has tasks or roles, in a folder that uses AWS's modules."""
    found = folder.yaml(name) if "hosts" in folder.texts[name] else None
    plays = found if isinstance(found, list) else []
    return any(isinstance(one, dict) and "hosts" in one for one in plays) and any(
        MODULES.search(text) for text in folder.texts.values()
    )


def _remove(play: str, text: str, removing: list[str], words: str) -> str:
    if removing:
        return f"ansible-playbook -i localhost, -c local {shlex.quote(removing[0])}{words}"
    state = STATE.search(text)
    return f'{play} -e "{state[1]}=absent"' if state else ""
