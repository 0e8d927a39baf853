"""The command that a removal asks first."""

from __future__ import annotations

from local.command_line.arguments import NAME
from local.command_line.command import Argument, Command

REMOVABLE = Command(
    name="removable",
    purpose="can a process be taken away now? make remove asks it first",
    group="Deployment and this command",
    function="local.archive.removal:removable",
    arguments=(
        Argument(names=("process",), options={"metavar": "PROCESS"}),
        Argument(
            names=("--emulated",),
            options={"action": "store_true", "help": "on the embedded AWS that is up"},
        ),
        NAME,
    ),
    examples=(("fencepost removable orders", "names the run that is under way, if one is"),),
    statuses=(
        "nothing keeps it",
        "a run is under way, its candidate holds a policy, or it is not deployed",
        "nobody could be asked",
    ),
)
