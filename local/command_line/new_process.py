"""The command that writes a definition."""

from local.command_line.command import Argument, Command

NEW = Command(
    name="new",
    purpose="write the definition of a process from a team's folder",
    group="On the embedded AWS",
    function="local.new_process.command:new",
    arguments=(
        Argument(names=("process",), options={"metavar": "PROCESS", "help": "the process's name"}),
        Argument(
            names=("source",),
            options={"metavar": "FOLDER", "help": "the team's; nothing in it is changed"},
            complete="folder",
        ),
        Argument(
            names=("--into",),
            options={"metavar": "DIR", "help": "a folder of processes; default: processes/"},
            complete="folder",
        ),
    ),
    examples=(
        (
            "fencepost new orders ../orders-service",
            "writes processes/orders/process.yaml, with what to look at and what to answer",
        ),
    ),
    statuses=(
        "it is written and complete",
        "it is written, with questions to answer",
        "nothing was written",
    ),
)
