"""The AWS CDK, in any of its languages."""

import re
from collections.abc import Iterator

from lambdas.model.definition.process import Phase
from lambdas.model.definition.variables import Use
from local.new_process.draft import IN_ENVIRONMENT, Draft, Question
from local.new_process.folder import Folder
from local.new_process.reading.cdk_source import Source, source_of
from local.new_process.reading.packages import (
    ACTIVATE,
    PYTHON_PINS,
    dependencies,
    global_node_tool,
    node_packages,
    python_packages,
    scripts,
    with_node,
)
from local.new_process.reading.stages import another, chosen, likely
from local.new_process.reading.templates import mapping

CLI = "aws-cdk@2.1148.1"  # as package.json pins it; a test compares
# A file of JavaScript that an app runs, and that a compiler of TypeScript makes.
PROGRAM = re.compile(r"\bnode\s+(\S+)")
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
TAGS = "tags change everything that takes tags; a change of the code reaches other calls"
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
    source = source_of(folder)
    stage, by_variable = source.context_of_stage, source.variable_of_stage
    cli, install, runtimes = _tools(folder, app, source)
    use = chosen(_by_scripts(folder, stage or by_variable) or _by_context(folder))
    activate = (f'[ ! -e "$HOME/cycle/bin/activate" ] || {ACTIVATE}',) if "python" in app else ()
    words = '-c "@aws-cdk/core:bootstrapQualifier=$QUALIFIER" --toolkit-stack-name "$TOOLKIT"'
    words += f' -c "{stage}=$STAGE"' if stage else ""
    deploy = f"{cli} deploy --all --require-approval never {words}"
    in_environment = [
        IN_ENVIRONMENT,
        *([(by_variable, "{stage}")] if by_variable not in ("", "STAGE") else []),
    ]
    asked = [one for one in source.wanted if one not in (by_variable, "STAGE")]
    return Draft(
        tool="the AWS CDK",
        read="cdk.json",
        runtimes=with_node(runtimes, folder),
        privileged=source.docker,
        regions=source.regions,
        variables=(
            Use(
                name="qualifier", learn=_qualifier(process, "dev"), prove=_qualifier(process, "qa")
            ),
            use,
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
        notes=tuple(_notes(source)),
        questions=(
            *another(use, "cdk.json"),
            *(
                Question(key=f"environment.{one}", asks="the app reads it from the environment")
                for one in asked
            ),
        ),
    )


def _by_scripts(folder: Folder, name: str) -> list[str]:
    """Stages that package.json gives: `STAGE=dev cdk deploy`, `cdk deploy -c stage=dev`."""
    if not name:
        return []
    given = re.compile(rf"\b{re.escape(name)}=['\"]?([\w-]+)")
    found = {one for text in scripts(folder).values() for one in given.findall(text)}
    return sorted(found)


def _by_context(folder: Folder) -> list[str]:
    """Stages for which the context of cdk.json has values, by themselves or under one key."""
    context = mapping(folder.mapping("cdk.json").get("context"))
    places = [context, *(mapping(one) for key, one in context.items() if ":" not in key)]
    for place in places:
        if found := likely(key for key, one in place.items() if isinstance(one, dict)):
            return found
    return []


def _notes(source: Source) -> Iterator[tuple[str, str]]:
    yield "phases.bootstrap", OWN_BOOTSTRAP
    if not source.context_of_stage and not source.variable_of_stage:
        yield "variables.stage", SAME_NAMES
    yield "phases.update", TAGS
    others = [one for one in source.contexts if one != source.context_of_stage]
    if others:
        yield "phases", f"the app reads the context {', '.join(others)}"
    spare = [one for one in source.optional if one != source.variable_of_stage]
    if spare:
        yield "environment", f"the app can also be given {', '.join(spare)}"


def _tools(
    folder: Folder, app: str, source: Source
) -> tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The CLI, what installs it and the app's packages, and the runtimes."""
    packages = node_packages(folder)
    own = "aws-cdk" in dependencies(folder)
    install = packages if own else (global_node_tool("cdk", CLI), *packages)
    runtimes: tuple[tuple[str, str], ...] = ()
    if "python" in app:
        runtimes = (("python", "3.13"),)
        if any(one in folder.texts for one in PYTHON_PINS):
            install += python_packages(folder, "")
    program = PROGRAM.search(app)
    if program and not folder.first(*_spellings(program[1])) and "build" in scripts(folder):
        install += ("npm run build",)
    if source.bundles and "esbuild" not in dependencies(folder):
        install += (global_node_tool("esbuild", "esbuild"),)  # else it is done in Docker
    for word, runtime in MAKERS.items():
        if re.search(rf"(^|[\s/]){word}(w)?\b", app):
            runtimes = (runtime,)
    return "npx cdk" if own else "cdk", install, runtimes


def _spellings(program: str) -> tuple[str, ...]:
    """`node bin/app` runs bin/app.js; of `-r ts-node/register` nothing is made first."""
    path = program.strip("'\"").removeprefix("./")
    return (path, f"{path}.js", f"{path}/index.js") if path[:1] != "-" else ("cdk.json",)


def _qualifier(process: str, stage: str) -> str:
    """At most ten letters and digits.

    https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html
    """
    letters = re.sub(r"[^a-z0-9]", "", process)
    return f"{letters[: 10 - len(stage)]}{stage}"
