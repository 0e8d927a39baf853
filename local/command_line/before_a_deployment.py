"""The commands that look at a policy and a template before anything is deployed."""

from local.command_line.command import Command, argument

CHANGE = "Before a deployment"
NAMED = "refined.json, policy.json, a run's folder, or a process of the archive"
FROM_ARCHIVE = argument(
    "--archive",
    metavar="DIR|s3://BUCKET",
    help="where a process's runs are; default: as for verify-archive",
    complete="folder",
)
STACK = argument("--stack-name", metavar="NAME", help="default: the one that the policy may make")
PARAMETER = argument(
    "--parameter",
    action="append",
    default=[],
    metavar="NAME=VALUE",
    help="of the template, once for each",
)
TOOL = argument(
    "--tool",
    choices=["cdk", "cloudformation", "serverless"],
    help="what deploys; default: as the template tells",
)

BEFORE_A_DEPLOYMENT = (
    Command(
        name="check",
        purpose="does the policy suffice for a template, or for a change of it?",
        group=CHANGE,
        function="local.offline.foretelling.check:check",
        arguments=(
            argument(
                "--policy", required=True, metavar="POLICY|PROCESS", help=NAMED, complete="file"
            ),
            argument(
                "--template",
                required=True,
                metavar="TEMPLATE",
                help="CloudFormation or SAM, packaged or not, or cdk.out",
                complete="file",
            ),
            argument(
                "--base",
                metavar="OLD",
                help="what is deployed now: only the change counts",
                complete="file",
            ),
            PARAMETER,
            argument(
                "--set",
                action="append",
                default=[],
                metavar="NAME=VALUE",
                help="a variable of the policy, such as stage; default: as it was learnt",
            ),
            argument(
                "--tag",
                action="append",
                default=[],
                metavar="NAME=VALUE",
                help="of the stack: its resources take it over",
            ),
            STACK,
            argument("--region", help="default: the policy's"),
            argument("--account", help="default: the policy's"),
            TOOL,
            argument(
                "--knowledge",
                action="append",
                default=[],
                metavar="FILE",
                help="what your own runs showed, as `fencepost learn` wrote it",
                complete="file",
            ),
            FROM_ARCHIVE,
            argument(
                "--format",
                choices=["text", "json", "markdown", "sarif"],
                default="text",
                help="default: %(default)s",
            ),
        ),
        examples=(
            (
                "fencepost check --policy refined.json --template template.yaml",
                "what the deployment of this template needs that the policy does not grant",
            ),
            (
                "fencepost check --policy orders --template .serverless --base main/.serverless",
                "what the change needs, and what nothing needs any more",
            ),
            (
                "fencepost check --policy refined.json --template cdk.out --format markdown",
                "a comment for a pull request; docs/ci.md has the workflow",
            ),
        ),
        statuses=(
            "nothing that was seen or is documented is missing",
            "something is missing",
            "it could not be told",
        ),
    ),
    Command(
        name="explain",
        purpose="why a permission is in a policy",
        group=CHANGE,
        function="local.offline.foretelling.explain:explain",
        arguments=(
            argument("policy", metavar="POLICY|PROCESS", help=NAMED, complete="file"),
            argument("action", metavar="ACTION", help="such as sqs:CreateQueue, or iam:*"),
            argument("resource", nargs="?", metavar="RESOURCE", help="an ARN; default: any"),
            FROM_ARCHIVE,
        ),
        examples=(
            (
                "fencepost explain orders iam:PassRole",
                "who saw it or what it follows from, and what breaks without it",
            ),
            (
                "fencepost explain refined.json 's3:*' arn:aws:s3:::orders-dev-files",
                "all that is granted on one bucket",
            ),
        ),
        statuses=("it is granted", "it is not granted", "the policy could not be read"),
    ),
    Command(
        name="diff",
        purpose="what two policies grant differently",
        group=CHANGE,
        function="local.offline.foretelling.difference:diff",
        arguments=(
            argument("before", metavar="A", help=NAMED, complete="file"),
            argument("after", metavar="B", help=NAMED, complete="file"),
            FROM_ARCHIVE,
        ),
        examples=(
            (
                "fencepost diff approved/refined.json out/orders/RUN",
                "new, gone, and the same in other words, with causes",
            ),
        ),
        statuses=(
            "both grant the same",
            "they grant different things",
            "one of them could not be read",
        ),
    ),
    Command(
        name="learn",
        purpose="keep what a run showed, for check",
        group=CHANGE,
        function="local.offline.foretelling.learn:learn",
        arguments=(
            argument(
                "run", metavar="RUN|PROCESS", help="a run's folder, or a process", complete="folder"
            ),
            argument(
                "--template",
                action="append",
                required=True,
                metavar="TEMPLATE",
                help="what was deployed; once for each phase, in order",
                complete="file",
            ),
            argument(
                "--into", required=True, metavar="FILE", help="made, or added to", complete="file"
            ),
            PARAMETER,
            STACK,
            TOOL,
            FROM_ARCHIVE,
        ),
        examples=(
            (
                "fencepost learn out/orders/RUN --template .serverless --into known.json",
                "then: fencepost check --knowledge known.json …",
            ),
        ),
        statuses=("it is kept", "never", "the run or the template could not be read"),
    ),
)
