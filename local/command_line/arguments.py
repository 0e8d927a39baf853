"""Arguments that several commands take."""

from local.command_line.command import Argument

REGION = Argument(
    names=("--region",),
    options={"default": "eu-west-1", "help": "of the embedded AWS; default: %(default)s"},
)
WHERE = Argument(
    names=("archive",),
    options={
        "nargs": "?",
        "metavar": "DIR|s3://BUCKET",
        "help": "default: that of the embedded AWS when one is up, else the folder out",
    },
    complete="folder",
)
FROM_LOGS = (
    Argument(
        names=("logs",),
        options={
            "nargs": "*",
            "metavar": "LOGS",
            "help": "folders of CloudTrail files, files, s3://bucket/prefix; as many as there are",
        },
        complete="file",
    ),
    Argument(
        names=("--lookup",),
        options={
            "action": "store_true",
            "help": "ask CloudTrail's event history: 90 days of management events, no trail needed",
        },
    ),
    Argument(
        names=("--since",),
        options={"metavar": "TIME", "help": "first day, 2026-11-20, or time, 2026-11-20T09:00:00Z"},
    ),
    Argument(
        names=("--until",), options={"metavar": "TIME", "help": "last day or time, itself included"}
    ),
    Argument(
        names=("--account",),
        options={
            "action": "append",
            "dest": "accounts",
            "metavar": "ID",
            "help": "in a bucket, whose logs to read besides the principal's account's, or all",
        },
    ),
    Argument(
        names=("--region",),
        options={
            "action": "append",
            "dest": "regions",
            "metavar": "REGION",
            "help": "in a bucket only these, default all; of the history these, default the "
            "shell's and the one of global services",
        },
    ),
    Argument(
        names=("--principal",),
        options={"required": True, "metavar": "ARN", "help": "of a role, a user or a session"},
    ),
    Argument(
        names=("--session",),
        options={"metavar": "NAME", "help": "only sessions whose name begins so"},
    ),
)
NAME = Argument(
    names=("--name",),
    options={"default": "fencepost", "help": "the deployment's; default: %(default)s"},
)
SIGNED = (
    Argument(names=("process",), options={"metavar": "PROCESS"}),
    Argument(names=("run",), options={"metavar": "RUN", "help": "the run's id"}),
    WHERE,
    Argument(
        names=("--by",),
        options={"help": "default: the caller's ARN on AWS, else the user's name"},
    ),
    Argument(names=("--note",), options={"default": "", "help": "why"}),
    NAME,
)
AUDIT = (
    Argument(
        names=("question",),
        options={"choices": ["granted", "unused", "unapproved", "reach"]},
    ),
    WHERE,
    Argument(names=("--process",), options={"metavar": "PROCESS", "help": "only this one's runs"}),
    Argument(
        names=("--since",),
        options={"metavar": "DAY", "help": "of granted: only runs that began on it or later"},
    ),
    Argument(
        names=("--until",),
        options={"metavar": "DAY", "help": "of granted: only runs that began on it or earlier"},
    ),
    Argument(
        names=("--as",),
        options={
            "dest": "form",
            "choices": ["table", "csv", "jsonl"],
            "default": "table",
            "help": "default: %(default)s, with the most important columns",
        },
    ),
)
