"""The AWS CDK, in any of its languages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdas.model.definition.process import Phase
from lambdas.model.definition.variables import Use
from local.new_process.draft import IN_ENVIRONMENT, STAGE, Draft, Question
from local.new_process.tools.packages import (
    ACTIVATE,
    dependencies,
    global_node_tool,
    node_packages,
    python_packages,
    with_node,
)

if TYPE_CHECKING:
    from local.new_process.folder import Folder

CLI = "aws-cdk@2.1148.1"  # as package.json pins it; a test compares
CONTEXT = re.compile(r"""(?:tryGetContext|try_get_context|TryGetContext)\(\s*["'](\w+)["']""")
ENVIRONMENT = re.compile(
    r"""(?:process\.env\.|process\.env\[["']|os\.environ\[["']|os\.environ\.get\(["']|os\.getenv\(["']"""
    r"""|System\.getenv\(["']|os\.Getenv\(")([A-Z][A-Z0-9_]*)"""
)
CDK = re.compile(r"aws[-_]cdk|awscdk|Amazon\.CDK")  # in sources of the app, not of its functions
OWN = re.compile(
    r"(QUALIFIER|TOOLKIT)$|CDK_|AWS_|HOME|PATH|CI$|NODE_ENV"
)  # what the CDK or the build sets
STAGES = ("stage", "env", "environment", "envname", "stagename", "config")
SOURCES = ("*.ts", "*.js", "*.mjs", "*.py", "*.java", "*.cs", "*.go")
MAKERS = {
    "mvn": ("java", "corretto17"),
    "gradle": ("java", "corretto17"),
    "dotnet": ("dotnet", "8.0"),
    "go": ("golang", "1.22"),
}
BOOTSTRAP = (
    '--qualifier "$QUALIFIER" --toolkit-stack-name "$TOOLKIT" '
    "--cloudformation-execution-policies arn:aws:iam::aws:policy/AdministratorAccess"
)
OWN_BOOTSTRAP = (
    "a bootstrap of its own, so that a cycle starts in an empty account; delete the phase, its "
    "options and the end of remove where the account's own may be used"
)
SAME_NAMES = "no stage was recognised in the app, so both cycles make stacks of the same names"
# The bucket of a bootstrap outlives its stack: emptied and deleted it leaves the sandbox clean.
REMOVE = """\
account=$(aws sts get-caller-identity --query Account --output text)
bucket="cdk-$QUALIFIER-assets-$account-$AWS_REGION"
aws cloudformation delete-stack --stack-name "$TOOLKIT"
aws cloudformation wait stack-delete-complete --stack-name "$TOOLKIT"
if aws s3api head-bucket --bucket "$bucket" 2> /dev/null; then
  for kind in Versions DeleteMarkers; do
    found=$(aws s3api list-object-versions --bucket "$bucket" --output json \\
      --query "{Objects: $kind[].{Key: Key, VersionId: VersionId}}")
    if grep -q VersionId <<< "$found"; then
      aws s3api delete-objects --bucket "$bucket" --delete "$found" > /dev/null
    fi
  done
  aws s3api delete-bucket --bucket "$bucket"
fi"""


def draft(folder: Folder, process: str) -> Draft | None:
    """What bootstraps, deploys and destroys all stacks of the app."""
    if "cdk.json" not in folder.texts:
        return None
    app = str(folder.mapping("cdk.json").get("app") or "")
    sources = [
        _code(folder.texts[one])
        for one in folder.matching(*SOURCES)
        if "/test" not in f"/{one}" and CDK.search(folder.texts[one])
    ]
    contexts = sorted({one for text in sources for one in CONTEXT.findall(text)})
    variables = sorted(
        {one for text in sources for one in ENVIRONMENT.findall(text) if not OWN.match(one)}
    )
    stage = next((one for one in contexts if one.lower() in STAGES), "")
    by_variable = next((one for one in variables if one.lower() in STAGES), "")
    cli, install, runtimes = _tools(folder, app)
    activate = (f'[ ! -e "$HOME/cycle/bin/activate" ] || {ACTIVATE}',) if "python" in app else ()
    words = '-c "@aws-cdk/core:bootstrapQualifier=$QUALIFIER" --toolkit-stack-name "$TOOLKIT"'
    words += f' -c "{stage}=$STAGE"' if stage else ""
    deploy = f"{cli} deploy --all --require-approval never {words}"
    in_environment = [
        IN_ENVIRONMENT,
        *([(by_variable, "{stage}")] if by_variable not in ("", "STAGE") else []),
    ]
    asked = [one for one in variables if one not in (by_variable, "STAGE")]
    return Draft(
        tool="the AWS CDK",
        runtimes=with_node(runtimes, folder),
        variables=(
            Use(
                name="qualifier", learn=_qualifier(process, "dev"), prove=_qualifier(process, "qa")
            ),
            STAGE,
        ),
        environment=(
            *in_environment,
            ("QUALIFIER", "{qualifier}"),
            ("TOOLKIT", f"{process}-{{stage}}-toolkit"),
            ("CDK_DISABLE_CLI_TELEMETRY", "true"),
            *((one, "") for one in asked),
        ),
        install=install,
        phases=(
            Phase(
                name="bootstrap",
                commands=(
                    *activate,
                    f"{cli} bootstrap {BOOTSTRAP}",
                ),
            ),
            Phase(name="deploy", commands=(*activate, deploy)),
            Phase(name="update", commands=(*activate, f"{deploy} --tags reviewed=yes")),
            Phase(
                name="remove", commands=(*activate, f"{cli} destroy --all --force {words}", REMOVE)
            ),
        ),
        notes=(
            (
                "phases.bootstrap",
                OWN_BOOTSTRAP,
            ),
            *(
                []
                if stage or by_variable
                else [
                    (
                        "variables.stage",
                        SAME_NAMES,
                    )
                ]
            ),
            (
                "phases.update",
                "tags change everything that takes tags; a change of the code reaches other calls",
            ),
            *([("phases", f"the app reads the context {', '.join(contexts)}")] if contexts else []),
        ),
        questions=tuple(
            Question(key=f"environment.{one}", asks="the app reads it from the environment")
            for one in asked
        ),
    )


def _code(text: str) -> str:
    """Without the lines that are comments: templates show in them what an app may also do."""
    marks = ("//", "#", "*", "/*")
    return "\n".join(one for one in text.splitlines() if not one.lstrip().startswith(marks))


def _tools(folder: Folder, app: str) -> tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The CLI, what installs it and the app's packages, and the runtimes."""
    packages = node_packages(folder)
    own = "aws-cdk" in dependencies(folder)
    install = packages if own else (global_node_tool("cdk", CLI), *packages)
    runtimes: tuple[tuple[str, str], ...] = ()
    if "python" in app:
        runtimes = (("python", "3.13"),)
        if "requirements.txt" in folder.texts:
            install += (*python_packages(folder, ""),)
    for word, runtime in MAKERS.items():
        if re.search(rf"(^|[\s/]){word}(w)?\b", app):
            runtimes = (runtime,)
    return "npx cdk" if own else "cdk", install, runtimes


def _qualifier(process: str, stage: str) -> str:
    """At most ten letters and digits.

    https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html
    """
    letters = re.sub(r"[^a-z0-9]", "", process)
    return f"{letters[: 10 - len(stage)]}{stage}"
