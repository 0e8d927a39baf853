"""Quotas that a deployment and its proofs use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.model import limits
from local.doctor.check import Check, missing, there, unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.doctor.asking import Aws

BUILDS = "Concurrently running builds for Linux/Medium environment"
ROLES_BESIDE = 16  # of the functions, the state machine, the schedules, Access Analyzer
ROLES_EACH = 3  # per process: build, sandbox, candidate
SPARE_POLICIES = 10  # of a proof's policy, at the most


def summary_of(aws: Aws) -> Mapping[str, int]:
    """How much IAM holds, and how much it may."""
    found: Mapping[str, int] = aws.client("iam").get_account_summary()["SummaryMap"]
    return found


def roles(summary: Mapping[str, int], processes: int, *, deployed: bool) -> Check:
    """The stacks' own."""
    needed = 0 if deployed else ROLES_BESIDE + ROLES_EACH * processes
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
    """How many cycles can run at once; a new account may have none."""
    pages = aws.client("service-quotas").get_paginator("list_service_quotas")
    found = [
        quota["Value"]
        for page in pages.paginate(ServiceCode="codebuild")
        for quota in page["Quotas"]
        if quota["QuotaName"] == BUILDS
    ]
    if not found:
        return unknown("builds", f"There is no quota {BUILDS!r}.", "Look in Service Quotas.")
    if found[0] >= 1:
        return there("builds", f"{found[0]:.0f} of Linux/Medium may run at once.")
    return missing(
        "builds", "No build of Linux/Medium may run.", f"Raise the quota {BUILDS!r} to 1 or more."
    )
