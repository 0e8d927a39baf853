"""The commands of fleets."""

from local.command_line.arguments import NAME, WHERE
from local.command_line.command import Argument, Command, argument

FLEETS = "Fleets"


def _many(flag: str, dest: str, what: str) -> Argument:
    return argument(flag, action="append", default=[], dest=dest, metavar="NAME", help=what)


def _yes(flag: str, what: str) -> Argument:
    return argument(flag, action="store_true", help=what)


OF_FLEETS = (
    Command(
        name="run-fleet",
        purpose="start the runs of many processes, on AWS",
        group=FLEETS,
        function="local.archive.fleets:run_fleet",
        arguments=(
            argument("process", nargs="*", metavar="PROCESS", help="these; or say which below"),
            _yes("--all", "every process"),
            _many("--owner", "owners", "processes of this owner; may be said several times"),
            _many("--sandbox", "sandboxes", "processes of this sandbox; several times, too"),
            argument("--older-than", type=float, metavar="DAYS", help="whose proof is older"),
            _yes("--never-proved", "those that have no proof"),
            _yes("--confirm", "also when they are many"),
            argument("--generator", choices=["access-analyzer", "trail"], help="of all runs"),
            _yes("--over-days", "wait for Access Analyzer's quota of a day; else do without it"),
            argument("--at-once", type=int, metavar="N", help="runs of one sandbox at a time"),
            _yes("--emulated", "on the embedded AWS that is up"),
            NAME,
        ),
        examples=(
            ("fencepost run-fleet --older-than 30 --never-proved", "tells what it takes"),
            ("fencepost run-fleet --all --confirm", "every process of the deployment"),
            ("fencepost run-fleet orders billing", "these two"),
        ),
        statuses=("it has started", "it was refused, and nothing started", "nobody could be asked"),
    ),
    Command(
        name="stop-fleet",
        purpose="let a fleet start no more; what runs ends by itself",
        group=FLEETS,
        function="local.archive.fleets:stop_fleet",
        arguments=(
            argument("fleet", metavar="FLEET", help="the fleet's id"),
            WHERE,
        ),
        examples=(
            (
                "fencepost stop-fleet 20261129T120000Z-0a1b2c3d s3://BUCKET",
                "its report says what was not started",
            ),
        ),
        statuses=(
            "it starts no more",
            "there is no such fleet, or it has ended",
            "the archive could not be reached",
        ),
    ),
)
