"""Arguments that several commands take."""

from local.command_line.command import argument

REGION = argument("--region", default="eu-west-1", help="of the embedded AWS; default: %(default)s")
WHERE = argument(
    "archive",
    nargs="?",
    metavar="DIR|s3://BUCKET",
    help="default: that of the embedded AWS when one is up, else the folder out",
    complete="folder",
)
FROM_LOGS = (
    argument(
        "logs",
        nargs="*",
        metavar="LOGS",
        help="folders of CloudTrail files, files, s3://bucket/prefix; as many as there are",
        complete="file",
    ),
    argument(
        "--lookup",
        action="store_true",
        help="ask CloudTrail's event history: 90 days of management events, no trail needed",
    ),
    argument(
        "--since", metavar="TIME", help="first day, 2026-11-20, or time, 2026-11-20T09:00:00Z"
    ),
    argument("--until", metavar="TIME", help="last day or time, itself included"),
    argument(
        "--account",
        action="append",
        dest="accounts",
        metavar="ID",
        help="in a bucket, whose logs to read besides the principal's account's, or all",
    ),
    argument(
        "--region",
        action="append",
        dest="regions",
        metavar="REGION",
        help="in a bucket only these, default all; of the history these, default the "
        "shell's and the one of global services",
    ),
    argument("--principal", required=True, metavar="ARN", help="of a role, a user or a session"),
    argument("--session", metavar="NAME", help="only sessions whose name begins so"),
)
NAME = argument("--name", default="fencepost", help="the deployment's; default: %(default)s")
SIGNED = (
    argument("process", metavar="PROCESS"),
    argument("run", metavar="RUN", help="the run's id"),
    WHERE,
    argument("--by", help="default: the caller's ARN on AWS, else the user's name"),
    argument("--note", default="", help="why"),
    NAME,
)
AUDIT = (
    argument("question", choices=["granted", "unused", "unapproved", "reach"]),
    WHERE,
    argument("--process", metavar="PROCESS", help="only this one's runs"),
    argument("--since", metavar="DAY", help="of granted: only runs that began on it or later"),
    argument("--until", metavar="DAY", help="of granted: only runs that began on it or earlier"),
    argument(
        "--as",
        dest="form",
        choices=["table", "csv", "jsonl"],
        default="table",
        help="default: %(default)s, with the most important columns",
    ),
)
