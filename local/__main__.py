"""`python -m local …`: the laptop's commands."""

from __future__ import annotations

import argparse
import importlib
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# Which module and function serve a command; imported only then, because some must start fast.
COMMANDS = {
    "up": ("local.commands", "up"),
    "run": ("local.commands", "run"),
    "demo": ("local.commands", "demo"),
    "down": ("local.commands", "down"),
    "evidence": ("local.offline.evidence", "evidence"),
    "policy": ("local.offline.policy", "policy"),
    "verify-archive": ("local.archive.commands", "verify_archive"),
    "approve": ("local.archive.commands", "approve"),
    "doctor": ("local.doctor.command", "doctor"),
}

DEFAULT_ARCHIVE = "default: that of the embedded AWS when one is up, else the folder out"


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    up = commands.add_parser("up", help="start an embedded AWS that stays, with the app in it")
    run = commands.add_parser("run", help="run processes on the embedded AWS, side by side")
    run.add_argument("process", nargs="+", metavar="PROCESS")
    demo = commands.add_parser("demo", help="run the example and show the policy")
    for one in (up, run, demo):
        one.add_argument("--region", default="eu-west-1", help="default: %(default)s")
    commands.add_parser("down", help="stop what `up` started")
    evidence = commands.add_parser("evidence", help="what a principal did, from CloudTrail files")
    evidence.add_argument("logs", metavar="LOGS")
    evidence.add_argument("--principal", required=True, metavar="ARN")
    evidence.add_argument("--session", metavar="NAME", help="only sessions of this name")
    policy = commands.add_parser("policy", help="a policy and its dossier, from CloudTrail files")
    policy.add_argument("logs", metavar="LOGS")
    policy.add_argument("--principal", required=True, metavar="ARN")
    policy.add_argument("--session", metavar="NAME", help="only sessions of this name")
    policy.add_argument("--process", metavar="FOLDER", help="the process's definition, if any")
    policy.add_argument("--out", required=True, metavar="DIR")
    verify = commands.add_parser("verify-archive", help="is an archive as it was written?")
    approve = commands.add_parser("approve", help="record who approved the policy of a run")
    approve.add_argument("process", metavar="PROCESS")
    approve.add_argument("run", metavar="RUN")
    approve.add_argument("--by", help="default: the caller's ARN on AWS, else the user's name")
    approve.add_argument(
        "--emulated", action="store_true", help="approve although the run was on an embedded AWS"
    )
    approve.add_argument("--note", default="", help="why")
    doctor = commands.add_parser("doctor", help="what is missing before a deployment to AWS")
    doctor.add_argument("--json", action="store_true", help="for a script")
    doctor.add_argument(
        "--name", default="fencepost", help="the deployment's; default: %(default)s"
    )
    for one in (verify, approve):
        one.add_argument("archive", nargs="?", metavar="DIR|s3://BUCKET", help=DEFAULT_ARCHIVE)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its status is the process's."""
    found = parser().parse_args(arguments)
    module, function = COMMANDS[found.command]
    act = getattr(importlib.import_module(module), function)
    status: int = act(found)
    return status


if __name__ == "__main__":
    sys.exit(main())
