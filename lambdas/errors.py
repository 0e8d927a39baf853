"""One tree of errors. The class name is what the state machine's ErrorEquals sees.

FencepostError
├── InvalidProcessError       process.yaml, or fencepost.yaml, says something that cannot be meant
│   └── ForbiddenKeyError     fencepost.yaml of a source says what is the platform's to say
├── InvalidEventError         a state was called with input that is not of its contract
├── FleetNotChosenError       the input of a fleet chooses nothing, or what is not there
├── FleetNotConfirmedError    the fleet is larger than one may start without confirming it
├── TrailNotReadyError        the closing markers are not delivered yet: the state machine retries
├── NoEvidenceError           the trail holds nothing that the run's sessions did
├── InvalidTemplateError      a text is not a resource template
├── PolicyTooLargeError       the policy does not fit in managed policies; nothing was widened
├── BoundaryTooLongError      the boundary of the created roles does not fit; nothing was widened
├── RoleWithoutBoundaryError  the process created roles without the boundary that it must have
├── ForbiddenActionError      the policy would hold what the process forbids
├── PolicyCheckFailedError    the refined policy does not allow what the cycle was seen to do
├── CandidateNotCleanError    the candidate role holds what the proof did not give it
├── CandidateRefusedError     IAM did not take a policy of the candidate
├── PolicyNotEffectiveError   IAM does not apply the policies yet: the state machine retries
├── StackNotReadError         CloudFormation does not tell of a stack: a finding, never a failure
├── MissingObjectError        the archive holds no object at a key that a state was given
├── ArchiveRefusedError       the archive did not take an object, or holds another in its place
├── ServiceRefusedError       AWS refused a call that a step cannot do without
└── ServiceUnavailableError   AWS throttled or did not answer: the state machine retries
"""


class FencepostError(Exception):
    """Base of everything that Fencepost raises on purpose."""


class InvalidProcessError(FencepostError):
    """A process definition is wrong: the message names the key and what to write instead."""

    def __init__(self, key: str, problem: str, *, line: int = 0) -> None:
        super().__init__(f"{key}: {problem}" if key else problem)
        self.key = key
        self.problem = problem
        self.line = line  # where the text was read that holds it; 0 when that is not known


class ForbiddenKeyError(InvalidProcessError):
    """A team's file decides what is not the team's to decide: the message names the key."""


class InvalidEventError(FencepostError):
    """A step's input lacks a field or holds one of another kind."""


class FleetNotChosenError(FencepostError):
    """The input of a fleet chooses nothing, says what cannot be meant, or names what is unknown."""


class FleetNotConfirmedError(FencepostError):
    """The fleet is larger than one may start without confirming it."""


class TrailNotReadyError(FencepostError):
    """CloudTrail has not delivered the run's closing markers yet."""


class NoEvidenceError(FencepostError):
    """No event in the trail was made by the run."""


class InvalidTemplateError(FencepostError):
    """A text cannot be read as a resource template."""


class PolicyTooLargeError(FencepostError):
    """The policy cannot be packed into IAM's managed policies without widening it."""


class BoundaryTooLongError(FencepostError):
    """A role has one boundary, and this one is longer than IAM takes."""


class RoleWithoutBoundaryError(FencepostError):
    """The definition requires a boundary, and the cycle created roles without it."""


class ForbiddenActionError(FencepostError):
    """The process forbids an action that its cycle needs."""


class PolicyCheckFailedError(FencepostError):
    """The refined policy denies a call that the cycle made."""


class CandidateNotCleanError(FencepostError):
    """The candidate role holds a policy that the proof did not give it."""


class CandidateRefusedError(FencepostError):
    """IAM refuses a policy of the candidate: malformed, too large, or over a quota."""


class PolicyNotEffectiveError(FencepostError):
    """IAM does not apply the candidate's policies yet."""


class StackNotReadError(FencepostError):
    """CloudFormation does not tell of a stack of the run."""


class MissingObjectError(FencepostError):
    """The archive holds no such object."""

    def __init__(self, key: str, place: str) -> None:
        super().__init__(f"there is no {key!r} in {place}; the step before it did not write it")
        self.key = key


class ArchiveRefusedError(FencepostError):
    """The archive did not take an object."""


class ServiceRefusedError(FencepostError):
    """AWS refused a call that a step cannot do without."""


class ServiceUnavailableError(FencepostError):
    """AWS throttled a call, broke, or did not answer; the same call can succeed later."""
