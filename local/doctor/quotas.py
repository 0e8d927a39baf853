"""Quotas that a deployment and its proofs use."""

from collections.abc import Mapping

from lambdas.model import limits
from lambdas.model.execution.quotas import BUILDS, FUNCTIONS
from local.doctor.asking import Aws
from local.doctor.check import Check, missing, note, there, unknown

ROLES_BESIDE = 16  # of the functions, the state machine, the schedules, Access Analyzer
ROLES_EACH = 3  # per process: build, sandbox, candidate
SPARE_POLICIES = 10  # of a proof's policy, at the most
FUNCTIONS_AT_ONCE = 40  # what a Distributed Map of twenty and everything beside it wants


def summary_of(aws: Aws) -> Mapping[str, int]:
    """How much IAM holds, and how much it may."""
    found: Mapping[str, int] = aws.client("iam").get_account_summary()["SummaryMap"]
    return found


def roles(summary: Mapping[str, int], processes: int, *, deployed: bool) -> Check:
    """The stacks' own: of so many processes that are not deployed, and of what is there once."""
    needed = ROLES_EACH * processes + (0 if deployed else ROLES_BESIDE)
    return _left("IAM roles", summary, "Roles", needed)


def policies(summary: Mapping[str, int]) -> Check:
    """Those that a proof makes for a while."""
    return _left("IAM policies", summary, "Policies", SPARE_POLICIES)


def held(summary: Mapping[str, int]) -> Check:
    """How many a role may hold: as many as a policy may be packed into."""
    name, most = "policies per role", summary.get("AttachedPoliciesPerRoleQuota")
    if most is None:
        return unknown(name, "The account's summary does not tell.", "Look in Service Quotas.")
    if most >= limits.POLICIES_PER_ROLE:
        return there(name, f"{most} may be attached to a role.")
    return missing(
        name,
        f"{most} may be attached to a role; a proof may need {limits.POLICIES_PER_ROLE}.",
        "Raise it: Service Quotas, AWS Identity and Access Management.",
    )


def _left(name: str, summary: Mapping[str, int], key: str, needed: int) -> Check:
    used, quota = summary.get(key), summary.get(f"{key}Quota")
    if used is None or quota is None:
        return unknown(name, f"The account's summary lacks {key}.", "Look at IAM's dashboard.")
    if quota - used >= needed:
        return there(name, f"{used:,} of {quota:,} are used.")
    return missing(
        name,
        f"{used:,} of {quota:,} are used; {needed} more are needed.",
        "Delete some that nobody uses, or raise the quota in Service Quotas.",
    )


def builds(aws: Aws) -> Check:
    """How many cycles can run at once; a new account may have none, whatever is shown."""
    pages = aws.client("service-quotas").get_paginator("list_service_quotas")
    found = [
        quota["Value"]
        for page in pages.paginate(ServiceCode="codebuild")
        for quota in page["Quotas"]
        if quota["QuotaCode"] == BUILDS.code
    ]
    if not found:
        return unknown("builds", f"There is no quota {BUILDS.name!r}.", f"Look at {BUILDS.place}")
    if found[0] >= 1:
        return there(
            "builds",
            f"{found[0]:.0f} of Linux/Medium may run at once, as Service Quotas shows. A new "
            "account may be held to 0 all the same: only its first build tells, and the run then "
            "says so.",
        )
    return missing(
        "builds",
        "No build of Linux/Medium may run, and CodeBuild takes no project with a limit of its own.",
        f"Request 1 or more for {BUILDS.name!r}: {BUILDS.place} Or deploy now with "
        'make deploy CONTEXT="-c projectLimit=false", and request it before the first run.',
    )


def functions(aws: Aws) -> Check:
    """How many functions can run at once; a new account may have few."""
    settings = aws.client("lambda").get_account_settings()["AccountLimit"]
    most = int(settings["ConcurrentExecutions"])
    if most >= FUNCTIONS_AT_ONCE:
        return there("functions", f"{most:,} may run at once.")
    return note(
        "functions",
        f"{most} may run at once, as in a new account: a run takes one, and batches of log files "
        "wait for one another.",
        f"Request more of {FUNCTIONS.name!r} if other things run there: {FUNCTIONS.place}",
    )
