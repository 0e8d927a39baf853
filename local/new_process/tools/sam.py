"""AWS SAM: a template with the serverless transform, and perhaps a samconfig.toml."""

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from lambdas.model.definition.process import Phase
from local.new_process.draft import Draft
from local.new_process.folder import Folder
from local.new_process.reading.code_change import change_of, handler_file
from local.new_process.reading.packages import (
    PYTHON_PINS,
    activated,
    global_node_tool,
    makes_images,
    not_in_the_image,
    python_packages,
    runtimes_of,
)
from local.new_process.reading.sam_config import DEFAULT, SamConfig, sam_config
from local.new_process.reading.stages import another, chosen
from local.new_process.reading.template_needs import notes_on
from local.new_process.reading.templates import functions, parameters, templates
from local.new_process.tools.cloudformation import CAPABILITIES

REGION = ' --region "$AWS_REGION"'
OPTIONS = f"--resolve-s3 --no-confirm-changeset --no-fail-on-empty-changeset {CAPABILITIES}"
# https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-cli-command-reference-sam-deploy.html
MANAGED = (
    "--resolve-s3 keeps packages in a stack that all SAM applications of the account and region "
    "share, aws-sam-cli-managed-default: it stays after remove"
)
NO_CODE = "no code was found that a comment would change, so the update changes tags"
FOREIGN = "{} names {} of the team's own account, which the sandbox does not have"


def draft(folder: Folder, process: str) -> Draft | None:
    """What builds and deploys the template with SAM's own commands."""
    found = templates(folder, serverless=True)
    if not found:
        return None
    template, config = folder.mapping(found[0]), sam_config(folder, found[0])
    # One environment beside the default one is no pair of stages.
    by_config = len(config.stages) > 1
    use = chosen(config.stages)
    given = config.of(use.learn if by_config else DEFAULT)
    filled = parameters(template, config.overrides(use.learn if by_config else DEFAULT))
    asked = filled.questions
    if by_config:
        # The configuration gives each environment its parameters; what it lacks is asked.
        asked = tuple(one for one in asked if one.key != "variables.stage")
        asked = (*asked, *another(use, config.file))
    named = [one.get("Runtime") for one in functions(template)]
    prepare = activated(folder, "sam")
    words = _words(process, given, config, by_config=by_config)
    overrides = filled.overrides if asked or not by_config else ()
    deploy = _deploy(found[0], words, overrides)
    change = _change(folder, found[0], template)
    region = str(given.get("region") or "")
    return Draft(
        tool="AWS SAM",
        read=found[0],
        runtimes=runtimes_of(*named),
        privileged=makes_images(template),
        regions=(region,) if region else (),
        variables=(use,) if by_config else filled.variables,
        environment=filled.environment,
        install=(
            *python_packages(_without_requirements(folder), "sam", "aws-sam-cli"),
            *_bundler(template),
            *_cleared(config),
        ),
        phases=(
            Phase(name="deploy", commands=(*prepare, *deploy)),
            Phase(
                name="update",
                commands=(*prepare, change, *deploy)
                if change
                else (*prepare, *deploy[:-1], f"{deploy[-1]} --tags reviewed=yes"),
            ),
            Phase(name="remove", commands=(*prepare, f"sam delete --no-prompts{words}{REGION}")),
        ),
        notes=(
            ("phases", MANAGED),
            *not_in_the_image(*named),
            *_of_config(config),
            *([] if change else [("phases.update", NO_CODE)]),
            *notes_on(folder, found),
        ),
        questions=asked,
    )


def _words(process: str, given: Mapping[str, Any], config: SamConfig, *, by_config: bool) -> str:
    """How the stack is named to `sam deploy` and to `sam delete`."""
    file = f" --config-file {shlex.quote(config.file)}" if "/" in config.file else ""
    named = str(given.get("stack_name") or "")
    if by_config:
        return f'{file} --config-env "$STAGE"' + (
            "" if named else f' --stack-name "{process}-$STAGE"'
        )
    plain = named if re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", named) else process
    return f'{file} --stack-name "{plain}-$STAGE"'


def _deploy(template: str, words: str, overrides: tuple[str, ...]) -> tuple[str, ...]:
    at_root = template in ("template.yaml", "template.yml", "template.json")
    file = "" if at_root else f" --template-file {shlex.quote(template)}"
    values = f" --parameter-overrides {' '.join(overrides)}" if overrides else ""
    return (f"sam build{file}", f"sam deploy{words}{REGION} {OPTIONS}{values}")


def _bundler(template: Mapping[str, Any]) -> tuple[str, ...]:
    """https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-using-build-typescript.html."""
    resources = template.get("Resources")
    methods = [
        one["Metadata"].get("BuildMethod")
        for one in (resources.values() if isinstance(resources, dict) else ())
        if isinstance(one, dict) and isinstance(one.get("Metadata"), dict)
    ]
    return (global_node_tool("esbuild", "esbuild"),) if "esbuild" in methods else ()


def _cleared(config: SamConfig) -> tuple[str, ...]:
    """In the build's copy: what only the team's own account has."""
    if not config.foreign:
        return ()
    keys = "|".join(config.foreign)
    return (f"sed -i -E '/^ *({keys}) *[=:]/d' {shlex.quote(config.file)}",)


def _of_config(config: SamConfig) -> Iterator[tuple[str, str]]:
    if config.foreign:
        yield "install", FOREIGN.format(config.file, " and ".join(config.foreign))


def _change(folder: Folder, file: str, template: Mapping[str, Any]) -> str:
    beside = file.rpartition("/")[0]
    for one in functions(template):
        place = f"{beside}/{one.get('CodeUri') or ''}"
        if handler := handler_file(folder, place, one.get("Handler")):
            return change_of(folder, handler)
    return ""


def _without_requirements(folder: Folder) -> Folder:
    """`sam build` installs each function's own packages."""
    kept = {name: text for name, text in folder.texts.items() if name not in PYTHON_PINS}
    return type(folder)(name=folder.name, texts=kept)
