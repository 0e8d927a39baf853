"""What to do about an error: data, by the error's name."""

from lambdas.model.execution.quotas import quota_of

AGAIN = "Then start the run again."
ADVICE = {
    "ArchiveRefusedError": "Check the archive's bucket, its key and its policies. The documents "
    f"that were written are there. {AGAIN}",
    "BuildFailed": "The build ended before its cycle could report: it was stopped, ran out of "
    "time, or its machine failed. Read its phases above and its log. Resources of "
    "the cycle may still be in the sandbox; the next run removes them. Start the "
    "run again.",
    "DefinitionNotRead": "fencepost.yaml of the source was not read, and nothing was run. "
    "Check the source's address, ref and path, that the build may read it, and that the file "
    f"lies beside what the commands run in. {AGAIN}",
    "ForbiddenKeyError": "fencepost.yaml of the source decides what the platform's process.yaml "
    "decides, and nothing was run. Take the key out of it, or ask whoever keeps "
    f"process.yaml. {AGAIN}",
    "InvalidProcessError": "fencepost.yaml of the source says what cannot be meant, and nothing "
    f"was run. Correct the line in the repository. {AGAIN}",
    "ForbiddenActionError": "process.yaml forbids an action that the cycle needs. Change the "
    f"process or policy.grants.forbid. {AGAIN}",
    "GenerationCanceled": "Somebody cancelled the job of IAM Access Analyzer. Start the run again.",
    "GenerationFailed": "Read Access Analyzer's reason above. AUTHORIZATION_ERROR: check its "
    "access role and the trail's key. SERVICE_QUOTA_EXCEEDED_ERROR: the trail "
    f"holds too many files of the time of the run. {AGAIN}",
    "GenerationTimedOut": "Access Analyzer did not finish in an hour. Start the run again.",
    "InvalidEventError": "A state got an input that its contract does not have: the deployment and "
    f"the code differ. Deploy again. {AGAIN}",
    "NoEvidenceError": "The trail holds no call of the run's sessions that needs a permission, as "
    "sts:GetCallerIdentity needs none. Check that the process's commands call AWS for more than "
    "that, and that the trail records the regions that they call. "
    f"{AGAIN}",
    "PolicyCheckFailedError": "The policy would not have allowed what the cycle did; the checks in "
    "the archive name each call. This is a fault of Fencepost: please report it with them.",
    "PolicyTooLargeError": "The policy does not fit in IAM's limits without being widened. Split "
    f"the process into several, each with its own role. {AGAIN}",
    "ServiceRefusedError": "AWS denied a call that Fencepost made. Check the role of the state's "
    f"function, its boundary and the organisation's policies. {AGAIN}",
    "ServiceUnavailableError": "AWS throttled the calls or did not answer, and retries did not "
    f"help. Wait until the service has recovered. {AGAIN}",
    "States.Timeout": "The state ran out of time. Read its log. Start the run again.",
    "TrailNotReadyError": "CloudTrail has not delivered the end of the run. Check that the trail "
    f"is logging and may write to its bucket. {AGAIN}",
}


def advice(error: str, cause: str = "") -> str:
    """What a person should do; a quota's error is told with the quota's name and its place."""
    quota = quota_of(error, cause)
    if quota:
        return f"The quota: {quota.name}. Its place: {quota.place} {quota.do}"
    return ADVICE.get(error, f"Read the cause, and the log of the state that failed. {AGAIN}")
