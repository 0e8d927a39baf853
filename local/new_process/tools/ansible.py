"""Ansible: playbooks whose modules call AWS."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

from lambdas.model.definition.process import Phase
from lambdas.model.definition.variables import Use
from local.new_process.draft import IN_ENVIRONMENT, STAGE, Draft, Question
from local.new_process.folder import Folder
from local.new_process.reading.packages import activated, python_packages
from local.new_process.reading.stages import another, chosen

# By their whole names, and by the short ones that they had before collections and still have.
# https://docs.ansible.com/ansible/latest/collections/amazon/aws/index.html
MODULES = re.compile(
    r"\b(?:amazon\.aws|community\.aws)\.\w+"
    r"|^[\s-]*(?:action: *)?(?:cloudformation|aws_\w+|s3|s3_\w+"
    r"|lambda|lambda_\w+|ec2|ec2_\w+|iam_\w+|rds|rds_\w+|route53|route53_\w+|sns_topic|sqs_queue"
    r"|dynamodb_\w+|ecs_\w+|ecr|ecr_\w+|elb_\w+|cloudfront_\w+|kinesis_stream|efs)\s*:",
    re.MULTILINE,
)
REMOVING = re.compile(
    r"(^|[/_-])(remove|destroy|tear-?_?down|delete|undeploy|clean-?_?up|absent)[^/]*$"
)
# `state: "{{ state }}"`, and the other values by which a play is told to take away.
STATE = re.compile(r"state:\s*[\"']?\{\{\s*(\w+)")
STAGE_NAME = re.compile(r"\{\{\s*(stage|env|environment)\b")
COLLECTIONS = ("requirements.yml", "requirements.yaml", "collections/requirements.yml")
HERE = frozenset({"localhost", "127.0.0.1"})
INVENTORIES = (
    "inventory",
    "inventory.ini",
    "inventory.yml",
    "inventory.yaml",
    "inventory/hosts",
    "inventory/hosts.ini",
    "inventory/hosts.yml",
    "hosts",
    "hosts.ini",
    "hosts.yml",
)
BY_STAGE = re.compile(r"^(inventories|inventory|environments)/([\w-]+)/[^/]+$")
# https://docs.ansible.com/ansible/latest/inventory/implicit_localhost.html: a localhost that no
# inventory names runs on the Python of Ansible, which has boto3; one that is named may not.
ON_LOCALHOST = (
    '-i localhost, -c local -e "ansible_python_interpreter={{ ansible_playbook_python }}"'
)
VAULT = "a file is encrypted by Ansible Vault: a secret of the process and --vault-password-file"


def draft(folder: Folder, process: str) -> Draft | None:
    """What plays the first playbook, and what takes away what it made."""
    del process  # the playbook names its own resources
    plays = [one for one in folder.matching("*.yml", "*.yaml") if _is_playbook(folder, one)]
    if not plays:
        return None
    removing = [one for one in plays if REMOVING.search(one.rsplit(".", 1)[0])]
    making = [one for one in plays if one not in removing] or plays
    stage = STAGE_NAME.search("".join(folder.texts[one] for one in plays))
    words = f' -e "{stage[1]}=$STAGE"' if stage else ""
    use, inventory = _inventory(folder, plays)
    play = f"ansible-playbook{inventory} {shlex.quote(making[0])}{words}"
    state = STATE.search(_texts(folder, plays))
    remove = f'{play} -e "{state[1]}=absent"' if state else ""
    if removing:
        remove = f"ansible-playbook{inventory} {shlex.quote(removing[0])}{words}"
    collections = folder.first(*COLLECTIONS)
    prepare = activated(folder, "ansible-playbook")
    return Draft(
        tool="Ansible",
        read=making[0],
        runtimes=(("python", "3.13"),),
        variables=(use,),
        environment=(IN_ENVIRONMENT,),
        install=(
            *python_packages(folder, "ansible-playbook", "ansible", "boto3"),
            *(
                [*prepare, f"ansible-galaxy collection install -r {shlex.quote(collections)}"]
                if collections
                else []
            ),
        ),
        phases=(
            Phase(name="deploy", commands=(*prepare, play)),
            Phase(name="update", commands=()),
            Phase(name="remove", commands=(*prepare, remove) if remove else ()),
        ),
        notes=tuple(_notes(folder, making, staged=bool(stage) or use is not STAGE)),
        questions=(
            *another(use, "the inventory"),
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


def _plays(folder: Folder, name: str) -> list[dict[str, Any]]:
    found = folder.yaml(name) if "hosts" in folder.texts[name] else None
    plays = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return [one for one in plays if "hosts" in one]


def _is_playbook(folder: Folder, name: str) -> bool:
    """A list of plays, in a folder that uses AWS's modules."""
    return bool(_plays(folder, name)) and any(MODULES.search(one) for one in folder.texts.values())


def _texts(folder: Folder, plays: list[str]) -> str:
    """What the plays and the tasks of their roles say."""
    tasks = folder.matching("*roles/*/tasks/*", "tasks/*", "*/tasks/*")
    return "\n".join(folder.texts[one] for one in (*plays, *tasks))


def _inventory(folder: Folder, plays: list[str]) -> tuple[Use, str]:
    """The stages, and the option that says where to play."""
    hosts = {str(one["hosts"]) for name in plays for one in _plays(folder, name)}
    if hosts <= HERE:
        return STAGE, ""
    by_stage = [match for one in folder.texts if (match := BY_STAGE.match(one))]
    stages = sorted({one[2] for one in by_stage} - {"group_vars", "host_vars"})
    if len(stages) > 1:
        return chosen(stages), f' -i "{by_stage[0][1]}/$STAGE"'
    found = folder.first(*INVENTORIES)
    return STAGE, f" -i {shlex.quote(found)}" if found else f" {ON_LOCALHOST}"


def _notes(folder: Folder, making: list[str], *, staged: bool) -> Iterator[tuple[str, str]]:
    if making[1:]:
        yield "phases", f"other playbooks are there: {', '.join(making[1:6])}"
    if any(text.startswith("$ANSIBLE_VAULT") for text in folder.texts.values()):
        yield "phases", VAULT
    if not staged:
        yield (
            "variables",
            "the playbook takes no stage, so both cycles make resources of the same names",
        )
