"""Every command: what it is for, what it takes, examples, and what its exit status means."""

from local.command_line.arguments import AUDIT, FROM_LOGS, NAME, REGION, SIGNED, WHERE
from local.command_line.before_a_deployment import BEFORE_A_DEPLOYMENT
from local.command_line.command import Command, argument
from local.command_line.deployments import DEPLOYABLE, REMOVABLE
from local.command_line.fleets import OF_FLEETS
from local.command_line.new_process import NEW

LAPTOP, LOGS, ARCHIVE, DEPLOYMENT = (
    "On the embedded AWS",
    "From CloudTrail files",
    "Archives",
    "Deployment and this command",
)
DEPLOYER = "arn:aws:iam::123456789012:role/deployer"
RUN = "20261129T120000Z-0a1b2c3d"
RUNS = ("every proof succeeded, or none was asked for", "a policy was not proved", "a run failed")

COMMANDS = (
    Command(
        name="demo",
        purpose="run the example and show its policy",
        group=LAPTOP,
        function="local.runs.commands:demo",
        arguments=(REGION,),
        examples=(("fencepost demo", "three quarters of a minute; report.html is in out/orders/"),),
        statuses=RUNS,
    ),
    Command(
        name="run",
        purpose="run processes, side by side",
        group=LAPTOP,
        function="local.runs.commands:run",
        arguments=(
            argument("process", nargs="+", metavar="PROCESS", help="a folder of processes/"),
            argument("--revision", default="", help="of the source: a branch, a tag or a commit"),
            REGION,
        ),
        examples=(
            ("fencepost run orders --revision feature/x", "a branch; latest.json stays as it is"),
            ("fencepost run orders", "runs processes/orders; its dossier is in out/orders/<run>/"),
            ("fencepost run orders reports", "both at once; many run as a fleet, some at a time"),
            ("fencepost run orders --json", "verdict, counts and dossier of each, for a script"),
        ),
        statuses=RUNS,
    ),
    NEW,
    Command(
        name="up",
        purpose="start an embedded AWS that stays, with the app in it",
        group=LAPTOP,
        function="local.runs.commands:up",
        arguments=(REGION,),
        examples=(("fencepost up", "prints the endpoint, the state machine and the archive"),),
        statuses=("it is up", "never", "it could not be started"),
    ),
    Command(
        name="down",
        purpose="stop what `up` started",
        group=LAPTOP,
        function="local.runs.commands:down",
        examples=(("fencepost down", "its archive's documents stay in out/"),),
        statuses=("it is stopped", "there was none", "never"),
    ),
    Command(
        name="evidence",
        purpose="what a principal did, as JSON lines",
        group=LOGS,
        function="local.offline.evidence:evidence",
        arguments=FROM_LOGS,
        examples=(
            (
                f"fencepost evidence logs/ --principal {DEPLOYER}",
                "evidence on standard output, findings on standard error, a JSON line each",
            ),
            (
                f"fencepost evidence logs/ --principal {DEPLOYER} --session deploy-",
                "only sessions whose name begins with deploy-",
            ),
            (
                f"fencepost evidence s3://BUCKET/trails --since 2026-11-20 --principal {DEPLOYER}",
                "where the trail delivers; only the principal's account and these days are fetched",
            ),
        ),
        statuses=("there is evidence", "the files hold none", "they could not be read"),
        document=False,
    ),
    Command(
        name="policy",
        purpose="a policy and its whole dossier",
        group=LOGS,
        function="local.offline.policy:policy",
        arguments=(
            *FROM_LOGS,
            argument(
                "--process",
                metavar="FOLDER",
                help="the process's definition, if there is one",
                complete="folder",
            ),
            argument(
                "--out",
                required=True,
                metavar="DIR",
                help="where to write the dossier",
                complete="folder",
            ),
        ),
        examples=(
            (
                f"fencepost policy logs/ --principal {DEPLOYER} --out policy/",
                "writes policy.json, report.html and the rest into policy/",
            ),
            (
                f"fencepost policy --lookup --since 2026-11-28 --principal {DEPLOYER} --out to/",
                "from CloudTrail's event history, 100 events a second; names what it cannot show",
            ),
        ),
        statuses=(
            "the policy is written",
            "there is no evidence, or the policy is forbidden or too large",
            "the files could not be read",
        ),
    ),
    *BEFORE_A_DEPLOYMENT,
    Command(
        name="verify-archive",
        purpose="is an archive as it was written?",
        group=ARCHIVE,
        function="local.archive.commands:verify_archive",
        arguments=(WHERE,),
        examples=(
            ("fencepost verify-archive out", "intact: 3 runs, 64 objects"),
            ("fencepost verify-archive s3://BUCKET", "with the credentials of your shell"),
        ),
        statuses=("intact", "something was changed or is missing", "it could not be read"),
    ),
    Command(
        name="approve",
        purpose="record who approved the policy of a run",
        group=ARCHIVE,
        function="local.archive.approvals:approve",
        arguments=(
            *SIGNED,
            argument(
                "--emulated",
                action="store_true",
                help="approve although the run was on an embedded AWS",
            ),
        ),
        examples=(
            (
                f'fencepost approve orders {RUN} s3://BUCKET --note "read with the team"',
                "later runs are compared with it; /fencepost/policies/orders points to it",
            ),
            (
                f"fencepost approve orders {RUN} --emulated",
                "a run of the laptop; runs on AWS are not compared with it",
            ),
        ),
        statuses=(
            "the approval is written",
            "the run cannot be approved",
            "there is no such archive",
        ),
    ),
    Command(
        name="withdraw",
        purpose="take the approval of a run back",
        group=ARCHIVE,
        function="local.archive.approvals:withdraw",
        arguments=SIGNED,
        examples=(
            (
                f'fencepost withdraw orders {RUN} s3://BUCKET --note "it reaches too far"',
                "both stay in the archive; the newest approval that stands counts from now on",
            ),
        ),
        statuses=(
            "the withdrawal is written",
            "there is no approval that stands",
            "there is no such archive",
        ),
    ),
    Command(
        name="audit",
        purpose="an auditor's question over all runs",
        group=ARCHIVE,
        function="local.archive.audit.command:audit",
        arguments=AUDIT,
        examples=(
            ("fencepost audit granted", "who was granted what when, by which evidence"),
            ("fencepost audit unused s3://BUCKET", "what is granted and was never used"),
            ("fencepost audit unapproved --as csv", "what nobody approved, for a spreadsheet"),
            ("fencepost audit reach --as jsonl", "what reaches others, for a program"),
        ),
        statuses=(
            "the question is answered",
            "it is answered, less the runs that standard error names",
            "it could not be answered",
        ),
        document=False,
    ),
    *OF_FLEETS,
    DEPLOYABLE,
    REMOVABLE,
    Command(
        name="doctor",
        purpose="what is missing before a deployment to AWS",
        group=DEPLOYMENT,
        function="local.doctor.command:doctor",
        arguments=(NAME,),
        examples=(("fencepost doctor", "each check, and what to do about it; changes nothing"),),
        statuses=("ready", "something is missing", "something could not be asked"),
    ),
    Command(
        name="completion",
        purpose="a script that completes this command in your shell",
        group=DEPLOYMENT,
        function="local.command_line.completion:completion",
        arguments=(argument("shell", choices=["bash", "zsh", "tcsh"]),),
        examples=(
            ('eval "$(fencepost completion bash)"', "in ~/.bashrc"),
            ("fencepost completion zsh > ~/.zfunc/_fencepost", "a folder of your fpath"),
        ),
        statuses=("it is printed", "never", "there is no such shell"),
        document=False,
    ),
)
