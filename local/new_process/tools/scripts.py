"""Plain scripts: files, targets of a Makefile or scripts of package.json that say what they do."""

from collections.abc import Iterator

from lambdas.model.definition.process import Phase
from local.new_process.draft import IN_ENVIRONMENT, Draft, Question
from local.new_process.folder import Folder
from local.new_process.reading.other_tools import OtherTool, other_tool
from local.new_process.reading.own_commands import OwnCommand, own_command, own_commands
from local.new_process.reading.packages import node_packages, python_packages
from local.new_process.reading.stages import another, chosen

# Exactly these: `make install`, `make up` and `make clean` seldom mean what is deployed to AWS.
DEPLOYS = ("deploy", "provision", "apply")
UPDATES = ("update", "upgrade", "change")
REMOVES = (
    "remove",
    "destroy",
    "teardown",
    "tear-down",
    "undeploy",
    "delete",
    "cleanup",
)
OTHERS = ("deploy", "up", "create", "provision", "apply", "install", "setup", "release")
ASKS = {
    "deploy": "which commands deploy it?",
    "update": "which change, and then the deployment again?",
    "remove": "which commands take away all that was made?",
}
STAGE_TAKEN = "do the commands take the stage from $STAGE? Name the variable that they read"
UNKNOWN = "{}, for which `fencepost new` has no commands"
NOT_TRIED = "{} was never run on the embedded AWS; on AWS any command can be a phase's"
STATE = (
    "each build starts from the source alone, the proof's clean-up too: keep {}'s state outside, {}"
)


def draft(folder: Folder, process: str) -> Draft:
    """What runs the scripts that are there; what is not there is asked."""
    del process  # the scripts name what they make
    other = other_tool(folder)
    found = {
        name: own_command(folder, words)
        for name, words in (("deploy", DEPLOYS), ("update", UPDATES), ("remove", REMOVES))
    }
    commands = {name: (one.line,) if one else () for name, one in found.items()}
    stages = next((one.stages for one in found.values() if one and one.stages), ())
    variables = sorted({one.variable for one in found.values() if one and one.variable})
    use = chosen(stages)
    if other:
        tool = UNKNOWN.format(other.name)
    else:
        tool = "scripts" if found["deploy"] else "commands of your own"
    return Draft(
        tool=tool,
        variables=(use,),
        environment=(IN_ENVIRONMENT, *((one, "{stage}") for one in variables)),
        install=(*node_packages(folder), *python_packages(folder, "")),
        phases=tuple(Phase(name=name, commands=commands[name]) for name in ASKS),
        notes=tuple(_notes(other, stages or variables)),
        questions=(
            *another(use, "the names of the commands"),
            *(
                Question(key=f"phases.{name}", asks=_asks(folder, name, found["deploy"], other))
                for name in ASKS
                if not commands[name]
            ),
        ),
    )


def is_whole(folder: Folder) -> bool:
    """Whether the team has commands for both, what makes and what takes away."""
    return bool(own_command(folder, DEPLOYS) and own_command(folder, REMOVES))


def _asks(folder: Folder, phase: str, deploy: OwnCommand | None, other: OtherTool | None) -> str:
    words = ASKS[phase]
    if phase == "update":
        words = f"{words} {deploy.line}" if deploy else words
        there = ", ".join(own_commands(folder, UPDATES)[:6])
        return words + (f" There are: {there}" if there else "")
    typed = {"deploy": other.deploy, "remove": other.remove}[phase] if other else ""
    words_of = {"deploy": OTHERS, "remove": (*REMOVES, "down", "uninstall", "clean")}[phase]
    there = ", ".join(own_commands(folder, words_of)[:6])
    words += f" {other.name} has: {typed}" if other else ""
    return words + (f" There are: {there}" if there and not typed else "")


def _notes(other: OtherTool | None, taken: object) -> Iterator[tuple[str, str]]:
    if not taken:
        yield "environment", STAGE_TAKEN
    if other:
        yield "phases", NOT_TRIED.format(other.name)
        if other.state:
            yield "phases", STATE.format(other.name, other.state)
