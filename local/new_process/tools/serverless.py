"""The Serverless Framework 3, and osls, its open fork."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lambdas.model.definition.process import Phase
from local.new_process.draft import IN_ENVIRONMENT, Draft, Question
from local.new_process.folder import Folder
from local.new_process.reading.code_change import change_of, handler_file
from local.new_process.reading.packages import (
    build_command,
    dependencies,
    makes_images,
    not_built_yet,
    not_in_the_image,
    runtimes_of,
    with_node,
)
from local.new_process.reading.serverless.lookups import required_lookups
from local.new_process.reading.serverless.stages import STAGE_HERE, stage_of
from local.new_process.reading.serverless.version import of_plugins, tool_of
from local.new_process.reading.stages import another
from local.new_process.reading.templates import mapping

FILES = ("serverless.yml", "serverless.yaml", "serverless.json", "serverless.ts", "serverless.js")
PROGRAMS = (".ts", ".js")
ENVIRONMENT = re.compile(r"\$\{env:([A-Za-z_]\w*)\}")  # without a default
VERSION = re.compile(r"""frameworkVersion['"]?\s*:\s*['"]([^'"]+)""")
OPTION = re.compile(r"\$\{opt:([a-z][\w-]*)\}")


def draft(folder: Folder, process: str) -> Draft | None:
    """What deploys the service of the folder."""
    del process  # the service names its own stack
    file = folder.first(*FILES)
    if not file:
        return None
    service = {} if file.endswith(PROGRAMS) else folder.mapping(file)
    if _cloud(service) != "aws":
        return None
    # Of a document its values: what stands in its comments is not asked for.
    text = "\n".join(_texts(service)) or folder.texts[file]
    provider = mapping(service.get("provider"))
    asked = sorted({one for one in ENVIRONMENT.findall(text) if one not in ("STAGE", "AWS_REGION")})
    options = sorted({one for one in OPTION.findall(text) if one not in ("stage", "region")})
    stage = stage_of(folder, text, service)
    tool, install = tool_of(folder, service or _stated(folder.texts[file]))
    region = provider.get("region")
    fixed = isinstance(region, str) and "$" not in region
    words = ' --stage "$STAGE"' + ("" if fixed else ' --region "$AWS_REGION"')
    words += "".join(f' --{one} "${_variable(one)}"' for one in options)
    change = _change(folder, service)
    runtimes = [provider.get("runtime"), *(one.get("runtime") for one in _functions(service))]
    missing = not_built_yet(
        folder,
        service,
        *({"runtime": provider.get("runtime"), **one} for one in _functions(service)),
    )
    build = (build_command(folder),) if missing and build_command(folder) else ()
    return Draft(
        read=file,
        tool="osls, the open Serverless Framework"
        if "osls" in tool
        else "the Serverless Framework",
        runtimes=with_node(runtimes_of(*runtimes), folder),
        privileged=makes_images(service),
        regions=(str(region),) if fixed else (),
        variables=(stage,),
        environment=(IN_ENVIRONMENT, *((one, "") for one in (*asked, *map(_variable, options)))),
        install=install,
        phases=(
            Phase(name="deploy", commands=(*build, f"{tool} deploy{words}")),
            Phase(
                name="update",
                commands=(change, *build, f"{tool} deploy{words}") if change else (),
            ),
            Phase(name="remove", commands=(f"{tool} remove{words}",)),
        ),
        notes=(
            *_notes(folder, file, text, service),
            *not_in_the_image(*runtimes),
            *(("phases", f"{one} is not there before it is built{_by(build)}") for one in missing),
        ),
        questions=(
            *(
                Question(key=f"environment.{one}", asks=f"{file} reads it from the environment")
                for one in asked
            ),
            *(
                Question(
                    key=f"environment.{_variable(one)}", asks=f"{file} wants the option --{one}"
                )
                for one in options
            ),
            *(
                []
                if change
                else [
                    Question(
                        key="phases.update",
                        asks="which change, and then "
                        f"{'the build and ' if missing else ''}the deployment? "
                        "No function's code was found",
                    )
                ]
            ),
            *another(stage, file),
        ),
    )


def _by(build: tuple[str, ...]) -> str:
    return f" by {build[0]}" if build else ", by a command before the deployment"


def _stated(program: str) -> Mapping[str, Any]:
    """What can be told of a file that is a program: the version that it wants."""
    found = VERSION.search(program)
    return {"frameworkVersion": found[1]} if found else {}


def _cloud(service: Mapping[str, Any]) -> str:
    """The provider's name: it stands alone, or within what is said of it."""
    provider = service.get("provider")
    named = mapping(provider).get("name") if isinstance(provider, dict) else provider
    return str(named or "aws")


def _change(folder: Folder, service: Mapping[str, Any]) -> str:
    for one in _functions(service):
        file = handler_file(folder, "", one.get("handler"))
        if file and (change := change_of(folder, file)):
            return change
    # A program was not read; what is called as every template calls it is a function's code.
    handlers = () if service else folder.matching("handler.*", "*/handler.*")
    return next(filter(None, (change_of(folder, one) for one in handlers)), "")


def _functions(service: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    raw = service.get("functions")
    for group in raw if isinstance(raw, list) else [raw]:
        yield from (mapping(one) for one in mapping(group).values())


def _notes(
    folder: Folder, file: str, text: str, service: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    provider = mapping(service.get("provider"))
    if file.endswith(PROGRAMS):
        yield (
            "phases",
            f"{file} is a program and was not read: does it take the stage from --stage?",
        )
    if re.match(
        r"[\"']?\D?4",
        str(service.get("frameworkVersion") or dependencies(folder).get("serverless", "")),
    ):
        yield "install", "version 4 wants a licence key (SERVERLESS_ACCESS_KEY); osls needs none"
    if provider.get("profile"):
        yield "phases", f"{file} names a profile; the cycle has none, so let it be chosen by stage"
    if provider.get("stackName") and not re.search(STAGE_HERE, str(provider["stackName"])):
        yield "variables", f"stackName in {file} is the same in every stage"
    if beside := sorted({one for one in folder.texts if one.rpartition("/")[2] in FILES} - {file}):
        yield "phases", f"services beside it, if it needs them: {', '.join(beside[:8])}"
    for one in required_lookups(text)[:8]:
        yield "phases", f"{file} reads {one}, which must be there in the sandbox"
    yield from of_plugins(folder, service)


def _variable(option: str) -> str:
    return f"O_{option.upper().replace('-', '_')}"


def _texts(raw: object) -> Iterator[str]:
    """All that a document holds, line by line."""
    if isinstance(raw, dict):
        for key, value in raw.items():
            yield str(key)
            yield from _texts(value)
    elif isinstance(raw, list):
        for one in raw:
            yield from _texts(one)
    elif isinstance(raw, str):
        yield raw
