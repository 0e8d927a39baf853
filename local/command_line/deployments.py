"""The commands that a deployment of one process, and its removal, ask first."""

from local.command_line.arguments import NAME
from local.command_line.command import Command, argument

GROUP = "Deployment and this command"
OF_REGION = argument("--region", help="the deployment's; default: that of the shell")
DEPLOYABLE = Command(
    name="deployable",
    purpose="can one process be deployed here? make deploy PROCESS=… asks it first",
    group=GROUP,
    function="local.deploy.deployable:deployable",
    arguments=(
        argument("process", metavar="PROCESS"),
        NAME,
        OF_REGION,
        argument("--account", metavar="ID", help="the workflow's; of another nothing is asked"),
    ),
    examples=(("fencepost deployable orders", "says what has to be deployed before it"),),
    statuses=(
        "what every process needs is there",
        "it is not there, or not usable",
        "nobody could be asked",
    ),
)
REMOVABLE = Command(
    name="removable",
    purpose="can a process be taken away now? make remove asks it first",
    group=GROUP,
    function="local.archive.removal:removable",
    arguments=(
        argument("process", metavar="PROCESS"),
        argument("--emulated", action="store_true", help="on the embedded AWS that is up"),
        NAME,
        OF_REGION,
    ),
    examples=(("fencepost removable orders", "names the run that is under way, if one is"),),
    statuses=(
        "nothing keeps it",
        "a run is under way, its candidate holds a policy, or it is not deployed",
        "nobody could be asked",
    ),
)
