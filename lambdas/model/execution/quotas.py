"""Quotas that a run can meet: how AWS says so, where to raise each, and whether waiting helps.

The state machine asks the same rows: `HOPELESS` and `FREEING` are filled into its definition.
"""

import re
from dataclasses import dataclass, replace
from typing import Final

CONSOLE: Final = "https://console.aws.amazon.com/servicequotas/home/services"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """A quota, as an error tells of it.

    Attributes:
        error: the error's name, as Step Functions spells it. says: a pattern of its message, of
            characters that JSONata and JSON leave alone; empty for every other message.
        name: AWS's own. service, code: of Service Quotas; the code is empty where there is none.
        frees: whether others give it back while one waits.
        do: what a person does, after the quota and its place were named.
        source: where the message or the quota is documented, or was seen.
    """

    error: str
    says: str = ""
    name: str
    service: str
    code: str = ""
    frees: bool
    do: str
    source: str

    @property
    def place(self) -> str:
        """Where Service Quotas shows it, in the region that the console is in."""
        return f"{CONSOLE}/{self.service}/quotas" + (f"/{self.code}" if self.code else "")

    @property
    def pattern(self) -> str:
        """Of `<error>: <message>`."""
        return f"^{self.error}:.*({self.says})" if self.says else f"^{self.error}:"


BUILDS: Final = Quota(
    error="CodeBuild.AccountLimitExceededException",
    name="Concurrently running builds for Linux/Medium environment",
    service="codebuild",
    code="L-2DC20C30",
    frees=True,
    do="Other builds of the account held it for four hours. Look at those "
    "builds, or request a higher quota.",
    source="https://docs.aws.amazon.com/codebuild/latest/userguide/limits.html",
)
FUNCTIONS: Final = Quota(
    error="Lambda.TooManyRequestsException",
    name="Concurrent executions",
    service="lambda",
    code="L-B99A9384",
    frees=True,
    do="A new account may have 10. Look at what else runs, request more, and start the run again.",
    source="https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
)
_GENERATIONS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-quotas.html"
# In order: what an error says decides before what it is called.
QUOTAS: Final = (
    replace(
        BUILDS,
        says="more than 0 ",
        frees=False,
        do="CodeBuild lets this account run no build at all, as in many new accounts, whatever "
        "number Service Quotas shows. Request 1 or more there; if it already shows that, ask "
        "AWS Support to apply it.",
        source="https://github.com/awslabs/landing-zone-accelerator-on-aws/issues/1013",
    ),
    BUILDS,
    # Which error a project's own limit gives is documented nowhere: "builds return an error".
    Quota(
        error="CodeBuild.InvalidInputException",
        says="concurrent build|builds in queue|active builds",
        name="the project's own limit of one build at a time",
        service="codebuild",
        frees=True,
        do="Another run of the same process held its project for four hours. Look at that run, or "
        "deploy with -c projectLimit=false, and never start two runs of a process at once.",
        source="https://docs.aws.amazon.com/codebuild/latest/userguide/create-project-console.html",
    ),
    Quota(
        error="AccessAnalyzer.ServiceQuotaExceededException",
        says="per day|a day|daily",
        name="Policy generations per day",
        service="access-analyzer",
        code="L-FD4CD927",
        frees=False,
        do="It cannot be raised: 50 a day, in some regions five. Start the run again tomorrow, or "
        'at once with "generator": "trail", which needs none.',
        source=_GENERATIONS,
    ),
    Quota(
        error="AccessAnalyzer.ServiceQuotaExceededException",
        name="Concurrent policy generations, or those of a day",
        service="access-analyzer",
        code="L-4599575C",
        frees=True,
        do="Neither can be raised: one at a time, 50 a day, in some regions five. Look who "
        'generates policies; start the run again tomorrow, or at once with "generator": "trail".',
        source=_GENERATIONS,
    ),
    Quota(
        error="AccessAnalyzer.ConflictException",
        name="Concurrent policy generations",
        service="access-analyzer",
        code="L-4599575C",
        frees=True,
        do="Look who generates policies, and start the run again, or start it with "
        '"generator": "trail".',
        source=_GENERATIONS,
    ),
    FUNCTIONS,
    Quota(
        error="CandidateRefusedError",
        says="LimitExceeded",
        name="Customer managed policies in an AWS account, or policies per role",
        service="iam",
        frees=False,
        do="Delete policies that no role holds, or request a higher quota, and start the run "
        "again.",
        source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    ),
)


def quota_of(error: str, cause: str) -> Quota | None:
    """The quota that an error tells of; None when it tells of none."""
    said = f"{error}: {' '.join(cause.split())}"
    return next((one for one in QUOTAS if re.search(one.pattern, said)), None)


def _any(*, frees: bool) -> str:
    return "|".join(one.pattern for one in QUOTAS if one.frees is frees)


HOPELESS: Final = _any(frees=False)  # patterns: no wait helps
FREEING: Final = _any(frees=True)  # unless it is hopeless
