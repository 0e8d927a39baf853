"""AWS SAM: a template with the serverless transform, and perhaps a samconfig.toml."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

from lambdas.model.definition.process import Phase
from local.new_process.draft import Draft
from local.new_process.tools.cloudformation import CAPABILITIES
from local.new_process.tools.code_change import change_of, handler_file
from local.new_process.tools.packages import (
    activated,
    makes_images,
    not_in_the_image,
    python_packages,
    runtimes_of,
)
from local.new_process.tools.templates import functions, parameters, templates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.new_process.folder import Folder

CONFIG = "samconfig.toml"
REGION = ' --region "$AWS_REGION"'
OPTIONS = f"--resolve-s3 --no-confirm-changeset --no-fail-on-empty-changeset {CAPABILITIES}"
PAIR = re.compile(r"""([A-Za-z0-9]+)=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S*))""")
# https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-cli-command-reference-sam-deploy.html
MANAGED = (
    "--resolve-s3 keeps packages in a stack that all SAM applications of the account and region "
    "share, aws-sam-cli-managed-default: it stays after remove"
)


def draft(folder: Folder, process: str) -> Draft | None:
    """What builds and deploys the template with SAM's own commands."""
    found = templates(folder, serverless=True)
    if not found:
        return None
    template, config = folder.mapping(found[0]), _configured(folder)
    filled = parameters(template, _overrides(config.get("parameter_overrides")))
    named = [one.get("Runtime") for one in functions(template)]
    runtimes = runtimes_of(*named)
    prepare = activated(folder, "sam")
    deploy = _deploy(found[0], process, config, filled.overrides)
    change = _change(folder, template)
    region = str(config.get("region") or "")
    return Draft(
        tool="AWS SAM",
        runtimes=runtimes,
        privileged=makes_images(template),
        regions=(region,) if region else (),
        variables=filled.variables,
        environment=filled.environment,
        install=python_packages(_without_requirements(folder), "sam", "aws-sam-cli"),
        phases=(
            Phase(name="deploy", commands=(*prepare, *deploy)),
            Phase(
                name="update",
                commands=(*prepare, change, *deploy)
                if change
                else (*prepare, *deploy[:-1], f"{deploy[-1]} --tags reviewed=yes"),
            ),
            Phase(
                name="remove",
                commands=(
                    *prepare,
                    f'sam delete --no-prompts --stack-name "{_stack(process, config)}"{REGION}',
                ),
            ),
        ),
        notes=(
            ("phases", MANAGED),
            *not_in_the_image(*named),
            *(
                []
                if change
                else [
                    (
                        "phases.update",
                        "no code was found that a comment would change, so the update changes tags",
                    )
                ]
            ),
            *(
                [("phases", f"other templates are there: {', '.join(found[1:6])}")]
                if found[1:]
                else []
            ),
        ),
        questions=filled.questions,
    )


def _deploy(
    template: str, process: str, config: Mapping[str, Any], overrides: tuple[str, ...]
) -> tuple[str, ...]:
    at_root = template in ("template.yaml", "template.yml", "template.json")
    file = "" if at_root else f" --template-file {shlex.quote(template)}"
    values = f" --parameter-overrides {' '.join(overrides)}" if overrides else ""
    return (
        f"sam build{file}",
        f'sam deploy --stack-name "{_stack(process, config)}"{REGION} {OPTIONS}{values}',
    )


def _stack(process: str, config: Mapping[str, Any]) -> str:
    named = str(config.get("stack_name") or process)
    return f"{named if re.fullmatch(r'[A-Za-z][A-Za-z0-9-]*', named) else process}-$STAGE"


def _configured(folder: Folder) -> Mapping[str, Any]:
    """What samconfig.toml gives `sam deploy`, over what it gives every command."""
    default = folder.mapping(CONFIG).get("default")
    found: dict[str, Any] = {}
    for command in ("global", "deploy"):
        section = default.get(command) if isinstance(default, dict) else None
        given = section.get("parameters") if isinstance(section, dict) else None
        found |= given if isinstance(given, dict) else {}
    return found


def _overrides(raw: object) -> dict[str, str]:
    text = " ".join(map(str, raw)) if isinstance(raw, list) else str(raw or "")
    return {name: quoted or single or bare for name, quoted, single, bare in PAIR.findall(text)}


def _change(folder: Folder, template: Mapping[str, Any]) -> str:
    for one in functions(template):
        file = handler_file(folder, str(one.get("CodeUri") or ""), one.get("Handler"))
        if file:
            return change_of(folder, file)
    return ""


def _without_requirements(folder: Folder) -> Folder:
    """`sam build` installs each function's own packages."""
    kept = {name: text for name, text in folder.texts.items() if name != "requirements.txt"}
    return type(folder)(name=folder.name, texts=kept)
