"""What a person must know: Fencepost never skips in silence."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self


class Severity(StrEnum):
    """How soon a person should look, the most urgent first."""

    ERROR = "error"  # something was lost, or the policy may not suffice
    WARNING = "warning"  # a person should decide
    NOTE = "note"  # good to know


class FindingKind(StrEnum):
    """What a finding is about, by the step that finds it. Archives hold these words: none changes.

    A kind that no step finds any more keeps its place while an archive may hold it.
    """

    # CollectEvidence
    AGGREGATED_EVENTS = "aggregated-events"
    BROKEN_RECORD = "broken-record"
    CORRUPT_GZIP = "corrupt-gzip"
    DIGEST_FILES = "digest-files"
    FAILED_BEFORE_IAM = "failed-before-iam"
    HUGE_RECORD = "huge-record"
    INSIGHT_EVENTS = "insight-events"
    LISTS_ALL = "lists-all"
    NEEDS_NOTHING = "needs-nothing"
    NO_IDENTITY = "no-identity"
    NOT_A_TRAIL_FILE = "not-a-trail-file"
    OTHER_EVENTS = "other-events"
    PERHAPS_AUTHORIZED = "perhaps-authorized"
    SERVICE_EVENT = "service-event"
    STRANGE_RECORD = "strange-record"
    TOO_MANY_ROLES = "too-many-roles"
    TRUNCATED_JSON = "truncated-json"
    UNKNOWN_ACTION_DENIED = "unknown-action-denied"
    UNKNOWN_ERROR = "unknown-error"
    UNKNOWN_PASSED_ROLE = "unknown-passed-role"
    UNKNOWN_RESOURCE = "unknown-resource"
    UNMAPPED_EVENT = "unmapped-event"
    UNREADABLE_FILE = "unreadable-file"
    # ReadStacks
    STACK_NOT_READ = "stack-not-read"
    # ReadPolicies
    POLICY_NOT_READ = "policy-not-read"
    # RefinePolicy
    ACCESS_ANALYZER_COVERAGE = "access-analyzer-coverage"
    AMBIGUOUS_VARIABLE = "ambiguous-variable"
    ANY_RESOURCE = "any-resource"
    BATCH_DELETE_OF_VERSIONS = "batch-delete-of-versions"
    BOUNDARY_IGNORED = "boundary-ignored"
    BOUNDARY_NOT_USED = "boundary-not-used"
    BOUNDARY_WITHHOLDS = "boundary-withholds"
    DATES = "dates"
    DERIVATION_SWITCHED_OFF = "derivation-switched-off"
    FAMILY = "family"
    GENERATED_POLICY_NOT_UNDERSTOOD = "generated-policy-not-understood"
    GENERATOR_TRAIL = "generator-trail"
    HEADROOM_OF_UNKNOWN_TYPE = "headroom-of-unknown-type"
    HEADROOM_WITHOUT_STACK = "headroom-without-stack"
    NO_DATA_EVENTS = "no-data-events"
    NOT_OF_THIS_RUN = "not-of-this-run"
    NOT_RECORDED = "not-recorded"
    ONLY_DENIED = "only-denied"
    OTHER_LENGTHS = "other-lengths"
    PASS_ROLE_OF_OWN_ROLE = "pass-role-of-own-role"  # noqa: S105  # a word, no secret
    PASS_ROLE_TO_UNKNOWN_SERVICE = "pass-role-to-unknown-service"  # noqa: S105
    POLICY_OF_ANOTHER_ROLE = "policy-of-another-role"
    POLICY_TOO_LARGE = "policy-too-large"
    PRIVILEGE_ESCALATION = "privilege-escalation"
    REACHES_OTHERS = "reaches-others"
    ROLE_POLICY_NOT_READ = "role-policy-not-read"
    ROLE_WITHOUT_BOUNDARY = "role-without-boundary"
    SERVICE_LINKED_ROLE = "service-linked-role"
    SPLIT = "split"
    SYSTEM_TAGS_UNKNOWN = "system-tags-unknown"
    TYPES_WITHOUT_CALLS = "types-without-calls"
    UNUSED_HINT = "unused-hint"
    WILDCARD = "wildcard"
    # CheckPolicy
    NEW_ACCESS = "new-access"
    NOT_SIMULATED = "not-simulated"
    POLICY_DENIES = "policy-denies"
    POLICY_VALIDATION = "policy-validation"
    PRINCIPAL_WITHOUT_POLICY = "principal-without-policy"
    WAY_UP_NOT_CLOSED = "way-up-not-closed"
    # ProvePolicy
    DROPPED_GRANT = "dropped-grant"
    SANDBOX_NOT_CLEAN = "sandbox-not-clean"
    UNUSED_GRANT = "unused-grant"
    # DocumentPolicy
    NOT_JUDGED_INDEPENDENTLY = "not-judged-independently"
    WAITED_FOR_A_QUOTA = "waited-for-a-quota"
    WAITED_FOR_THE_TRAIL = "waited-for-the-trail"
    # `fencepost evidence` and `fencepost policy`
    ACCOUNTS_NOT_READ = "accounts-not-read"
    LOOKUP_HORIZON = "lookup-horizon"
    LOOKUP_RECENT = "lookup-recent"
    LOOKUP_REGIONS = "lookup-regions"
    LOOKUP_WITHOUT_DATA_EVENTS = "lookup-without-data-events"
    NO_EVIDENCE = "no-evidence"


# What is said about something that could not have been seen.
BLIND_SPOTS = frozenset(
    {
        FindingKind.ACCESS_ANALYZER_COVERAGE, FindingKind.NO_DATA_EVENTS, FindingKind.NOT_RECORDED,
        FindingKind.NOT_JUDGED_INDEPENDENTLY, FindingKind.PERHAPS_AUTHORIZED,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """One thing to know.

    Attributes:
        kind: callers branch on it, not on text.
        subject: what it is about: an action, an event name, a file, a resource.
        detail: a sentence: what was seen and what it means.
        action: what a person should do, or empty.
        source: file and offset, event id or key where it was seen, or empty.
        count: how many times it was seen.
    """

    severity: Severity
    kind: FindingKind
    subject: str
    detail: str
    action: str = ""
    source: str = ""
    count: int = 1

    @property
    def is_blind_spot(self) -> bool:
        """Whether it tells what could not have been seen."""
        return self.kind in BLIND_SPOTS

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        typed = {"severity": Severity(raw["severity"]), "kind": FindingKind(raw["kind"])}
        return cls(**{**raw, **typed})

    def to_json(self) -> dict[str, Any]:
        """Plain values, in a fixed order."""
        return asdict(self)
