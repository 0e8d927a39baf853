"""What the sources of a CDK app read, and what they fix."""

import re
from dataclasses import dataclass

from local.new_process.folder import Folder
from local.new_process.reading.stages import is_stage

SOURCES = ("*.ts", "*.js", "*.mjs", "*.py", "*.java", "*.cs", "*.go")
CDK = re.compile(r"aws[-_]cdk|awscdk|Amazon\.CDK")  # in sources of the app, not of its functions
CONTEXT = re.compile(r"""(?:tryGetContext|try_get_context|TryGetContext)\(\s*["']([\w:-]+)["']""")
READ = re.compile(
    r"""(?:process\.env\.|process\.env\[["']|os\.environ\[["']|os\.environ\.get\(["']|os\.getenv\(["']"""
    r"""|System\.getenv\(["']|Environment\.GetEnvironmentVariable\(["']|os\.Getenv\(")([A-Z][A-Z0-9_]*)"""
    # Followed by what stands for it, or by a question whether it is set.
    r"""(?P<optional>["'\])]*\s*(?:\|\||\?\?|,|===?|!==?|\?|\bor\b|\bas\s+string\s*\|\|))?"""
)
OWN = re.compile(r"(QUALIFIER|TOOLKIT)$|CDK_|AWS_|HOME|PATH|CI$|NODE_ENV")  # set by CDK or build
REGION = re.compile(r"""\bregion['"]?\s*[:=]\s*["']([a-z]{2,4}(?:-[a-z]+)+-\d)["']""")
# Assets that Docker builds; of NodejsFunction only where esbuild is not there.
# https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_ecr_assets-readme.html
DOCKER = re.compile(
    r"DockerImageAsset|DockerImageFunction|from_?(?:docker_?build|image_?asset)|"
    r"(?:ContainerImage|EcrImage\w*|DockerImageCode)\.from_?asset|"
    r"bundling_?image|PythonFunction|PythonLayerVersion|GoFunction|RustFunction",
    re.IGNORECASE,
)
BUNDLES = re.compile(r"NodejsFunction")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An app's sources.

    Attributes:
        contexts: keys of the context that it reads. wanted: variables of the environment that it
            cannot do without. optional: those that it can. regions: that it fixes.
        docker: whether Docker builds an asset. bundles: whether esbuild does.
    """

    contexts: tuple[str, ...]
    wanted: tuple[str, ...]
    optional: tuple[str, ...]
    regions: tuple[str, ...]
    docker: bool
    bundles: bool

    @property
    def context_of_stage(self) -> str:
        """The key of the context that is the stage."""
        return next((one for one in self.contexts if is_stage(one) or one == "config"), "")

    @property
    def variable_of_stage(self) -> str:
        """The variable of the environment that is the stage."""
        return next((one for one in (*self.wanted, *self.optional) if is_stage(one)), "")


def source_of(folder: Folder) -> Source:
    """What the files of the app say; its tests and functions are not read."""
    texts = [
        _code(folder.texts[one])
        for one in folder.matching(*SOURCES)
        if "/test" not in f"/{one}" and CDK.search(folder.texts[one])
    ]
    reads = [match for text in texts for match in READ.finditer(text) if not OWN.match(match[1])]
    wanted = {one[1] for one in reads if not one["optional"]}
    return Source(
        contexts=tuple(sorted({one for text in texts for one in CONTEXT.findall(text)})),
        wanted=tuple(sorted(wanted)),
        optional=tuple(sorted({one[1] for one in reads} - wanted)),
        regions=tuple(sorted({one for text in texts for one in REGION.findall(text)})),
        docker=any(map(DOCKER.search, texts)),
        bundles=any(map(BUNDLES.search, texts)),
    )


def _code(text: str) -> str:
    """Without the lines that are comments: templates show in them what an app may also do."""
    marks = ("//", "#", "*", "/*")
    return "\n".join(one for one in text.splitlines() if not one.lstrip().startswith(marks))
