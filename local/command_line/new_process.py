"""The command that writes a definition."""

from local.command_line.command import Command, argument

NEW = Command(
    name="new",
    purpose="write the definition of a process from a team's folder",
    group="On the embedded AWS",
    function="local.new_process.command:new",
    arguments=(
        argument("process", metavar="PROCESS", help="the process's name"),
        argument(
            "source",
            metavar="FOLDER",
            help="the team's; nothing in it is changed",
            complete="folder",
        ),
        argument(
            "--into",
            metavar="DIR",
            help="a folder of processes; default: processes/",
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
