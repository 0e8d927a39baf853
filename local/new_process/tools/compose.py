"""Several services of the Serverless Framework, deployed together by Compose."""

import re
import shlex
from collections.abc import Mapping

from lambdas.model.definition.process import Phase
from local.new_process.draft import IN_ENVIRONMENT, Draft, Question
from local.new_process.folder import Folder
from local.new_process.reading.packages import newest, node_packages
from local.new_process.reading.serverless.version import OSLS
from local.new_process.reading.stages import another, chosen
from local.new_process.reading.templates import mapping
from local.new_process.tools import serverless

FILES = tuple(f"serverless-compose.{one}" for one in ("yml", "yaml", "json", "ts", "js"))
# https://github.com/oss-serverless/compose: it runs the `serverless` that it finds on the path.
COMPOSE = "@osls/compose@1.9.2"
INSTALL = "npm install --no-save --no-audit --no-fund"
ON_PATH = 'export PATH="$PWD/node_modules/.bin:$PATH"'
VERSION = re.compile(r"(?:osls|serverless)@[\d.]+")
DEFAULT_REGION = "us-east-1"  # of a service that names none
REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d")
NO_CHANGE = "which change, and then the deployment again? No function's code was found:"
ABSENT = "the services {} are not in the folder, or were not understood"


def draft(folder: Folder, process: str) -> Draft | None:
    """What deploys all services, in the order that they want of each other."""
    file = folder.first(*FILES)
    if not file:
        return None
    named = mapping(folder.mapping(file).get("services"))
    places = {
        str(mapping(one).get("path") or "").strip("./"): str(name) for name, one in named.items()
    }
    parts = {at: one for at in places if (one := serverless.draft(folder.below(at), process))}
    each = tuple(parts.values())
    use = chosen(_stages(parts))
    wanted = sorted({name for one in each for name, value in one.environment if not value})
    # Compose has no option for the region.
    regions = {_region(folder.below(at)) for at in parts}
    deploy = 'osls deploy --stage "$STAGE"'
    change, built = _change(parts), _built(parts)
    pinned = VERSION.search("\n".join(_commands(one, "deploy")[-1] for one in each))
    return Draft(
        tool="osls Compose",
        read=file,
        runtimes=newest(pair for one in each for pair in one.runtimes),
        privileged=any(one.privileged for one in each),
        regions=tuple(sorted(regions)),
        variables=(use,),
        environment=(IN_ENVIRONMENT, *((one, "") for one in wanted)),
        install=(
            *node_packages(folder),
            f"{INSTALL} {pinned[0] if pinned else OSLS} {COMPOSE}",
            *(
                f"(cd {shlex.quote(at)} && {line})"
                for at in parts
                for line in node_packages(folder.below(at))
            ),
        ),
        phases=(
            Phase(name="deploy", commands=(ON_PATH, *built, deploy)),
            Phase(name="update", commands=(ON_PATH, change, *built, deploy) if change else ()),
            Phase(name="remove", commands=(ON_PATH, deploy.replace("deploy", "remove", 1))),
        ),
        notes=(
            *((key, f"{at}: {words}") for at, one in parts.items() for key, words in one.notes),
            *_absent(places, parts),
        ),
        questions=(
            *another(use, file),
            *_asked(each),
            *([] if change else [Question(key="phases.update", asks=f"{NO_CHANGE} {deploy}")]),
        ),
    )


def _stages(parts: Mapping[str, Draft]) -> list[str]:
    """The stages of a service that does not take just any."""
    uses = [one.variables[0] for one in parts.values()]
    named = [one for one in uses if one != chosen(())]
    return [one for one in (named[0].learn, named[0].prove) if one] if named else []


def _region(service: Folder) -> str:
    """The region that a service names, be it to fall back on."""
    file = service.first(*serverless.FILES)
    named = str(mapping(service.mapping(file).get("provider")).get("region") or "")
    found = REGION.search(named)
    return found[0] if found else DEFAULT_REGION


def _change(parts: Mapping[str, Draft]) -> str:
    """A change of the first service that has code."""
    for place, one in parts.items():
        for command in _commands(one, "update")[:1]:
            return f"(cd {shlex.quote(place)} && {command})"
    return ""


def _built(parts: Mapping[str, Draft]) -> tuple[str, ...]:
    """What each service builds before it is deployed."""
    return tuple(
        f"(cd {shlex.quote(place)} && {command})"
        for place, one in parts.items()
        for command in _commands(one, "deploy")[:-1]
    )


def _commands(one: Draft, phase: str) -> tuple[str, ...]:
    """The commands of a service's phase, of which the last is the tool's."""
    return next(at.commands for at in one.phases if at.name == phase)


def _asked(each: tuple[Draft, ...]) -> tuple[Question, ...]:
    """What the services read from the environment, each once."""
    asked = {one.key: one for draft_of in each for one in draft_of.questions}
    return tuple(one for key, one in sorted(asked.items()) if key.startswith("environment."))


def _absent(places: Mapping[str, str], parts: Mapping[str, Draft]) -> tuple[tuple[str, str], ...]:
    absent = [name for at, name in places.items() if at not in parts]
    return (("phases", ABSENT.format(", ".join(absent[:6]))),) if absent else ()
