"""Sceptre: a folder of configurations, and one of templates."""

import re
import shlex

from lambdas.model.definition.process import Phase
from lambdas.model.definition.variables import Use
from local.new_process.draft import IN_ENVIRONMENT, STAGE, Draft, Question
from local.new_process.folder import Folder
from local.new_process.reading.packages import activated, python_packages
from local.new_process.reading.stages import another, chosen, is_stage

TOP = "config/config.yaml"
VARIABLE = re.compile(r"\{\{\s*var\.(\w+)")
# What only configurations of Sceptre say: many other tools have a config/config.yaml.
# https://docs.sceptre-project.org/latest/docs/stack_config.html
OWN = re.compile(r"^(project_code|template_path|template)\s*:", re.MULTILINE)


def draft(folder: Folder, process: str) -> Draft | None:
    """What launches a group of stacks, and deletes it."""
    del process  # the project's code names the stacks
    configs = folder.matching("config/*.yaml", "config/*.yml")
    if not folder.matching("config/config.y*ml", "config/*/config.y*ml") or not any(
        OWN.search(folder.texts[one]) for one in configs
    ):
        return None
    groups = sorted({one.split("/")[1] for one in configs if one.count("/") > 1})
    named = sorted({one for name in configs for one in VARIABLE.findall(folder.texts[name])})
    stage = next((one for one in named if is_stage(one)), "")
    others = [one for one in named if one != stage]
    given = "".join(f' --var "{one}=$V_{one.upper()}"' for one in others)
    given += f' --var "{stage}=$STAGE"' if stage else ""
    use, target = _target(groups, stage)
    prepare = activated(folder, "sceptre")
    region = folder.mapping(TOP).get("region")
    launch = f"sceptre{given} launch -y {target}"
    fixed = isinstance(region, str) and "{" not in region and bool(region)
    return Draft(
        tool="Sceptre",
        read=TOP,
        regions=(str(region),) if fixed else (),
        variables=(use,),
        environment=(IN_ENVIRONMENT, *((f"V_{one.upper()}", "") for one in others)),
        install=python_packages(folder, "sceptre", "sceptre"),
        phases=(
            Phase(name="deploy", commands=(*prepare, launch)),
            Phase(name="update", commands=()),
            Phase(name="remove", commands=(*prepare, f"sceptre{given} delete -y {target}")),
        ),
        notes=()
        if stage or use is not STAGE
        else (
            (
                "variables",
                "no configuration takes a stage, so both cycles make stacks of the same names",
            ),
        ),
        questions=(
            *another(use, "config"),
            Question(
                key="phases.update",
                asks=f"which change is a real one, such as sed -i on a file? Then: {launch}",
            ),
            *(
                Question(
                    key=f"environment.V_{one.upper()}",
                    asks=f"the variable {one} of the configuration",
                )
                for one in others
            ),
        ),
    )


def _target(groups: list[str], stage: str) -> tuple[Use, str]:
    """Two groups are two stages; one group, or a variable, is launched as a whole."""
    if len(groups) > 1 and not stage:
        return chosen(groups), '"$STAGE"'
    return STAGE, shlex.quote(groups[0]) if len(groups) == 1 else "."
