"""Zappa: Python web applications, with their stages in zappa_settings."""

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from lambdas.model.definition.process import Phase
from local.new_process.draft import IN_ENVIRONMENT, Draft, Question
from local.new_process.folder import Folder
from local.new_process.reading.code_change import change_of
from local.new_process.reading.packages import (
    activated,
    not_in_the_image,
    python_packages,
    runtimes_of,
)
from local.new_process.reading.stages import another, chosen

FILES = ("zappa_settings.json", "zappa_settings.toml", "zappa_settings.yaml", "zappa_settings.yml")
# https://github.com/zappa/Zappa#advanced-settings
TOUCHED = (
    "Zappa asks for the address of the API after each deployment, which fails on the embedded AWS: "
    'it answers no such request. "touch": false in {} leaves that out'
)
KEPT_PACKAGES = "Zappa makes the bucket {}, and undeploy leaves it"
PROFILE = "{} names a profile; the build has none"
PYTHON = "python3.13"


def draft(folder: Folder, process: str) -> Draft | None:
    """What deploys, updates and undeploys one stage."""
    del process  # the settings name the application
    file = folder.first(*FILES)
    stages = {name: one for name, one in folder.mapping(file).items() if isinstance(one, dict)}
    if not stages:
        return None
    stage = chosen(stages)
    settings = _whole(stages, stage.learn if stage.learn in stages else next(iter(stages)))
    change = _change(folder, settings)
    bucket = str(settings.get("s3_bucket") or "")
    region = str(settings.get("aws_region") or "")
    needs = () if _names_zappa(folder) else ("zappa",)
    prepare = activated(folder, "zappa")
    return Draft(
        tool="Zappa",
        read=file,
        runtimes=runtimes_of(settings.get("runtime") or PYTHON),
        regions=(region,) if region else (),
        variables=(stage,),
        environment=(IN_ENVIRONMENT,),
        # Zappa packs the environment that it runs in, so that is always one of this process.
        install=python_packages(folder, "", *needs),
        phases=(
            Phase(name="deploy", commands=(*prepare, 'zappa deploy "$STAGE"')),
            Phase(
                name="update",
                commands=(*prepare, change, 'zappa update "$STAGE"') if change else (),
            ),
            Phase(
                name="remove",
                commands=(*prepare, 'zappa undeploy --yes "$STAGE"', *_emptied(bucket)),
            ),
        ),
        notes=tuple(_notes(file, settings, bucket)),
        questions=(
            *another(stage, file),
            *(
                []
                if change
                else [
                    Question(
                        key="phases.update",
                        asks='which change, and then: zappa update "$STAGE"? No app was found',
                    )
                ]
            ),
        ),
    )


def _whole(stages: Mapping[str, Mapping[str, Any]], name: str) -> dict[str, Any]:
    """A stage's settings, over those of the stage that it extends."""
    found: dict[str, Any] = {}
    seen: set[str] = set()
    while name in stages and name not in seen:
        seen.add(name)
        found = {**stages[name], **found}
        name = str(stages[name].get("extends") or "")
    return found


def _names_zappa(folder: Folder) -> bool:
    return any(
        re.search(r"(?im)^\W*zappa\b", folder.texts.get(one, ""))
        for one in ("requirements.txt", "Pipfile", "pyproject.toml")
    )


def _change(folder: Folder, settings: Mapping[str, Any]) -> str:
    """In the module of the app, or in Django's settings."""
    module = str(settings.get("app_function") or "").rpartition(".")[0]
    module = module or str(settings.get("django_settings") or "")
    path = module.replace(".", "/")
    file = folder.first(f"{path}.py", f"{path}/__init__.py") if path else ""
    return change_of(folder, file) if file else ""


def _emptied(bucket: str) -> tuple[str, ...]:
    if not bucket:
        return ()
    name, address = shlex.quote(bucket), shlex.quote(f"s3://{bucket}")
    return (f"! aws s3api head-bucket --bucket {name} 2> /dev/null || aws s3 rb --force {address}",)


def _notes(file: str, settings: Mapping[str, Any], bucket: str) -> Iterator[tuple[str, str]]:
    yield from not_in_the_image(settings.get("runtime"))
    yield "build", "the function runs on the Python that Zappa runs on"
    if settings.get("touch", True):
        yield "phases.deploy", TOUCHED.format(file)
    if bucket:
        yield "phases.remove", KEPT_PACKAGES.format(bucket)
    if settings.get("profile_name"):
        yield "phases", PROFILE.format(file)
