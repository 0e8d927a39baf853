"""What to do about an error: data, by the error's name."""

from __future__ import annotations

from lambdas.model.quotas import quota_of

AGAIN = "Then start the run again."
ADVICE = {
    "ArchiveRefusedError": "Look at the archive's bucket, its key and its policies; whatever was "
    f"written is there. {AGAIN}",
    "BuildFailed": "The build ended before its cycle could say how: it was stopped, ran out of "
    "time, or its machine failed. Read its phases above and its log. Resources of "
    "the cycle may still be in the sandbox; the next run removes them. Start the run "
    "again.",
    "ForbiddenActionError": "The process forbids an action that its own cycle needs: change the "
    f"process or its hints. {AGAIN}",
    "GenerationCanceled": "Somebody cancelled the job of IAM Access Analyzer. Start the run again.",
    "GenerationFailed": "Read Access Analyzer's reason above. AUTHORIZATION_ERROR: look at its "
    "access role and at the key of the trail. SERVICE_QUOTA_EXCEEDED_ERROR: the trail holds too "
    f"many files of the time of the run. {AGAIN}",
    "GenerationTimedOut": "Access Analyzer did not finish in an hour. Start the run again.",
    "InvalidEventError": "A state was called with what is not of its contract: the deployment and "
    f"the code differ. Deploy again. {AGAIN}",
    "NoEvidenceError": "The trail holds nothing of the run's sessions: look whether the process's "
    "commands call AWS at all, and whether the trail records the regions that they call. "
    f"{AGAIN}",
    "PolicyCheckFailedError": "The policy would not have allowed what the cycle did; the checks in "
    "the archive name each call. This is a fault of Fencepost: please report it with them.",
    "PolicyTooLargeError": "The policy does not fit in IAM's limits without being widened. Split "
    f"the process into several, each with its own role. {AGAIN}",
    "ServiceRefusedError": "AWS refused a call of Fencepost's own: look at the role of the state's "
    f"function, its boundary, and what the organisation forbids. {AGAIN}",
    "ServiceUnavailableError": "AWS throttled or did not answer, however often it was asked. Wait "
    f"until the service has recovered. {AGAIN}",
    "States.Timeout": "The state took longer than it may: look at its log. Start the run again.",
    "TrailNotReadyError": "CloudTrail has not delivered the end of the run: look whether the trail "
    f"is logging and may write to its bucket. {AGAIN}",
}


def advice(error: str, cause: str = "") -> str:
    """What a person should do; a quota's error is told with the quota's name and its place."""
    quota = quota_of(error, cause)
    if quota:
        return f"The quota: {quota.name}. Its place: {quota.place} {quota.do}"
    return ADVICE.get(error, f"Read the cause, and the log of the state that failed. {AGAIN}")
